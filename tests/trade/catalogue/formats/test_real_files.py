"""Every real catalogue file is read, counted against another reading of it, or refused for the right reason."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.trade.catalogue.formats.reading import counts, entries
from trade.base.errors import Refused
from trade.catalogue.formats import HEAD, formats, recognised
from trade.catalogue.records import BookRecord

# Other SINLI documents, by the word that their refusal must hold.
OTHERS = {
    "ABONO": "credit note",
    "CEGALD": "stock report",
    "DEVOLU": "return",
    "ENVIO": "delivery note",
    "FACTUL": "invoice",
    "LIQVE2": "settlement",
    "PEDIDO": "order",
    "PLAPED": "order form",
    "RECANU": "cancellation",
    "CEGALV": "report of sales",
    "ENTPAP": "delivery note",
}


def sinli_files(folder: Path) -> list[Path]:
    """Real messages by document, and messages that were rebuilt from the assertions of another reader's tests."""
    files = (folder / "trade" / "sinli").rglob("*")
    return sorted(path for path in files if path.parent.name.isupper() or path.suffix == ".snl")


def raw_lines(path: Path) -> tuple[str, list[bytes]]:
    """Document and version, and the lines behind the header, by the bytes alone."""
    lines = [line for line in path.read_bytes().split(b"\r\n") if line.strip(b"\x00 \x1a")]
    return lines[0][2:10].decode(), lines[3:]


def digits(field: bytes) -> int:
    """Thirteen digits that pass the check digit of EAN, or 0."""
    text = field[:13].decode("latin-1")
    if not (text.isdigit() and text.startswith(("978", "979"))):
        return 0
    return int(text) if sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(text)) % 10 == 0 else 0


def test_sinli_files_are_read_line_by_line_or_refused_for_what_they_are(real_data: Path) -> None:
    """By positions of the manual: EAN, price with VAT and title of each line, sliced here from the bytes."""
    read = 0
    for path in sinli_files(real_data):
        kind, lines = raw_lines(path)
        document = kind[:6].strip()
        if document in OTHERS:
            with pytest.raises(Refused, match=OTHERS[document]):
                recognised(path.read_bytes()[:HEAD])
            continue
        found = entries(path.read_bytes())
        assert len(found) == len(lines), path.name
        eans = [line[:18] if document == "LIBROS" else line[18:36] for line in lines]
        titles = {"LIBROS": (101, 181), "CAMPRE": (76, 116) if kind == "CAMPRE02" else (76, 126), "ESTADO": (51, 101)}
        begin, end = titles[document]
        gross = (599, 609) if document == "LIBROS" else (61, 71)
        for entry, line, ean in zip(found, lines, eans, strict=True):
            if not isinstance(entry, BookRecord):
                assert not digits(ean) or not line[begin:end].strip(), (path.name, line[:120])
                continue
            assert entry.isbn == digits(ean), path.name
            if document != "ESTADO":
                cents = int(line[gross[0] : gross[1]])
                assert [price.cents for price in entry.prices or ()] == [cents] * (cents > 0), path.name
            first = line[begin:end].decode("cp850" if b"\xa5" in line else "cp1252").split()[:1]
            assert not first or first[0].strip(",") in (entry.title or ""), path.name
            read += 1
    assert read == 302


def test_sinli_counts_of_the_whole_set(real_data: Path) -> None:
    total: dict[str, list[int]] = {}
    for path in sinli_files(real_data):
        kind, _ = raw_lines(path)
        if kind[:6] in ("LIBROS", "CAMPRE", "ESTADO"):
            for place, number in enumerate(counts(entries(path.read_bytes()))):
                total.setdefault(kind, [0, 0, 0])[place] += number
    assert total == {
        "CAMPRE02": [18, 9, 0],
        "CAMPRE03": [88, 0, 0],
        "ESTADO04": [90, 0, 0],
        "LIBROS05": [20, 0, 0],
        "LIBROS07": [6, 0, 0],
        "LIBROS08": [68, 0, 0],
        "LIBROS09": [12, 0, 0],
    }


def products(data: bytes) -> int:
    """Products of an ONIX file by another parser; it reads no DTD and knows no namespaces of ours."""
    root = ElementTree.fromstring(data)
    return sum(1 for element in root.iter() if element.tag.rpartition("}")[2].lower() == "product")


def test_onix_files_give_one_entry_a_product(real_data: Path) -> None:
    total = [0, 0, 0]
    for path in sorted((real_data / "trade" / "onix").glob("*.xml")):
        data = path.read_bytes()
        if "test_collection" in path.name:
            with pytest.raises(Refused, match="begins like no catalogue feed"):
                recognised(data[:HEAD])
            continue
        found = entries(data)
        assert recognised(data[:HEAD]).NAME == "onix"
        assert len(found) == products(data), path.name
        total = [before + more for before, more in zip(total, counts(found), strict=True)]
    assert total == [10, 4, 12]


def test_the_delivery_of_dilicom_is_a_zip_with_onix_in_it(real_data: Path) -> None:
    """The archive is opened by who receives it; here only what is in it."""
    packed = (real_data / "trade" / "dilicom" / "DIF489084922.zip.rdy").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        [name] = archive.namelist()
        data = archive.read(name)
    [entry] = entries(data)
    assert isinstance(entry, BookRecord) and entry.isbn == 9782911753022
    with pytest.raises(Refused, match="begins like no catalogue feed"):
        recognised(packed[:HEAD])


@pytest.mark.parametrize("folder", ["dilicom", "cegal", "geslib", "placedeslibraires", "abelujo", "titelive"])
def test_files_of_other_kinds_are_no_catalogue_feeds(real_data: Path, folder: str) -> None:
    for path in sorted((real_data / "trade" / folder).iterdir()):
        with pytest.raises(Refused, match="begins like no catalogue feed"):
            recognised(path.read_bytes()[:HEAD])


def test_each_format_recognises_its_own_files_only(real_data: Path) -> None:
    files = [*sinli_files(real_data), *(real_data / "trade" / "onix").glob("*.xml")]
    for path in files:
        head = path.read_bytes()[:HEAD]
        assert sum(module.recognises(head) for module in formats().values()) <= 1, path.name

"""Every real file at hand is read as an independent reading counts it, or refused for the right reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from stdnum import ean

from tests.conftest import House
from tests.trade.stock.test_feed import NOW
from trade.base.errors import Refused
from trade.stock import actions, configured, queries
from trade.stock.readers import FORMATS

CEGALD = "sinli/real/CEGALD/cegald_first_800.txt"
ART = "placedeslibraires/9999_ART.asc"
GESLIB = "geslib/INTER_INITIAL_derivado.txt"
ABELUJO = "abelujo/abelujo-stock-2026-11-22.csv"
STOCK = {
    CEGALD: "cegald",
    "sinli/CEGALD_v02_demo.snl": "cegald",
    "sinli/reconstructed_from_tests/CEGALD_v02_read_cegald_v2.snl": "cegald",
    ART: "art_asc",
    GESLIB: "geslib",
    ABELUJO: "model_csv",
}


def is_book(code: str) -> bool:
    """By another library, and by the two prefixes."""
    return code.startswith(("978", "979")) and not code.startswith(("9790", "978978")) and bool(ean.is_valid(code))


def counted(name: str, text: str) -> Iterator[tuple[str, int]]:
    """Barcode and copies of every data line, read by nothing but regular expressions."""
    if name.startswith("sinli"):
        for found in re.finditer(r"^D([0-9X -]{17})(\d{6})", text, re.MULTILINE):
            yield re.sub(r"[ -]", "", found[1]), int(found[2])
    elif name.startswith("placedeslibraires"):
        for found in re.finditer(r"^9999(\d{13})(\d{4})\d{10}\s*$", text, re.MULTILINE):
            yield found[1], int(found[2])
    elif name.startswith("abelujo"):
        for found in re.finditer(r";(\d+);[^;]*;(\d{13})\s*$", text, re.MULTILINE):
            yield found[2], int(found[1])
    else:
        codes = dict(re.findall(r"^GP4\|A\|(\d+)\|.*?\|(\d{13})\|", text, re.MULTILINE))
        for found in re.finditer(r"^B\|(\d+)\|(\d+)", text, re.MULTILINE):
            yield codes[found[1]], int(found[2])


@pytest.mark.seed("F06", "F15", "F17", "F18", "F21")
@pytest.mark.parametrize("name", STOCK)
def test_a_stock_file_is_read_as_an_independent_reading_counts_it(name: str, real_data: Path) -> None:
    data = (real_data / "trade" / name).read_bytes()
    reading = FORMATS[STOCK[name]].read(data)
    lines = list(counted(name, data.decode("cp1252")))
    assert lines, "the independent reading finds nothing"
    books = [(int(code), copies) for code, copies in lines if is_book(code)]
    assert len(reading.sheet) + len(reading.rejected) == len(lines)
    assert sorted(zip(reading.sheet.isbn.tolist(), reading.sheet.quantity.tolist(), strict=True)) == sorted(books)


def test_every_other_file_is_refused_by_every_format(real_data: Path) -> None:
    folder = real_data / "trade"
    others = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and str(path.relative_to(folder)) not in STOCK
    ]
    assert len(others) > 80
    for path in others:
        for name, module in FORMATS.items():
            with pytest.raises(Refused):
                module.read(path.read_bytes())
                pytest.fail(f"{path.name} was read as {name}")


@pytest.mark.parametrize(
    ("name", "format", "reason"),
    [
        ("sinli/real/LIBROS/libros.txt", "cegald", r"SINLI message “LIBROS”; the stock report is called CEGALD"),
        ("sinli/real/CAMPRE/CAMPRE000001.TXT", "cegald", r"SINLI message “CAMPRE”"),
        ("sinli/real/ESTADO/estado.txt", "cegald", r"SINLI message “ESTADO”"),
        ("sinli/reconstructed_from_tests/CEGALV_v03_read_cegalv_v3.snl", "cegald", r"SINLI message “CEGALV”"),
        ("dilicom/panier_dilicom_demo.csv", "model_csv", r"Line 1 must name the columns, and “isbn” is not among them"),
        ("abelujo/isbn_quantite.csv", "model_csv", r"Line 1 must name the columns"),
        ("dilicom/distributor_valid.txt", "art_asc", r"EXTRACTION STOCK DU"),
        ("geslib/INTER_lineas_reales.txt", "geslib", r"Export an INITIAL file from Geslib and send it first"),
        ("dilicom/DIF489084922.zip.rdy", "model_csv", r"spreadsheet or an archive"),
        ("cegal/disponibilidad_1.xml", "stocks_json", r"no JSON"),
    ],
)
def test_what_is_no_stock_file_is_refused_with_the_right_reason(
    name: str, format: str, reason: str, real_data: Path
) -> None:
    with pytest.raises(Refused, match=reason):
        FORMATS[format].read((real_data / "trade" / name).read_bytes())


@pytest.mark.seed("F20")
def test_a_file_without_a_heading_is_read_once_its_columns_are_described(real_data: Path) -> None:
    data = (real_data / "trade" / "abelujo" / "isbn_quantite.csv").read_bytes()
    options = configured.Options({"isbn": "1", "quantity": "2"}, heading=False)
    reading = configured.read(data, options=options)
    lines = re.findall(r"^(\d{13});(\d+)\s*$", data.decode(), re.MULTILINE)
    books = [(int(code), int(copies)) for code, copies in lines if is_book(code)]
    assert list(zip(reading.sheet.isbn.tolist(), reading.sheet.quantity.tolist(), strict=True)) == books
    assert len(reading.rejected) == len(lines) - len(books)


# --- through the engine ---


def send(house: House, name: str, data: bytes, hours: int) -> int:
    at = NOW + timedelta(hours=hours)
    with house.session(house.cast.bookshop("alba")) as session:
        run_id = actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format=STOCK[name],
            data=data,
            name=name.rpartition("/")[2],
            origin="upload",
            at=at,
            store=house.store,
        ).id
    with house.session(house.cast.bookshop("alba")) as session:
        actions.process(session, run_id=run_id, at=at, store=house.store)
    return run_id


def titles_of(name: str, data: bytes) -> dict[int, int]:
    reading, found = FORMATS[STOCK[name]].read(data), dict[int, int]()
    for isbn, copies in zip(reading.sheet.isbn.tolist(), reading.sheet.quantity.tolist(), strict=True):
        found[isbn] = found.get(isbn, 0) + copies
    return {isbn: copies for isbn, copies in found.items() if copies}


def without(name: str, data: bytes, count: int) -> bytes:
    """The file without some of its lines of titles."""
    is_line: Callable[[bytes], bool] = {
        CEGALD: lambda line: line.startswith(b"D978"),
        ART: lambda line: line.startswith(b"9999978"),
        ABELUJO: lambda line: b";978" in line,
        GESLIB: lambda line: line.startswith(b"B|"),
    }[name]
    lines = data.split(b"\n")
    chosen = [place for place, line in enumerate(lines) if is_line(line)][3 : 3 + count]
    kept = [line for place, line in enumerate(lines) if place not in chosen]
    if name == GESLIB:  # what an article says of its own stock goes with it
        gone = {lines[place].split(b"|")[1] for place in chosen}
        kept = [line for line in kept if not (line.startswith(b"GP4|") and line.split(b"|")[2] in gone)]
    return b"\n".join(kept)


@pytest.mark.seed("F05", "F06")
@pytest.mark.parametrize("name", [CEGALD, ART, GESLIB, ABELUJO])
def test_the_same_bytes_change_nothing_and_fewer_lines_change_exactly_those(
    name: str, house: House, real_data: Path
) -> None:
    data = (real_data / "trade" / name).read_bytes()
    first = titles_of(name, data)
    run = send(house, name, data, 0)
    with house.session() as session:
        assert (queries.run(session, run_id=run).state, queries.run(session, run_id=run).added) == (
            "applied",
            len(first),
        )
    again = send(house, name, data, 1)
    with house.session() as session:
        same = queries.run(session, run_id=again)
        assert (same.state, same.added, same.changed, same.zeroed) == ("unchanged", 0, 0, 0)
    fewer = without(name, data, 40)
    left = titles_of(name, fewer)
    third = send(house, name, fewer, 2)
    with house.session() as session:
        run_of = queries.run(session, run_id=third)
        gone = set(first) - set(left)
        moved = {isbn for isbn in left if left[isbn] != first[isbn]}
        assert gone and (run_of.state, run_of.zeroed, run_of.added) == ("applied", len(gone), 0)
        assert run_of.changed == len(moved)
        shown = queries.stock_of(session, bookshop_id=house.cast.alba)
        assert dict(zip(shown.isbn.tolist(), shown.quantity.tolist(), strict=True)) == left

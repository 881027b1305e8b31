"""The stock parsers under fire: lines are all accounted for, and the quick way says the same as the careful one."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import partial
from unittest.mock import patch

import numpy as np
from openpyxl import Workbook

from tests.fuzz.running import Parser, damaged, keepable
from trade.base.raw_text import decode, numbered_lines
from trade.stock import configured, quick, table
from trade.stock.arrival import unpack
from trade.stock.formats import art_asc, cegald, geslib, model_csv, stocks_json
from trade.stock.rules import MAX_PRICE, MAX_QUANTITY, Entry, Header, Memory, Reading
from trade.stock.sheet import NO_PRICE

Read = Callable[[bytes], Reading]
Count = Callable[[bytes], int]
QUICK = (cegald, art_asc, table)
DESCRIBED = configured.Options(
    {"isbn": "2", "quantity": "qty", "price": "4"}, delimiter="|", decimal=",", vat_included=False
)


def sane(reading: Reading) -> None:
    """What is true of every reading."""
    sheet = reading.sheet
    assert ((sheet.quantity >= 0) & (sheet.quantity <= MAX_QUANTITY)).all()
    assert ((sheet.price == NO_PRICE) | ((sheet.price > 0) & (sheet.price <= MAX_PRICE))).all()
    assert np.isin(sheet.isbn // 10**10, (978, 979)).all()
    weights = np.array([1, 3] * 6 + [1])
    digits = sheet.isbn[:, None] // 10 ** np.arange(12, -1, -1, dtype=np.int64) % 10
    assert (digits @ weights % 10 == 0).all()
    assert (sheet.isbn // 10**7 != 978978).all()
    for rejected in reading.rejected:
        assert str(rejected.reason) and len(rejected.excerpt) <= 80
        assert keepable(rejected), "the database keeps no such text"
    assert keepable(reading.header.sender), "the database keeps no such sender"


def by_line(read: Read, count: Count, data: bytes) -> None:
    """A format with one title a line: each line is accepted or refused once, the quick way changes nothing."""
    reading = read(data)
    sane(reading)
    numbers = [*reading.sheet.number.tolist(), *(rejected.number for rejected in reading.rejected)]
    assert len(set(numbers)) == len(numbers), "a line was read twice"
    assert len(numbers) == count(data), "a line was swallowed"
    with ExitStack() as stack:
        for module in QUICK:
            stack.enter_context(patch.object(module, "read_by", carefully))
        careful = read(data)
    assert list(reading.entries) == list(careful.entries), "quick and careful disagree"


def carefully(
    lines: quick.Lines, pattern: quick.Pattern | None, careful: Callable[[int, str], Entry], header: Header
) -> Reading:
    """The reading without the quick way."""
    return quick.read_by(lines, None, careful, header)


def lines_behind(heading: int, data: bytes) -> int:
    """How many lines are not blank behind so many of them."""
    return max(sum(1 for _ in numbered_lines(decode(data))) - heading, 0)


def cegald_lines(data: bytes) -> int:
    second = [line for _, line in numbered_lines(decode(data))][1:2]
    return lines_behind(3 if second and second[0].startswith("I") else 2, data)


def art_lines(data: bytes) -> int:
    return lines_behind(1, data)


def model_lines(data: bytes) -> int:
    first = next(numbered_lines(decode(data)))[1]
    return lines_behind(2 if first.lower().startswith("sep=") else 1, data)


def whole(read: Read, data: bytes) -> None:
    """A format whose entries are not lines."""
    sane(read(data))


def geslib_change(data: bytes) -> None:
    reading = geslib.read(data, name="INTER8", before=BEFORE)
    sane(reading)
    assert reading.memory is not None
    again = geslib.read(b"B|1|2", name="INTER9", before=Memory(8, reading.memory.data))
    sane(again)


def unpacked(data: bytes) -> None:
    plain, name = unpack(data, "stock.zip")
    assert isinstance(plain, bytes) and "/" not in name and keepable(name)


# --- good files to damage ---

CEGALD_START = b"INCEGALD02L0009999LIB00022\r\nI\r\nC" + b"X" * 40 + b"20261122EUR\r\n"
CEGALD_LINES = (
    b"D978-84-604-1861-0000001 000001442",
    b"D9788437604947    000003 000001438",
    b"D84-376-0494-X    000003 000001438",
    b"D978-978-000-000-4000001 000001442",
    b"D9771135983810    000001 000000192",
    b"D978-84-604-1861-0000001",
    b"I",
    b"",
)
ART_START = b"EXTRACTION STOCK DU 22/11/2026\r\n"
ART_LINES = (
    b"9999978280013734600010000001100",
    b"8888978280013734600010000001100",
    b"9999978843760494700020000001495",
    b"99",
    b"",
)
CSV_START = "título;isbn;cantidad;pvp;estado\r\n".encode()
CSV_LINES = (
    "Cien años;9788437604947;3;15,95;nuevo".encode(),
    b"x;978-84-376-0494-7;3;15.9;",
    b"x;9788437604947;3;;usado",
    b'"x";9788437604947;3;15,95;',
    b'";9788437604947;3;15,95;',
    b"x;84-376-0494-X;1;1.234,50;",
    b"x;9789780000004;1;5;",
    b"x;9791090648142;1;5",
    b"",
)
DESCRIBED_START = b"a|b|qty|d|e\n"
DESCRIBED_LINES = (
    b"A|9788437604947|3|15,9500|x",
    b"A|9788437604947|3|1.234,50|x",
    b"A|9788437604947|3|15,95",
    b"A|9788437604947|3|15.95|",
    b'A|9788437604947|"3|5|',
    b"",
)
GP4 = "GP4|A|{}|TITULO|AUTOR|1|978-84-376-0494-7|{}|9|01||20200101||||||{}|06|20200101||001|02|||1|||0|0,00|{}|L0|1|1"
INITIAL = "\r\n".join(
    ["I|", GP4.format(1, 9788437604947, 2, "14,95"), "B|1|2|", GP4.format(2, 9788417860790, 1, "24,95"), "B2|1|2|3", ""]
).encode()
BEFORE = Memory(7, geslib.read(INITIAL).memory.data)  # type: ignore[union-attr]
GESLIB_LINES = (
    GP4.format(3, 9782070368228, 1, "7,00").encode(),
    GP4.replace("|A|", "|M|").format(1, 9788437604947, 5, "14,95").encode(),
    b"GP4|B|2",
    b"B|1|3",
    b"B|1|-1",
    b"B2|1|1|4",
    b"B|999|1",
    b"AUT|A|1|X|",
    b"",
)
JSON = (
    b'{"modifiedSince": null}\n{"total": 2, "stocks": [{"ref": "9788437604947", "available": 3, "price": 22.99}]}\n'
    b'{"stocks": [{"ref": 9782070368228, "available": "1"}, {"available": 1}]}\n{"stocks": []}'
)
JSON_VALUES = (
    *(b"null", b"true", b"[]", b"{}", b"[[[]]]", b'""', b'"9788437604947"', b"9782070368228", b"3", b"-3", b"0"),
    *(
        b"1.0",
        b"22.99",
        b"22.999",
        b"1E2",
        b"1e400",
        b"1e999999",
        b"1e99999999999999999999",
        b"1e-99999999999",
        b"-0.0",
    ),
    *(b"NaN", b"9" * 5_000, b'"\\u0000"', b'"\\ud800"', '"١٢"'.encode(), b'"15,90"', b'"1e5"', b'"x"', b'{"ref": 1}'),
    *(b"-Infinity", b"1" * 30, b"0." + b"1" * 5_000, b'"2026-11-24T00:00:00Z"', b'"' + b"9" * 5_000 + b'"'),
)
_JSON_VALUE = re.compile(rb'(?<=[:,\[])\s*("[^"]*"|[-\w.]+)(?=\s*[,\]}])')
_JSON_ROW = re.compile(rb"(?<=[,\[])\s*(\{[^{}]*\})")
_JSON_KEY = re.compile(rb'"(\w+)"(?=:)')


def bent_json(data: bytes, chance: random.Random) -> bytes:
    """An answer that is still JSON: values and keys changed, rows doubled and dropped; else plain damage."""
    if chance.random() < 0.2:
        return damaged(data, chance)
    for _ in range(chance.randint(1, 6)):
        pattern = chance.choices((_JSON_VALUE, _JSON_ROW, _JSON_KEY), (8, 1, 1))[0]
        found = list(pattern.finditer(data))
        if not found:
            return data
        place = chance.choice(found)
        if pattern is _JSON_KEY:
            new = chance.choice((b"ref", b"price", b"stocks", b"total", b"modifiedSince", b"x"))
        elif pattern is _JSON_ROW:
            new = chance.choice((place[1] + b", " + place[1], *JSON_VALUES))
        else:
            new = chance.choice(JSON_VALUES)
        data = data[: place.start(1)] + new + data[place.end(1) :]
    return data


def inside_a_gzip(data: bytes, chance: random.Random) -> bytes:
    """Damage what is packed, or now and then the packing."""
    if chance.random() < 0.5:
        return damaged(data, chance)
    return gzip.compress(damaged(gzip.decompress(data), chance), chance.randrange(10))


VALUES = re.compile(rb">([^<>]+)<|\"([^\"<>]*)\"")
STRANGE = (
    b"9788437604947",
    b"-1",
    b"1e9",
    b"NaN",
    b"=A1",
    b"",
    b"XFD1048576",
    b"s",
    b"n",
    b"d",
    b"e",
    b"999999999",
    b"'",
)


def other_value(content: bytes, chance: random.Random) -> bytes:
    """The same XML, one of its values changed: it is still XML, and says something else."""
    found = list(VALUES.finditer(content))
    if not found:
        return content
    chosen = chance.choice(found)
    group = 1 if chosen.group(1) is not None else 2
    return content[: chosen.start(group)] + chance.choice(STRANGE) + content[chosen.end(group) :]


def inside_a_zip(data: bytes, chance: random.Random) -> bytes:
    """Damage one member of a zip, or now and then the zip itself."""
    if chance.random() < 0.2:
        return damaged(data, chance)
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(kept, "w") as new:
        names = old.namelist()
        # The sheet and its strings are read; what is around them only now and then.
        likely = [name for name in names if "sheet1" in name or "shared" in name or "csv" in name]
        chosen = chance.choice(likely if likely and chance.random() < 0.8 else names)
        for name in names:
            content = old.read(name)
            bend = other_value if content.startswith(b"<") and chance.random() < 0.8 else damaged
            new.writestr(name, bend(content, chance) if name == chosen else content)
    return kept.getvalue()


def workbook() -> bytes:
    """A small spreadsheet with a text, numbers, a formula and a date."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("isbn", "cantidad", "pvp"), ("9788437604947", 3, 15.95), (9782070368228, "=1+1", date(2026, 1, 2))):
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return kept.getvalue()


def seeds(start: bytes, lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """A file of all lines; the same with other line ends, as UTF-16, and padded as trade software pads."""
    text = start + b"\r\n".join(lines)
    wide = text.decode("utf-8", "replace").encode("utf-16")
    return text, text.replace(b"\r\n", b"\n"), text + b"\x00" * 90, wide


CSV = CSV_START + b"\r\n".join(CSV_LINES)
described = partial(configured.read, options=DESCRIBED)
PARSERS = [
    Parser(
        "cegald",
        partial(by_line, cegald.read, cegald_lines),
        seeds(CEGALD_START, CEGALD_LINES),
        CEGALD_START,
        CEGALD_LINES,
    ),
    Parser("art_asc", partial(by_line, art_asc.read, art_lines), seeds(ART_START, ART_LINES), ART_START, ART_LINES),
    Parser(
        "model_csv", partial(by_line, model_csv.read, model_lines), seeds(CSV_START, CSV_LINES), CSV_START, CSV_LINES
    ),
    Parser("model_xlsx", partial(whole, model_csv.read), (workbook(),), damage=inside_a_zip, cost=10),
    Parser(
        "described",
        partial(by_line, described, partial(lines_behind, 1)),
        seeds(DESCRIBED_START, DESCRIBED_LINES),
        DESCRIBED_START,
        DESCRIBED_LINES,
    ),
    Parser("geslib_initial", partial(whole, geslib.read), (INITIAL,), b"I|\r\n", GESLIB_LINES),
    Parser("geslib_change", geslib_change, (b"\r\n".join(GESLIB_LINES),), b"B|1|1\r\n", GESLIB_LINES),
    Parser("stocks_json", partial(whole, stocks_json.read), (JSON,), damage=bent_json),
    Parser("unpack_gzip", unpacked, (gzip.compress(CSV), gzip.compress(CSV) * 2), damage=inside_a_gzip),
    Parser("unpack_zip", unpacked, (zipped("a/stock.csv", CSV),), damage=inside_a_zip),
]

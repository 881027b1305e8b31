"""The network's own model file (F21): delimited text that any spreadsheet can write.

The first line names the columns, in Spanish, French or English: ISBN and quantity are needed; price (with VAT,
euros) and condition may follow, others are ignored. Parted by ";", "," or tab; decimal comma or point; one
title a line. The whole inventory is sent each time: an absent title means zero.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trade.base.errors import Refused
from trade.base.raw_text import decode, numbered_lines
from trade.base.text import N_
from trade.catalogue.rules import fold, isbn13
from trade.stock.rules import Entry, Header, Reading, price_of, quantity_of, reading_of, refusal
from trade.stock.sheet import Line

NAME = "model_csv"
TITLE = N_("Model file (CSV)")
VAT_INCLUDED = True
WHOLE_INVENTORY = True

DELIMITERS = ";\t,"
NAMES: Mapping[str, frozenset[str]] = {
    "isbn": frozenset({"isbn", "isbn13", "isbn 13", "ean", "ean13", "ean 13", "codigo", "code"}),
    "quantity": frozenset({"cantidad", "quantite", "quantity", "stock", "existencias", "unidades", "copies"}),
    "price": frozenset({"pvp", "precio", "prix", "prix ttc", "price", "precio con iva", "price with vat"}),
    "condition": frozenset({"estado", "etat", "condition"}),
}
NEW = frozenset({"", "nuevo", "neuf", "new", "n"})

_PRICE = re.compile(r"^([0-9]{1,6})(?:[.,]([0-9]{1,2}))?$")
_MARKS = re.compile(r"[\s€]|eur$", re.IGNORECASE)
_WHOLE = re.compile(r"^([0-9]{1,9})(?:[.,]0+)?$")

_HEADINGS = {
    "es": ("isbn", "cantidad", "pvp", "estado"),
    "fr": ("ean", "quantité", "prix_ttc", "état"),
    "en": ("isbn", "quantity", "price", "condition"),
}
_CONDITION = {"es": "nuevo", "fr": "neuf", "en": "new"}
_EXAMPLES = ((9788437604947, 3, "15,95"), (9782070368228, 1, "8,60"))


@dataclass(frozen=True)
class _Columns:
    """Where each known column stands, and how many there are."""

    delimiter: str
    places: Mapping[str, int]
    count: int

    def pick(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""


def template(language: str) -> bytes:
    """The model file to download, with headings in the language and two sample lines; it reads without a refusal."""
    headings = _HEADINGS.get(language, _HEADINGS["en"])
    condition = _CONDITION.get(language, _CONDITION["en"])
    rows = [";".join(headings)]
    rows += [f"{isbn};{quantity};{price};{condition}" for isbn, quantity, price in _EXAMPLES]
    return "\r\n".join([*rows, ""]).encode("utf-8-sig")


def read(data: bytes) -> Reading:
    """The lines of a model file. Raises Refused where its first line does not name ISBN and quantity."""
    lines = numbered_lines(decode(data))
    number, heading = next(lines, (1, ""))
    if heading.lower().startswith("sep="):
        number, heading = next(lines, (number, ""))
    return reading_of(Header(), _entries(lines, _columns(number, heading)))


def _columns(number: int, heading: str) -> _Columns:
    delimiter = max(DELIMITERS, key=heading.count)
    cells = [fold(cell) for cell in _cells(heading, delimiter)]
    places = {name: place for name, known in NAMES.items() for place, cell in enumerate(cells) if cell in known}
    missing = [name for name in ("isbn", "quantity") if name not in places]
    if missing:
        raise Refused(
            N_("Line %(line)s must name the columns, and “%(column)s” is not among them. Download the model file."),
            line=number,
            column=missing[0],
        )
    return _Columns(delimiter, places, len(cells))


def _entries(lines: Iterator[tuple[int, str]], columns: _Columns) -> Iterator[Entry]:
    for number, line in lines:
        try:
            yield _title(number, _cells(line, columns.delimiter), columns)
        except Refused as refused:
            yield refusal(number, line, refused)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        raise Refused(N_("A quotation mark is not closed on its line; each title stands on one line.")) from None


def _title(number: int, cells: list[str], columns: _Columns) -> Line:
    while len(cells) > columns.count and not cells[-1].strip():
        cells.pop()
    if len(cells) > columns.count:
        raise Refused(
            N_("The line has %(cells)s cells, the first line %(columns)s: is a decimal comma taken for a separator?"),
            cells=len(cells),
            columns=columns.count,
        )
    isbn = isbn13(columns.pick(cells, "isbn"))
    condition = fold(columns.pick(cells, "condition"))
    if condition not in NEW:
        raise Refused(N_("Only new copies are offered; this line says “%(condition)s”."), condition=condition[:40])
    return Line(number, isbn, _quantity(columns.pick(cells, "quantity")), _price(columns.pick(cells, "price")))


def _quantity(cell: str) -> int:
    whole = _WHOLE.match(cell)
    return quantity_of(whole[1] if whole else cell)


def _price(cell: str) -> int | None:
    bare = _MARKS.sub("", cell)
    if not bare:
        return None
    if "," in bare and "." in bare:
        thousands = "." if bare.rindex(",") > bare.rindex(".") else ","
        bare = bare.replace(thousands, "")
    found = _PRICE.match(bare)
    if not found:
        raise Refused(N_("“%(price)s” is no price; write it like 20,90 or 20.90."), price=cell[:40])
    return price_of(f"{found[1]}{(found[2] or '').ljust(2, '0')}")

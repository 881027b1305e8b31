"""Stock as a table of cells: the columns of a delimited file or of a sheet, whatever they are called and wherever.

What the model file and every adapter that staff configure have in common (F20, F21).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trade.base.errors import Refused
from trade.base.text import N_
from trade.catalogue.rules import fold, isbn13
from trade.stock.quick import (
    BLANK,
    Found,
    Lines,
    Mask,
    Places,
    fields,
    isbn_of,
    letters,
    price_in_cents,
    read_by,
    right_aligned,
)
from trade.stock.quick import copies as copies_of
from trade.stock.rules import MAX_PRICE, Entry, Header, Reading, price_of, quantity_of, refusal
from trade.stock.sheet import NO_PRICE, Line

COLUMNS = ("isbn", "quantity", "price", "condition")
NEW = frozenset({"", "nuevo", "neuf", "new", "n"})

_PRICE = re.compile(r"^([0-9]{1,6})(?:[.,]([0-9]{1,2}))?$")
_MARKS = re.compile(r"[\s€]|eur$", re.IGNORECASE)
_WHOLE = re.compile(r"^([0-9]{1,9})(?:[.,]0+)?$")
_LONGEST_PRICE = 9
_LONGEST_ISBN = 17


@dataclass(frozen=True)
class Table:
    """Where the known columns stand (from 0), how many cells a line has, and how prices are written.

    ``decimal`` is the one decimal mark of prices, empty where comma and point both may be; ``in_cents``: prices are
    whole cents. ``delimiter`` parts the cells of a text.
    """

    places: Mapping[str, int]
    count: int
    delimiter: str = ";"
    decimal: str = ""
    in_cents: bool = False

    def read(self, lines: Lines, header: Header) -> Reading:
        """The lines of a text behind its heading."""
        return read_by(lines, self.normal, self.entry, header)

    def entry(self, number: int, line: str) -> Entry:
        """One line of a text, read with care."""
        try:
            return self.title(number, cells_of(line, self.delimiter))
        except Refused as refused:
            return refusal(number, line, refused)

    def title(self, number: int, cells: list[str]) -> Line:
        """One title from its cells. Raises Refused."""
        while len(cells) > self.count and not cells[-1].strip():
            cells.pop()
        if len(cells) > self.count:
            raise Refused(
                N_(
                    "The line has %(cells)s cells, the first line %(columns)s: "
                    "is a decimal comma taken for a separator?"
                ),
                cells=len(cells),
                columns=self.count,
            )
        isbn = isbn13(self._pick(cells, "isbn"))
        condition = fold(self._pick(cells, "condition"))
        if condition not in NEW:
            raise Refused(N_("Only new copies are offered; this line says “%(condition)s”."), condition=condition[:40])
        return Line(number, isbn, _quantity(self._pick(cells, "quantity")), self._price(self._pick(cells, "price")))

    def _pick(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def _price(self, cell: str) -> int | None:
        bare = _MARKS.sub("", cell)
        if not bare:
            return None
        if self.in_cents:
            return price_of(bare)
        if self.decimal:
            return self._price_with_mark(bare, cell)
        if "," in bare and "." in bare:
            thousands = "." if bare.rindex(",") > bare.rindex(".") else ","
            bare = bare.replace(thousands, "")
        found = _PRICE.match(bare)
        if not found:
            raise Refused(N_("“%(price)s” is no price; write it like 20,90 or 20.90."), price=cell[:40])
        return price_of(f"{found[1]}{(found[2] or '').ljust(2, '0')}")

    def _price_with_mark(self, bare: str, cell: str) -> int | None:
        found = self._pattern.match(bare)
        if not found:
            raise Refused(
                N_("“%(price)s” is no price with the decimal mark “%(mark)s”."), price=cell[:40], mark=self.decimal
            )
        whole = re.sub(r"[.,]", "", found[1])
        return price_of(f"{whole}{(found[2] or '').ljust(2, '0')}")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Digits, perhaps grouped by threes, then at most two decimals that count; zeros behind them do no harm."""
        mark, group = re.escape(self.decimal), re.escape("." if self.decimal == "," else ",")
        return re.compile(rf"^([0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]{{1,6}})(?:{mark}([0-9]{{1,2}})0{{0,4}})?$")

    # --- the quick way ---

    def normal(self, lines: Lines) -> Found:
        """Lines with the right number of cells, none of them quoted, each in its plainest form."""
        places, right = fields(lines, self.delimiter, self.count)

        def cell(name: str) -> tuple[Places, Places]:
            place = self.places[name]
            return places[:, place] + 1, places[:, place + 1]

        isbn, good = _isbns(lines, *cell("isbn"))
        quantity, counted = copies_of(lines, *cell("quantity"))
        right &= good & counted
        price = np.full(len(lines), NO_PRICE, dtype=np.int64)
        if "price" in self.places:
            price, priced = self._prices(lines, *cell("price"))
            right &= priced
        if "condition" in self.places:
            right &= _new(lines, *cell("condition"))
        return Found(right, isbn, quantity, price)

    def _prices(self, lines: Lines, starts: Places, ends: Places) -> tuple[Places, Mask]:
        columns = right_aligned(lines, starts, ends, _LONGEST_PRICE)
        length = ends - starts
        marks = b"" if self.in_cents else (self.decimal or ",.").encode()
        cents, right = price_in_cents(columns, length, marks)
        if self.in_cents:
            cents = np.where(cents > 0, cents // 100, cents)
        return cents, right & (length <= _LONGEST_PRICE) & (cents <= MAX_PRICE)


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line; a quotation mark that is not closed never reaches into the next one. Raises Refused."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        raise Refused(N_("A quotation mark is not closed on its line; each title stands on one line.")) from None


def _quantity(cell: str) -> int:
    whole = _WHOLE.match(cell)
    return quantity_of(whole[1] if whole else cell)


def _isbns(lines: Lines, starts: Places, ends: Places) -> tuple[Places, Mask]:
    columns = letters(lines, starts, _LONGEST_ISBN)
    columns.T[np.arange(_LONGEST_ISBN)[:, None] >= ends - starts] = BLANK
    isbn, right = isbn_of(columns)
    return isbn, right & (ends - starts <= _LONGEST_ISBN)


def _new(lines: Lines, starts: Places, ends: Places) -> Mask:
    length = ends - starts
    right: Mask = length == 0
    for word in sorted(NEW - {""}):
        spelt = letters(lines, starts, len(word)) == np.frombuffer(word.encode(), dtype=np.uint8)
        right = right | (spelt.all(axis=1) & (length == len(word)))
    return right

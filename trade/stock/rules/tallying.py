"""A file summed up: one row an ISBN, and what becomes of an ISBN that comes more than once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from trade.base.text import N_, Text
from trade.stock.columns import Integers, Titles
from trade.stock.rules.lines import MAX_QUANTITY, Reading, Rejected
from trade.stock.sheet import NO_PRICE, SEVERAL_PRICES, Sheet

MOST_REPEATS = 2_000
"""Repeated ISBNs that are listed one by one; the counts know all of them."""


class Repeated(StrEnum):
    """What an ISBN counts that stands on several lines (a setting)."""

    HIDE = "hide"
    ADD = "add"
    LAST = "last"
    HIGHEST = "highest"


@dataclass(frozen=True, slots=True)
class Repeat:
    """An ISBN on several lines: their numbers, and the prices found on them."""

    isbn: int
    lines: tuple[int, ...]
    prices: tuple[int, ...]


@dataclass(frozen=True)
class Tally:
    """The sum of a file: lines accepted, those refused, titles, and the first of the ISBNs that came more than once."""

    accepted: int
    rejected: list[Rejected]
    titles: Titles
    repeats: list[Repeat]

    @property
    def read(self) -> int:
        """Data lines: every one is either accepted or refused."""
        return self.accepted + len(self.rejected)

    @property
    def repeated(self) -> int:
        """Lines that repeat the ISBN of an earlier one."""
        return self.accepted - len(self.titles)


def tally(reading: Reading, *, rule: Repeated = Repeated.HIDE) -> Tally:
    """Sum up a file.

    Copies of a repeated ISBN are added. Where its lines name several prices, the title is hidden (HIDE) or has the
    last one (ADD). LAST: only its last line counts. HIGHEST: the most copies and the highest price of its lines.
    """
    sheet = reading.sheet
    order = np.argsort(sheet.isbn, kind="stable")
    isbn = sheet.isbn[order]
    first = np.flatnonzero(np.concatenate([[True], isbn[1:] != isbn[:-1]])) if len(isbn) else np.zeros(0, np.int64)
    if len(first) == len(isbn):
        titles = Titles(isbn, np.minimum(sheet.quantity[order], MAX_QUANTITY).astype(np.int32), sheet.price[order])
        return Tally(len(sheet), reading.rejected, titles, [])
    sorted_sheet = Sheet(sheet.number[order], isbn, sheet.quantity[order], sheet.price[order])
    quantity, price = _SUMS[rule](sorted_sheet, first)
    titles = Titles(isbn[first], np.minimum(quantity, MAX_QUANTITY).astype(np.int32), price.astype(np.int32))
    return Tally(len(sheet), reading.rejected, titles, _repeats(sorted_sheet, first))


def _ends(sheet: Sheet, first: Integers) -> Integers:
    return np.append(first[1:], len(sheet)) - 1


def _hide(sheet: Sheet, first: Integers) -> tuple[Integers, Integers]:
    highest = np.maximum.reduceat(sheet.price, first)
    lowest = np.minimum.reduceat(np.where(sheet.price == NO_PRICE, np.iinfo(np.int32).max, sheet.price), first)
    several = (highest != NO_PRICE) & (highest != lowest)
    return _copies(sheet, first), np.where(several, SEVERAL_PRICES, highest)


def _add(sheet: Sheet, first: Integers) -> tuple[Integers, Integers]:
    place = np.where(sheet.price == NO_PRICE, -1, np.arange(len(sheet)))
    last = np.maximum.reduceat(place, first)
    return _copies(sheet, first), np.where(last < first, NO_PRICE, sheet.price[last])


def _last(sheet: Sheet, first: Integers) -> tuple[Integers, Integers]:
    ends = _ends(sheet, first)
    return sheet.quantity[ends], sheet.price[ends]


def _highest(sheet: Sheet, first: Integers) -> tuple[Integers, Integers]:
    return np.maximum.reduceat(sheet.quantity, first), np.maximum.reduceat(sheet.price, first)


def _copies(sheet: Sheet, first: Integers) -> Integers:
    return np.add.reduceat(sheet.quantity.astype(np.int64), first)


_SUMS = {Repeated.HIDE: _hide, Repeated.ADD: _add, Repeated.LAST: _last, Repeated.HIGHEST: _highest}


def _repeats(sheet: Sheet, first: Integers) -> list[Repeat]:
    """The repeated ISBNs in the order in which they first come, at most MOST_REPEATS."""
    ends = _ends(sheet, first)
    many = np.flatnonzero(ends > first)
    many = many[np.argsort(sheet.number[first[many]], kind="stable")][:MOST_REPEATS]
    return [_repeat(sheet, int(first[place]), int(ends[place]) + 1) for place in many]


def _repeat(sheet: Sheet, begin: int, end: int) -> Repeat:
    prices = np.unique(sheet.price[begin:end])
    named = prices[prices != NO_PRICE]
    return Repeat(int(sheet.isbn[begin]), tuple(sheet.number[begin:end].tolist()), tuple(named.tolist()))


def remark(repeat: Repeat, *, rule: Repeated = Repeated.HIDE) -> Text:
    """What the bookseller reads about a repeated ISBN: what its lines count."""
    values = {"isbn": str(repeat.isbn), "times": len(repeat.lines)}
    return Text(_REMARKS[rule, len(repeat.prices) > 1], values)


_HIDDEN = N_("%(isbn)s stands on %(times)s lines with different prices: it stays hidden.")
_ADDED = N_("%(isbn)s stands on %(times)s lines: their copies are added.")
_ADDED_LAST_PRICE = N_("%(isbn)s stands on %(times)s lines: their copies are added, the last price counts.")
_LAST_COUNTS = N_("%(isbn)s stands on %(times)s lines: the last one counts.")
_HIGHEST_COUNTS = N_("%(isbn)s stands on %(times)s lines: the highest number of copies and the highest price count.")
_REMARKS = {
    (Repeated.HIDE, False): _ADDED,
    (Repeated.HIDE, True): _HIDDEN,
    (Repeated.ADD, False): _ADDED,
    (Repeated.ADD, True): _ADDED_LAST_PRICE,
    (Repeated.LAST, False): _LAST_COUNTS,
    (Repeated.LAST, True): _LAST_COUNTS,
    (Repeated.HIGHEST, False): _HIGHEST_COUNTS,
    (Repeated.HIGHEST, True): _HIGHEST_COUNTS,
}

"""The Place des Libraires stock file ``<bookshop>_ART.asc``, as French bookshop software exports it.

First line "EXTRACTION STOCK DU dd/mm/yyyy"; then for each title in stock the bookshop's number, the EAN (13),
the quantity (4) and the price with VAT in cents (10), all zero-filled. An absent title means zero.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from trade.base.errors import Refused
from trade.base.fixed_width import Column, Layout
from trade.base.plain import tidy
from trade.base.raw_text import decode
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.stock.quick import Found, Lines, are_digits, isbn_of, letters, lines_in, read_by, value_of
from trade.stock.rules import MAX_PRICE, Entry, Header, Reading, price_of, quantity_of, refusal
from trade.stock.samples import DAY, MAGAZINE, SHELF, Sample
from trade.stock.sheet import NO_PRICE, Line

NAME = "art_asc"
TITLE = N_("Place des Libraires, _ART.asc")
VAT_INCLUDED = True
WHOLE_INVENTORY = True

_FIRST = re.compile(r"^EXTRACTION STOCK DU ([0-9]{2})/([0-9]{2})/([0-9]{4})$")
_AFTER_SHOP = 13 + 4 + 10
_LONGEST_LINE = _AFTER_SHOP + 20


def read(data: bytes) -> Reading:
    """The header and the lines of an _ART.asc file. Raises Refused where the first line is not its own."""
    every = lines_in(decode(data)).trimmed(b" ")
    number, line = next(iter(every), (1, ""))
    day = _date(line)
    lines = every.after(number)
    layout = _layout(lines)
    sender = _sender(lines, layout)

    def careful(number: int, line: str) -> Entry:
        return _entry(number, line, layout, sender)

    def normal(part: Lines) -> Found:
        return _normal(part, layout, sender)

    return read_by(lines, normal, careful, Header(day, tidy(sender)))


def samples() -> tuple[Sample, ...]:
    """The stock of bookshop 9999, and a magazine."""
    lines = [f"9999{isbn}{copies:04}{cents:010}" for isbn, copies, cents in (*SHELF, (MAGAZINE, 1, 550))]
    text = "\r\n".join([f"EXTRACTION STOCK DU {DAY:%d/%m/%Y}", *lines, ""])
    return (Sample("9999_ART.asc", text.encode(), SHELF, refuses=1),)


def _date(line: str) -> date:
    found = _FIRST.match(line)
    if not found:
        raise Refused(N_("Line 1: “EXTRACTION STOCK DU dd/mm/yyyy” is expected. Is this an _ART.asc file?"))
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        raise Refused(N_("Line 1: “%(date)s” is no date; dd/mm/yyyy is expected."), date=line[20:]) from None


def _layout(lines: Lines) -> Layout:
    """The bookshop's number has no fixed length: the commonest line tells it."""
    counted = np.bincount(np.clip(lines.lengths, 0, _LONGEST_LINE + 1), minlength=_LONGEST_LINE + 2)
    counted[: _AFTER_SHOP + 1] = counted[_LONGEST_LINE + 1 :] = 0
    shop = int(counted.argmax()) - _AFTER_SHOP if counted.any() else 1
    return Layout(
        "ART",
        (
            Column("shop", 1, shop),
            Column("ean", shop + 1, 13),
            Column("quantity", shop + 14, 4),
            Column("price", shop + 18, 10),
        ),
    )


def _sender(lines: Lines, layout: Layout) -> str:
    """The bookshop's number on most lines of the right length; of several the one that sorts first."""
    width = layout.columns[0].length
    numbers = letters(lines, lines.starts[lines.lengths == layout.width], width)
    if not len(numbers):
        return ""
    same = (numbers == numbers[0]).all(axis=1)
    if 2 * same.sum() > len(numbers):
        return bytes(numbers[0]).decode("utf-8", errors="replace")
    found, counts = np.unique(numbers, axis=0, return_counts=True)
    return bytes(found[counts.argmax()]).decode("utf-8", errors="replace")


def _normal(lines: Lines, layout: Layout, sender: str) -> Found:
    """Lines of the right length that begin with the bookshop's number and hold nothing but digits behind it."""
    shop = layout.columns[0].length
    columns = letters(lines, lines.starts, layout.width)
    behind = columns[:, shop:]
    isbn, right = isbn_of(behind[:, :13])
    cents = value_of(behind[:, 17:27])
    known = np.frombuffer(sender.encode(), dtype=np.uint8)
    right &= (lines.lengths == layout.width) & are_digits(behind).all(axis=1) & (cents <= MAX_PRICE)
    # Letters of several bytes shift the columns, which are counted in letters.
    right &= (columns[:, :shop] == known).all(axis=1) if len(known) == shop and sender.isascii() else False
    return Found(right, isbn, value_of(behind[:, 13:17]), np.where(cents == 0, NO_PRICE, cents))


def _entry(number: int, line: str, layout: Layout, sender: str) -> Entry:
    try:
        fields = layout.cut(line)
        if fields["shop"] != sender:
            raise Refused(
                N_("The line belongs to bookshop %(shop)s, the file to %(sender)s."), shop=fields["shop"], sender=sender
            )
        return Line(number, isbn13(fields["ean"]), quantity_of(fields["quantity"]), price_of(fields["price"]))
    except Refused as refused:
        return refusal(number, line, refused)

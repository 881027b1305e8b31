"""The Place des Libraires stock file ``<bookshop>_ART.asc``, as French bookshop software exports it.

First line "EXTRACTION STOCK DU dd/mm/yyyy"; then for each title in stock the bookshop's number, the EAN (13),
the quantity (4) and the price with VAT in cents (10), all zero-filled. An absent title means zero.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from trade.base.errors import Refused
from trade.base.fixed_width import Column, Layout
from trade.base.raw_text import decode, numbered_lines
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.stock.rules import Entry, Header, Reading, price_of, quantity_of, reading_of, refusal
from trade.stock.sheet import Line

NAME = "art_asc"
TITLE = N_("Place des Libraires, _ART.asc")
VAT_INCLUDED = True
WHOLE_INVENTORY = True

_FIRST = re.compile(r"^EXTRACTION STOCK DU ([0-9]{2})/([0-9]{2})/([0-9]{4})$")
_AFTER_SHOP = 13 + 4 + 10
_LONGEST_SHOP = 20

Numbered = tuple[int, str]


def read(data: bytes) -> Reading:
    """The header and the lines of an _ART.asc file. Raises Refused where the first line is not its own."""
    lines = [(number, line.rstrip(" ")) for number, line in numbered_lines(decode(data))]
    day = _date(lines[0][1] if lines else "")
    layout = _layout(lines[1:])
    shops = Counter(line[: layout.columns[0].length] for _, line in lines[1:] if len(line) == layout.width)
    sender = shops.most_common(1)[0][0] if shops else ""
    return reading_of(Header(day, sender), (_entry(number, line, layout, sender) for number, line in lines[1:]))


def _date(line: str) -> date:
    found = _FIRST.match(line)
    if not found:
        raise Refused(N_("Line 1: “EXTRACTION STOCK DU dd/mm/yyyy” is expected. Is this an _ART.asc file?"))
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        raise Refused(N_("Line 1: “%(date)s” is no date; dd/mm/yyyy is expected."), date=line[20:]) from None


def _layout(lines: Sequence[Numbered]) -> Layout:
    """The bookshop's number has no fixed length: the commonest line tells it."""
    lengths = Counter(len(line) for _, line in lines if _AFTER_SHOP < len(line) <= _AFTER_SHOP + _LONGEST_SHOP)
    shop = lengths.most_common(1)[0][0] - _AFTER_SHOP if lengths else 1
    return Layout(
        "ART",
        (
            Column("shop", 1, shop),
            Column("ean", shop + 1, 13),
            Column("quantity", shop + 14, 4),
            Column("price", shop + 18, 10),
        ),
    )


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

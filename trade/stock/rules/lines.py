"""The lines of a stock file as a format reads them: what is accepted, what is refused and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from heapq import merge

from trade.base.errors import Refused
from trade.base.raw_text import digits
from trade.base.text import N_, Text
from trade.stock.sheet import Line, Sheet, lines_of, sheet_of

MAX_PRICE = 1_000_000
"""No book costs more than 10,000 EUR: a higher price is a shifted field."""
MAX_QUANTITY = 99_999
EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Rejected:
    """One refused line: its number, why, and how it begins."""

    number: int
    reason: Text
    excerpt: str


Entry = Line | Rejected


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself, where the format tells: the day of the stock, who sent it, is it all there is.

    ``whole`` None leaves it to the format whether a title that the file does not name is sold out.
    """

    date: date | None = None
    sender: str = ""
    whole: bool | None = None


@dataclass(frozen=True)
class Memory:
    """What a format must know of this file to read the next one: its number, and bytes of the format's own."""

    number: int | None
    data: bytes


@dataclass(frozen=True)
class Reading:
    """A file that was read: what it says of itself, its accepted lines as columns, its refused lines in their order.

    Every data line is in ``sheet`` or in ``rejected``.
    """

    header: Header
    sheet: Sheet
    rejected: list[Rejected]
    memory: Memory | None = None

    @property
    def entries(self) -> Iterator[Entry]:
        """Accepted and refused lines one by one, in the order of the file: for small files and for tests."""
        return merge(lines_of(self.sheet), self.rejected, key=lambda entry: entry.number)


def reading_of(header: Header, entries: Iterable[Entry]) -> Reading:
    """The reading of a file whose lines were read one by one."""
    lines: list[Line] = []
    rejected: list[Rejected] = []
    for entry in entries:
        if isinstance(entry, Rejected):
            rejected.append(entry)
        else:
            lines.append(entry)
    return Reading(header, sheet_of(lines), rejected)


def refusal(number: int, line: str, refused: Refused) -> Rejected:
    """The refused line as it is shown to the bookseller."""
    shown = "".join(c if c.isprintable() else " " for c in line.strip())
    return Rejected(number, refused.text, shown[:EXCERPT])


def quantity_of(field: str) -> int:
    """Copies of a line; ASCII digits only. Raises Refused for a missing, negative or absurd number."""
    text = field.strip()
    if text.startswith("-"):
        raise Refused(N_("The quantity %(quantity)s is negative; stock is zero or more."), quantity=text[:20])
    copies = digits(text)
    if copies is None:
        raise Refused(N_("“%(quantity)s” is no quantity; write a whole number."), quantity=text[:20])
    if copies > MAX_QUANTITY:
        raise Refused(N_("%(quantity)s copies are more than any bookshop holds."), quantity=text[:20])
    return copies


def price_of(field: str) -> int | None:
    """Cents of a field with two implied decimals; None where it is blank or zero (A15).

    Raises Refused for a negative price, for anything but ASCII digits, and above 10,000 EUR.
    """
    text = field.strip()
    if text.startswith("-"):
        raise Refused(N_("The price %(price)s is negative."), price=text[:20])
    cents = digits(text) if text else 0
    if cents is None:
        raise Refused(N_("“%(price)s” is no price in cents."), price=text[:20])
    if cents > MAX_PRICE:
        raise Refused(N_("The price %(price)s is above 10,000 EUR: its field has shifted."), price=text[:20])
    return cents or None

"""The basket: ISBNs and copies in the browser's session, nowhere else; at most fifty titles."""

from __future__ import annotations

from collections.abc import Iterable

from flask import session as cookie

from trade.base.errors import Refused
from trade.base.text import N_
from trade.orders.actions import MOST_COPIES, MOST_LINES

BASKET = "basket"


def contents() -> list[tuple[int, int]]:
    """The titles in the order they came, each with its copies."""
    kept = cookie.get(BASKET)
    return [(int(isbn), int(copies)) for isbn, copies in kept] if isinstance(kept, list) else []


def count() -> int:
    """How many copies are in it, for the header."""
    return sum(copies for _, copies in contents())


def put(isbn: int) -> None:
    """Put a title in once; one that is there stays as it is. Raises Refused where the basket is full."""
    present = contents()
    if any(known == isbn for known, _ in present):
        return
    if len(present) >= MOST_LINES:
        raise Refused(N_("The basket is full: it holds %(titles)s titles. Order them first."), titles=MOST_LINES)
    _keep([*present, (isbn, 1)])


def change(isbn: int, copies: int) -> None:
    """Set the copies of a title; none takes it out."""
    bounded = min(max(copies, 0), MOST_COPIES)
    _keep((known, bounded if known == isbn else before) for known, before in contents())


def take_out(isbns: Iterable[int]) -> None:
    """Take titles out: they are ordered, or not wanted."""
    gone = set(isbns)
    _keep(pair for pair in contents() if pair[0] not in gone)


def _keep(pairs: Iterable[tuple[int, int]]) -> None:
    cookie[BASKET] = [[isbn, copies] for isbn, copies in pairs if copies > 0]

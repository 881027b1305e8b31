"""Withdrawals as a reader sees them: the books she may choose, and those she has declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flask import request

from storefront.shown import BookShown, StateShown, book_shown, state_shown
from trade.base.text import N_
from trade.orders.models import Order, Withdrawal
from trade.orders.queries import titles_of
from trade.orders.states import WITHDRAWAL
from web.language import moment

NOTHING_CHOSEN = N_("Choose the books you withdraw from.")


class LineLeft(NamedTuple):
    """A line of which copies may be withdrawn, and how many are chosen."""

    id: int
    book: BookShown
    most: int
    chosen: int


class Declared(NamedTuple):
    """A withdrawal that was declared."""

    reference: str
    books: list[str]
    when: str
    state: StateShown
    reason: str


def chosen(left: Mapping[int, int]) -> dict[int, int]:
    """The copies of each line in the form; all that is left where the form was not sent, none for what is no number."""
    if request.method == "GET":
        return dict(left)
    typed = {line: request.form.get(f"copies-{line}", "0") for line in left}
    return {line: _copies(words, left[line]) for line, words in typed.items()}


def _copies(words: str, most: int) -> int:
    return min(int(words), most) if words.isascii() and words.isdigit() and len(words) < 6 else 0


def lines_left(order: Order, left: Mapping[int, int], copies: Mapping[int, int]) -> list[LineLeft]:
    """The lines that can be chosen."""
    return [
        LineLeft(line.id, book_shown(line.book), left[line.id], copies.get(line.id, 0))
        for line in order.lines
        if line.id in left
    ]


def declared(order: Order, withdrawals: Iterable[Withdrawal]) -> list[Declared]:
    """The withdrawals from an order."""
    return [
        Declared(
            one.reference,
            titles_of(order, one),
            moment(one.declared_at),
            state_shown(WITHDRAWAL.states[one.state].label, WITHDRAWAL.states[one.state].shape),
            one.reason,
        )
        for one in withdrawals
    ]

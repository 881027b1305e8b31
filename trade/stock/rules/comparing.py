"""What a file changes against the last applied one, and what undoes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from trade.stock.columns import ADDED, CHANGED, ZEROED, Changes, Titles
from trade.stock.sheet import NO_PRICE


def difference(before: Titles, after: Titles, *, whole: bool = True, other_vat: bool = False) -> Changes:
    """What applying ``after`` over ``before`` (titles with copies) does. A title with no copies is as good as absent.

    ``whole``: what ``after`` does not name is sold out; else it stays as it is. ``other_vat``: the prices of one
    hold VAT and those of the other do not, so that every title with a price changes. ``cents`` are as written until
    :func:`trade.stock.rules.with_vat` is asked, and nothing is hidden yet.
    """
    places, known = before.places(after.isbn)
    quantity = np.where(known, before.quantity[places], 0) if len(before) else np.zeros(len(after), dtype=np.int32)
    price = np.where(known, before.price[places], NO_PRICE) if len(before) else np.full(len(after), NO_PRICE)
    named = after.quantity > 0
    moved = (after.quantity != quantity) | (after.price != price)
    if other_vat:
        moved |= after.price > 0
    parts = [
        (CHANGED, named & known & moved),
        (ADDED, named & ~known),
        (ZEROED, ~named & known),
    ]
    vanished = ~_named_in(after, before) if whole else np.zeros(len(before), dtype=np.bool_)
    gone = int(np.count_nonzero(vanished))
    rows = np.concatenate([np.flatnonzero(mask) for _, mask in parts])
    kind = np.repeat([kind for kind, _ in parts], [int(np.count_nonzero(mask)) for _, mask in parts])
    found = _changes(
        np.concatenate([before.isbn[vanished], after.isbn[rows]]),
        np.concatenate([np.full(gone, ZEROED), kind]),
        np.concatenate([before.quantity[vanished], quantity[rows]]),
        np.concatenate([np.zeros(gone), after.quantity[rows]]),
        np.concatenate([before.price[vanished], price[rows]]),
        np.concatenate([np.full(gone, NO_PRICE), after.price[rows]]),
    )
    return found.where(np.lexsort((found.isbn, found.kind)))


def _named_in(after: Titles, before: Titles) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    _, there = after.places(before.isbn)
    return there


def _changes(
    isbn: np.ndarray, kind: np.ndarray, had: np.ndarray, has: np.ndarray, was: np.ndarray, now: np.ndarray
) -> Changes:
    price_before, price_after = was.astype(np.int32), now.astype(np.int32)
    return Changes(
        isbn=isbn.astype(np.int64),
        kind=kind.astype(np.uint8),
        quantity_before=had.astype(np.int32),
        quantity_after=has.astype(np.int32),
        price_before=price_before,
        price_after=price_after,
        cents_before=price_before,
        cents_after=price_after,
        hidden=np.zeros(len(isbn), dtype=np.bool_),
    )


def applied(before: Titles, changes: Changes) -> Titles:
    """The stock after the changes: what they do not name stays."""
    stays = np.ones(len(before), dtype=np.bool_)
    places, known = before.places(changes.isbn)
    stays[places[known]] = False
    new = changes.where(changes.quantity_after > 0)
    isbn = np.concatenate([before.isbn[stays], new.isbn])
    order = np.argsort(isbn, kind="stable")
    return Titles(
        isbn[order],
        np.concatenate([before.quantity[stays], new.quantity_after])[order],
        np.concatenate([before.price[stays], new.price_after])[order],
    )


def fits(stock: Titles, changes: Changes) -> bool:
    """Whether the stock is what these changes led to: only then can they be undone."""
    places, known = stock.places(changes.isbn)
    there = changes.quantity_after > 0
    if not np.array_equal(known, there):
        return False
    found = places[there]
    return np.array_equal(stock.quantity[found], changes.quantity_after[there]) and np.array_equal(
        stock.price[found], changes.price_after[there]
    )


def undone(changes: Changes) -> Changes:
    """The changes that lead back: what was added goes, what went comes back. Nothing is hidden yet."""
    turned = np.array([ADDED, CHANGED, ZEROED], dtype=np.uint8)[changes.kind]
    back = replace(
        changes,
        kind=turned,
        quantity_before=changes.quantity_after,
        quantity_after=changes.quantity_before,
        price_before=changes.price_after,
        price_after=changes.price_before,
        cents_before=changes.cents_after,
        cents_after=changes.cents_before,
        hidden=np.zeros(len(changes), dtype=np.bool_),
    )
    return back.where(np.lexsort((back.isbn, back.kind)))


def brought_back(stock: Titles, done: Iterable[Changes]) -> Titles:
    """The stock before these changes, the last one first. Raises ValueError where they did not lead to the stock."""
    for changes in done:
        if not fits(stock, changes):
            raise ValueError("The stock is not what these changes led to.")
        stock = applied(stock, undone(changes))
    return stock

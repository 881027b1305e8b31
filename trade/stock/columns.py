"""Stock as columns: one row an ISBN (:class:`Titles`), and what changes from one stock to the next (:class:`Changes`).

ISBNs are int64, the rest int32; prices are cents, ``NO_PRICE`` where none is named, ``SEVERAL_PRICES`` where the
lines of one title disagree. Nothing here is an object a row: a night has 25 million of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from trade.stock.sheet import NO_PRICE, SEVERAL_PRICES

Integers = NDArray[np.integer]
Mask = NDArray[np.bool_]

ZEROED, CHANGED, ADDED = range(3)
KINDS = ("zeroed", "changed", "added")
"""The kinds of a change by their number, in the order in which they are listed."""
HIDING = frozenset({"price_error", "mispriced"})
"""Two words for changes that hide a title for its price: the verdict's, and that of the run's count."""


@dataclass(frozen=True, slots=True)
class Title:
    """One ISBN of a stock: copies in all, the price, whether its lines disagree on it."""

    quantity: int
    price: int | None
    several_prices: bool = False


def title_of(quantity: int, price: int) -> Title:
    """One row of the columns."""
    return Title(quantity, None if price < 0 else price, price == SEVERAL_PRICES)


@dataclass(frozen=True)
class Columns:
    """Columns of one length."""

    isbn: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.isbn)

    def where(self, chosen: Mask | Integers) -> Self:
        """These rows of them."""
        return type(self)(*(getattr(self, column.name)[chosen] for column in fields(self)))


@dataclass(frozen=True)
class Titles(Columns):
    """A stock, sorted by ISBN, each once: copies, and the price as the file writes it."""

    quantity: NDArray[np.int32]
    price: NDArray[np.int32]

    @property
    def held(self) -> Titles:
        """The titles with copies: one without is as good as absent."""
        there = self.quantity > 0
        return self if bool(there.all()) else self.where(there)

    def places(self, isbns: NDArray[np.int64]) -> tuple[Integers, Mask]:
        """Where each of these ISBNs stands, and whether it is there at all (where not, the place means nothing)."""
        if not len(self):
            return np.zeros(len(isbns), dtype=np.int64), np.zeros(len(isbns), dtype=np.bool_)
        if np.array_equal(self.isbn, isbns):  # the titles of a night's file are mostly those of the last one
            return np.arange(len(self)), np.ones(len(self), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.isbn, isbns), len(self) - 1)
        return places, self.isbn[places] == isbns

    def __getitem__(self, isbn: int) -> Title:
        places, there = self.places(np.array([isbn], dtype=np.int64))
        if not there[0]:
            raise KeyError(isbn)
        return title_of(int(self.quantity[places[0]]), int(self.price[places[0]]))

    def by_isbn(self) -> dict[int, Title]:
        """One object a title: for small stocks and for tests."""
        rows = zip(self.isbn.tolist(), self.quantity.tolist(), self.price.tolist(), strict=True)
        return {isbn: title_of(quantity, price) for isbn, quantity, price in rows}


def titles_of(titles: Mapping[int, Title]) -> Titles:
    """The columns of single titles."""
    isbns = sorted(titles)
    prices = [SEVERAL_PRICES if titles[n].several_prices else titles[n].price for n in isbns]
    return Titles(
        np.array(isbns, dtype=np.int64),
        np.array([titles[isbn].quantity for isbn in isbns], dtype=np.int32),
        np.array([NO_PRICE if price is None else price for price in prices], dtype=np.int32),
    )


NOTHING = titles_of({})


@dataclass(frozen=True)
class Changes(Columns):
    """What becomes of each title that a file changes: in the order of ``KINDS``, then of ISBNs.

    ``kind`` (uint8); copies and prices as written before and after; ``cents``: the same prices with VAT; ``hidden``:
    readers will no longer, or not, see the title since its price is too far from the network's, and it is this
    change that hides it.
    """

    kind: NDArray[np.uint8]
    quantity_before: NDArray[np.int32]
    quantity_after: NDArray[np.int32]
    price_before: NDArray[np.int32]
    price_after: NDArray[np.int32]
    cents_before: NDArray[np.int32]
    cents_after: NDArray[np.int32]
    hidden: NDArray[np.bool_]

    def count(self, kind: int) -> int:
        """How many changes are of this kind."""
        return int(np.count_nonzero(self.kind == kind))

    def chosen(self, kind: str | None) -> Changes:
        """The changes of one kind, of all (None), or (``price_error``) those that hide a title for its price."""
        if kind is None:
            return self
        return self.where(self.hidden if kind in HIDING else self.kind == KINDS.index(kind))

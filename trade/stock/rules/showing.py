"""Which titles in stock readers may see: one rule, told for one title and for columns of them.

Prices are cents with VAT here; a test holds the two tellings together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from trade.base.money import PER
from trade.stock.columns import Changes, Integers, Mask, Title
from trade.stock.sheet import SEVERAL_PRICES


class Verdict(StrEnum):
    """May a title in stock be shown, and if not, why: decided when a file, a price or a threshold changes."""

    VISIBLE = "visible"
    UNKNOWN_BOOK = "unknown_book"
    NO_NETWORK_PRICE = "no_network_price"
    SEVERAL_PRICES = "several_prices"
    NO_PRICE = "no_price"
    PRICE_ERROR = "price_error"


VERDICTS = tuple(Verdict)
"""The verdicts by their number in a column."""
VISIBLE = VERDICTS.index(Verdict.VISIBLE)
UNKNOWN_BOOK = VERDICTS.index(Verdict.UNKNOWN_BOOK)
PRICE_ERROR = VERDICTS.index(Verdict.PRICE_ERROR)


@dataclass(frozen=True, slots=True)
class KnownBook:
    """What the catalogue knows of an ISBN: its price with VAT, None where it has none, and its category."""

    price: int | None
    category: str


def verdict_on(title: Title, *, book: KnownBook | None, thresholds: Mapping[str, int]) -> Verdict:
    """Whether a title may be shown (T124, A13, A15). ``thresholds`` are per ten thousand, by category.

    A category without a threshold tolerates nothing.
    """
    if book is None:
        return Verdict.UNKNOWN_BOOK
    if book.price is None:
        return Verdict.NO_NETWORK_PRICE
    if title.several_prices:
        return Verdict.SEVERAL_PRICES
    if title.price is None:
        return Verdict.NO_PRICE
    within = price_within(book.price, title.price, threshold=thresholds.get(book.category, 0))
    return Verdict.VISIBLE if within else Verdict.PRICE_ERROR


@dataclass(frozen=True)
class Facts:
    """What the catalogue and the settings say of each title of a column: is the book known, the network's price
    (NO_PRICE where it has none), the threshold of its category, the rate of its VAT; both per ten thousand.
    """

    known: Mask
    price: Integers
    threshold: Integers
    vat_rate: Integers

    def where(self, chosen: Mask | Integers) -> Facts:
        """These rows of them."""
        return Facts(self.known[chosen], self.price[chosen], self.threshold[chosen], self.vat_rate[chosen])


def verdicts_on(declared: Integers, facts: Facts) -> NDArray[np.uint8]:
    """:func:`verdict_on` for a column of declared prices with VAT, as numbers of ``VERDICTS``."""
    network, own = facts.price.astype(np.int64), declared.astype(np.int64)
    apart = np.abs(network - own)
    within = (apart <= 1) | (apart * PER <= facts.threshold * own)
    found = np.select(
        [~facts.known, network < 0, own == SEVERAL_PRICES, own < 0, within],
        [VERDICTS.index(v) for v in _IN_ORDER],
        PRICE_ERROR,
    )
    return found.astype(np.uint8)


_IN_ORDER = (
    Verdict.UNKNOWN_BOOK,
    Verdict.NO_NETWORK_PRICE,
    Verdict.SEVERAL_PRICES,
    Verdict.NO_PRICE,
    Verdict.VISIBLE,
)


def with_vat(written: Integers, rate: Integers) -> NDArray[np.int32]:
    """Prices as written without VAT, with it, each rounded once, half up (A13); those that are none stay so."""
    net = written.astype(np.int64)
    gross = (2 * net * (PER + rate) + PER) // (2 * PER)
    return np.where(net > 0, gross, net).astype(np.int32)


def price_within(network: int, declared: int, *, threshold: int) -> bool:
    """Whether two prices with VAT are near enough: a difference of exactly the threshold is (T124).

    The threshold is a share of the declared price. One cent is always tolerated: taking VAT off a price and
    adding it again may lose one.
    """
    apart = abs(network - declared)
    return apart <= 1 or apart * PER <= threshold * declared


@dataclass(frozen=True, slots=True)
class Gap:
    """The network's price and the declared one of a title in stock, VAT included, with its category."""

    category: str
    network: int
    declared: int


def hidden_by(gaps: Iterable[Gap], *, category: str, threshold: int) -> int:
    """How many titles of a category a threshold hides: the what-if of a bookseller who changes it (T112)."""
    return sum(
        not price_within(gap.network, gap.declared, threshold=threshold) for gap in gaps if gap.category == category
    )


def judged(written: Integers, facts: Facts, *, vat_included: bool) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """The declared prices with VAT of titles, and the verdicts on them."""
    declared = written.astype(np.int32) if vat_included else with_vat(written, facts.vat_rate)
    return declared, verdicts_on(declared, facts)


def explained(changes: Changes, facts: Facts, *, vat_before: bool, vat_after: bool) -> Changes:
    """Changes with their prices with VAT, and which of them hide a title for its price."""
    cents_before, before = judged(changes.price_before, facts, vat_included=vat_before)
    cents_after, after = judged(changes.price_after, facts, vat_included=vat_after)
    hidden_before = (changes.quantity_before > 0) & (before == PRICE_ERROR)
    hidden_after = (changes.quantity_after > 0) & (after == PRICE_ERROR)
    return replace(changes, cents_before=cents_before, cents_after=cents_after, hidden=hidden_after & ~hidden_before)

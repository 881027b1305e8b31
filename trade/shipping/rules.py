"""What delivery and handling cost: weights, tariffs, free delivery, the legal floor, management fees.

Amounts are cents with VAT, weights whole grams. Sources: F11-F12, T93-T99, T126-T127, T141-T142, A03, A09-A12,
domain.md 1.6.3, 1.6.4 and 4.5; France's floor is the arrêté of 4 April 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Mode = Literal["delivery", "pickup"]
Multiplicity = Literal["source", "line", "max"]


class NotDelivered(ValueError):
    """No tariff is known for a zone: nothing can be delivered there. ``zone`` names it."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__(f"There is no tariff for the zone {zone}.")


# --- weight ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packed:
    """So many copies of a book in a parcel; ``grams`` of one copy, None where the catalogue knows no weight."""

    copies: int
    grams: int | None
    pocket: bool = False
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Weight:
    """What a parcel weighs with its packaging; an estimate as soon as one book's weight is (F12)."""

    grams: int
    is_estimate: bool


def weight_of(books: Iterable[Packed], *, packaging: int, pocket: int, other: int) -> Weight:
    """Books plus packaging. A book without weight counts as ``pocket`` or ``other`` grams, marked as an estimate."""
    total, estimated = packaging, False
    for book in books:
        assumed = pocket if book.pocket else other
        total += book.copies * (assumed if book.grams is None else book.grams)
        estimated |= book.grams is None or book.is_estimate
    return Weight(total, estimated)


# --- delivery ----------------------------------------------------------------------------------------

Brackets = Mapping[str, Sequence[tuple[int, int]]]
"""For each zone, pairs of the largest weight and the price, lightest first."""


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """``free_above``: strictly above, 0 never (A09). ``floor``: the least below ``floor_below``, 0 none; from there on
    one cent at the least; for each parcel or for the order (requirements 1.7)."""

    free_above: int = 0
    floor: int = 0
    floor_below: int = 0
    floor_scope: Literal["parcel", "order"] = "parcel"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the reader pays for delivery: ``tariff_cents`` is what the table says, before ``why`` changed it."""

    cents: int
    tariff_cents: int
    why: Literal["tariff", "free", "floor"] = "tariff"


def tariff(brackets: Brackets, *, zone: str, grams: int) -> int:
    """The price of the smallest bracket that holds the weight; what is too heavy for the largest goes as several.

    Raises NotDelivered for a zone without tariff.
    """
    steps = brackets.get(zone)
    if not steps:
        raise NotDelivered(zone)
    heaviest, most = steps[-1]
    full, rest = divmod(grams, heaviest)
    if rest == 0 and full:
        return full * most
    return full * most + next(cents for up_to, cents in steps if rest <= up_to)


def delivery_fee(
    *, books_cents: int, grams: int, zone: str, brackets: Brackets, rules: DeliveryRules, parcels: int = 1
) -> Delivery:
    """What delivering an order costs its reader, once for the order (T93, T96, T98).

    Free strictly above the limit, which counts the books alone, with VAT, before any gift cheque (A09); then the
    law's floor holds, whatever the tariff or the limit say.
    """
    listed = tariff(brackets, zone=zone, grams=grams)
    cents, why = listed, "tariff"
    if rules.free_above and books_cents > rules.free_above:
        cents, why = 0, "free"
    if rules.floor:
        times = parcels if rules.floor_scope == "parcel" else 1
        least = rules.floor * times if books_cents < rules.floor_below else 1
        if cents < least:
            cents, why = least, "floor"
    return Delivery(cents, listed, why)  # type: ignore[arg-type]


# --- management fees ---------------------------------------------------------------------------------


class FeeRule(StrEnum):
    """Which of the three management fees a line carries (A03); every order line says so."""

    NONE = ""
    TRADE_LAST_RESORT = "trade_last_resort"
    TRUSTED = "trusted"
    DELEGATED = "delegated"


@dataclass(frozen=True, slots=True)
class Charged:
    """The fee one line would carry alone: its rule, who supplies it, and cents (0 where the fee is switched off)."""

    rule: FeeRule
    supplier_id: int | None
    cents: int


def line_fees(lines: Sequence[Charged], *, multiplicity: Multiplicity) -> list[int]:
    """The fee of each line once they stand together in one order, without the back room (A12).

    ``source``: once for each supplier, on its first line; ``line``: on each line; ``max``: the highest alone.
    """
    if multiplicity == "line":
        return [line.cents for line in lines]
    if multiplicity == "max":
        highest = max(range(len(lines)), key=lambda number: lines[number].cents, default=None)
        return [line.cents if number == highest else 0 for number, line in enumerate(lines)]
    seen: set[tuple[FeeRule, int | None]] = set()
    fees = []
    for line in lines:
        source = (line.rule, line.supplier_id)
        fees.append(0 if source in seen else line.cents)
        seen.add(source)
    return fees


def back_room_fees(used: Sequence[tuple[int, int]], *, mode: Mode) -> dict[int, int]:
    """What each delegated distributor's fee comes to in one order; ``used`` are pairs of distributor and fee.

    Rule 7: one parcel delivered costs no fee (a), one to collect its fee (b), several delivered the lowest fee (c),
    several to collect all of them (d). It does not depend on free delivery (A11). Of equal fees the first counts.
    """
    fees = dict(used)
    if mode == "pickup":
        return fees
    lowest = min(fees, key=lambda distributor: fees[distributor], default=None) if len(fees) > 1 else None
    return {distributor: cents if distributor == lowest else 0 for distributor, cents in fees.items()}

"""From where each line of an order comes, and what the order costs: the same inputs always give the same plan.

The ways of a line come in the order in which they are tried (domain.md 1.6.1): own shelf, trusted distributors in the
bookshop's order, another bookshop, presale; with the back room open delegated distributors alone, allocated so that
they send the fewest parcels (1.6.4). Everything that was tried stays in the plan with the reason it was dropped for,
and :func:`to_trace` writes the inputs down so that :func:`replay` can decide again years later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from trade.availability.rules.labels import Label
from trade.base.text import N_
from trade.shipping.rules import (
    Charged,
    Delivery,
    DeliveryRules,
    FeeRule,
    Mode,
    Multiplicity,
    Packed,
    Weight,
    back_room_fees,
    delivery_fee,
    line_fees,
    weight_of,
)
from trade.trastienda.rules import allocate


class Dropped(StrEnum):
    """Why a way does not serve a line; each has its sentence in :data:`WHY_DROPPED`."""

    DOES_NOT_HAVE_IT = "does_not_have_it"
    TOO_FEW = "too_few"
    NOT_SWITCHED_ON = "not_switched_on"
    NO_ANSWER = "no_answer"
    HIDDEN = "hidden"
    NOT_SOLD = "not_sold"
    NOT_NEEDED = "not_needed"
    MORE_PARCELS = "more_parcels"


WHY_DROPPED = {
    Dropped.DOES_NOT_HAVE_IT: N_("does not have it"),
    Dropped.TOO_FEW: N_("has too few copies"),
    Dropped.NOT_SWITCHED_ON: N_("is not switched on"),
    Dropped.NO_ANSWER: N_("gave no answer"),
    Dropped.HIDDEN: N_("has it, but it is not shown"),
    Dropped.NOT_SOLD: N_("may not sell it: the publisher says so"),
    Dropped.NOT_NEEDED: N_("was not needed"),
    Dropped.MORE_PARCELS: N_("would have made more parcels"),
}

_FEES = {
    Label.SHORT_TERM: FeeRule.TRUSTED,
    Label.PRINT_ON_DEMAND: FeeRule.TRUSTED,
    Label.OTHER_BOOKSHOP: FeeRule.TRADE_LAST_RESORT,
    Label.DELEGATED: FeeRule.DELEGATED,
}


@dataclass(frozen=True, slots=True)
class Way:
    """One source that could supply a line. ``copies`` is None where nobody tells how many it has: enough.

    ``supplier_id`` is the distributor or the other bookshop. ``fee_cents`` is the management fee it brings alone.
    ``stopped``: why it cannot serve at all; it then stays in the trace only. ``release``: a presale's day.
    """

    label: Label
    supplier_id: int | None = None
    supplier: str = ""
    copies: int | None = None
    fee_cents: int = 0
    from_hours: int | None = None
    to_hours: int | None = None
    release: date | None = None
    stopped: Dropped | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What the reader wants: copies of a book at the platform's price, cents with VAT (T148)."""

    isbn: int
    copies: int
    price_cents: int
    grams: int | None = None
    pocket: bool = False
    grams_are_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What bears on the costs at one bookshop, as the settings and tariffs say at the moment.

    ``brackets`` are those of the reader's zone alone; none of them: nothing is delivered there.
    """

    mode: Mode
    zone: str = ""
    brackets: tuple[tuple[int, int], ...] = ()
    delivery: DeliveryRules = DeliveryRules()
    packaging: int = 0
    pocket: int = 0
    other: int = 0
    multiplicity: Multiplicity = "source"
    back_room: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A way with what became of it: kept (``dropped`` is None) or the reason it was dropped for."""

    way: Way
    dropped: Dropped | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A line with the way by which it comes (None: this bookshop cannot serve it) and its fee."""

    line: Line
    way: Way | None
    fee_rule: FeeRule
    fee_cents: int
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one bookshop would serve an order. ``delivery`` is None where it is collected, or cannot be delivered.

    ``parcels`` counts who sends: the bookshop itself, or each delegated distributor. Cents with VAT.
    """

    mode: Mode
    lines: tuple[Planned, ...]
    weight: Weight
    parcels: int
    delivery: Delivery | None

    @property
    def is_whole(self) -> bool:
        """Whether every line is served, and delivered where that is wanted."""
        return all(line.way for line in self.lines) and (self.mode == "pickup" or self.delivery is not None)

    @property
    def books_cents(self) -> int:
        """The books, VAT included."""
        return sum(planned.line.copies * planned.line.price_cents for planned in self.lines)

    @property
    def delivery_cents(self) -> int:
        """The delivery fee; 0 where it is collected."""
        return self.delivery.cents if self.delivery else 0

    @property
    def handling_cents(self) -> int:
        """All management fees."""
        return sum(planned.fee_cents for planned in self.lines)

    @property
    def total_cents(self) -> int:
        """What the reader pays."""
        return self.books_cents + self.delivery_cents + self.handling_cents


def make_plan(lines: Sequence[Line], ways: Sequence[Sequence[Way]], terms: Terms) -> Plan:
    """Choose a way for every line, then what they cost together. ``ways`` holds those of each line, in order."""
    tried = _allocated(lines, ways) if terms.back_room else [_first(*pair) for pair in zip(lines, ways, strict=True)]
    kept = [next((one.way for one in each if one.dropped is None), None) for each in tried]
    charged = [_charged(way) for way in kept]
    fees = _back_room(charged, terms.mode) if terms.back_room else line_fees(charged, multiplicity=terms.multiplicity)
    planned = tuple(
        Planned(line, way, fee.rule, cents, tuple(each))
        for line, way, fee, cents, each in zip(lines, kept, charged, fees, tried, strict=True)
    )
    served = [line for line in planned if line.way]
    weight = weight_of(
        (Packed(one.line.copies, one.line.grams, one.line.pocket, one.line.grams_are_estimate) for one in served),
        packaging=terms.packaging,
        pocket=terms.pocket,
        other=terms.other,
    )
    senders = {one.way.supplier_id if terms.back_room else None for one in served if one.way}
    return Plan(terms.mode, planned, weight, len(senders), _delivery(served, weight, len(senders), terms))


def _first(line: Line, ways: Sequence[Way]) -> list[Tried]:
    """The first way that has enough is kept; those after it were not needed."""
    found = False
    tried = []
    for way in ways:
        dropped = way.stopped or (Dropped.NOT_NEEDED if found else _too_few(line, way))
        found = found or dropped is None
        tried.append(Tried(way, dropped))
    return tried


def _too_few(line: Line, way: Way) -> Dropped | None:
    return Dropped.TOO_FEW if way.copies is not None and way.copies < line.copies else None


def _allocated(lines: Sequence[Line], ways: Sequence[Sequence[Way]]) -> list[list[Tried]]:
    """Delegated distributors: the fewest parcels first, then the bookshop's priority (T89, T90, T92)."""
    able: list[list[int]] = [
        [way.supplier_id for way in each if way.supplier_id and not (way.stopped or _too_few(line, way))]
        for line, each in zip(lines, ways, strict=True)
    ]
    order = list(dict.fromkeys(way.supplier_id for each in ways for way in each if way.supplier_id))
    chosen = allocate(able, priority=order)
    return [
        [Tried(way, way.stopped or _too_few(line, way) or _why_not(way, distributor)) for way in each]
        for line, each, distributor in zip(lines, ways, chosen, strict=True)
    ]


def _why_not(way: Way, distributor: int | None) -> Dropped | None:
    return None if way.supplier_id == distributor else Dropped.MORE_PARCELS


def _charged(way: Way | None) -> Charged:
    if way is None or way.label not in _FEES:
        return Charged(FeeRule.NONE, None, 0)
    return Charged(_FEES[way.label], way.supplier_id, way.fee_cents)


def _back_room(charged: Sequence[Charged], mode: Mode) -> list[int]:
    """Each distributor's fee stands on its first line."""
    used = {fee.supplier_id: fee.cents for fee in charged if fee.supplier_id is not None}
    fees = back_room_fees(list(used.items()), mode=mode)
    return [0 if fee.supplier_id is None else fees.pop(fee.supplier_id, 0) for fee in charged]


def _delivery(served: Sequence[Planned], weight: Weight, parcels: int, terms: Terms) -> Delivery | None:
    if terms.mode == "pickup" or not terms.brackets or not served:
        return None
    return delivery_fee(
        books_cents=sum(one.line.copies * one.line.price_cents for one in served),
        grams=weight.grams,
        zone=terms.zone,
        brackets={terms.zone: terms.brackets},
        rules=terms.delivery,
        parcels=parcels,
    )


# --- the trace ---------------------------------------------------------------------------------------


def to_trace(plan: Plan, terms: Terms) -> dict[str, Any]:
    """The inputs of a plan and what came of them, as JSON."""
    return {
        "terms": {**asdict(terms), "brackets": [list(pair) for pair in terms.brackets]},
        "lines": [
            {
                "line": asdict(planned.line),
                "fee_rule": str(planned.fee_rule),
                "fee_cents": planned.fee_cents,
                "ways": [_plain(tried) for tried in planned.tried],
            }
            for planned in plan.lines
        ],
        "weight": asdict(plan.weight),
        "delivery_cents": plan.delivery_cents,
        "handling_cents": plan.handling_cents,
        "total_cents": plan.total_cents,
    }


def _plain(tried: Tried) -> dict[str, Any]:
    way = tried.way
    return {
        **asdict(way),
        "label": str(way.label),
        "release": way.release and way.release.isoformat(),
        "stopped": way.stopped and str(way.stopped),
        "dropped": tried.dropped and str(tried.dropped),
    }


def from_trace(trace: Mapping[str, Any]) -> tuple[list[Line], list[list[Way]], Terms]:
    """The inputs that a trace holds. Raises KeyError or TypeError for one of another shape."""
    told = dict(trace["terms"])
    told["brackets"] = tuple((up_to, cents) for up_to, cents in told["brackets"])
    told["delivery"] = DeliveryRules(**told["delivery"])
    lines = [Line(**each["line"]) for each in trace["lines"]]
    return lines, [[_way(one) for one in each["ways"]] for each in trace["lines"]], Terms(**told)


def _way(told: Mapping[str, Any]) -> Way:
    parts = {name: value for name, value in told.items() if name != "dropped"}
    parts["label"] = Label(parts["label"])
    parts["release"] = date.fromisoformat(parts["release"]) if parts["release"] else None
    parts["stopped"] = Dropped(parts["stopped"]) if parts["stopped"] else None
    return Way(**parts)


def replay(trace: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Decide again from the stored inputs: the trace that comes of it, and whether it is the stored one."""
    lines, ways, terms = from_trace(trace)
    again = to_trace(make_plan(lines, ways, terms), terms)
    return again, again == dict(trace)

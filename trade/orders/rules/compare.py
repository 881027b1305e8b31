"""One basket, four answers: fewest trips, cheapest, soonest, my bookshop (T143).

Books cost the same everywhere; what differs is delivery, management fees, the day, and how many bookshops are visited
or parcels come. A basket may be split among bookshops. Baskets of up to ``MOST_SPLIT`` titles are compared in every
possible way; larger ones by the splits in which each title goes to the soonest, or to the cheapest, of some bookshops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import combinations, product
from typing import Final, Literal

from trade.base.text import N_
from trade.orders.rules.supply import Line, Plan, Terms, Way, make_plan

MOST_BOOKSHOPS: Final = 5
MOST_SPLIT: Final = 5

Kind = Literal["fewest", "cheapest", "soonest", "mine"]
ANSWERS: Final[dict[Kind, str]] = {
    "fewest": N_("Fewest trips"),
    "cheapest": N_("Cheapest"),
    "soonest": N_("Soonest"),
    "mine": N_("My bookshop"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One bookshop that is compared: its ways for each title, and when it would have each ready (None: never)."""

    bookshop_id: int
    ways: tuple[tuple[Way, ...], ...]
    ready: tuple[datetime | None, ...]
    terms: Terms
    kilometres: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one bookshop serves of the basket: the numbers of the titles, and how."""

    bookshop_id: int
    titles: tuple[int, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Answer:
    """A way to have the whole basket. ``trips`` are bookshops to visit, or parcels that come; cents with VAT."""

    parts: tuple[Part, ...]
    total_cents: int
    due: datetime
    trips: int
    kilometres: float


Split = tuple[int, ...]
"""For each title the number of the bookshop that serves it."""


def compare(lines: Sequence[Line], columns: Sequence[Column], *, mine: int | None = None) -> dict[Kind, Answer]:
    """The answers that exist, of at most ``MOST_BOOKSHOPS`` bookshops; ``mine`` is the reader's own.

    Fewest trips: then the soonest, the cheapest. Cheapest: then the fewest trips, the soonest. Soonest: then the
    cheapest, the fewest trips. Among equals the nearest. Raises ValueError for more bookshops.
    """
    if len(columns) > MOST_BOOKSHOPS:
        raise ValueError(f"at most {MOST_BOOKSHOPS} bookshops are compared, not {len(columns)}")
    part = _parts(lines, columns)
    found = [answer for split in _splits(lines, columns) if (answer := _answer(split, columns, part))]
    if not found:
        return {}
    answers: dict[Kind, Answer] = {
        "fewest": min(found, key=lambda one: (one.trips, one.due, one.total_cents, one.kilometres)),
        "cheapest": min(found, key=lambda one: (one.total_cents, one.trips, one.due, one.kilometres)),
        "soonest": min(found, key=lambda one: (one.due, one.total_cents, one.trips, one.kilometres)),
    }
    own = next((one for one in found if [each.bookshop_id for each in one.parts] == [mine]), None)
    return answers | ({"mine": own} if own else {})


def _parts(lines: Sequence[Line], columns: Sequence[Column]) -> Callable[[int, tuple[int, ...]], Part | None]:
    """What a bookshop makes of some titles, worked out once; None where it cannot serve them."""

    @cache
    def part(number: int, titles: tuple[int, ...]) -> Part | None:
        column = columns[number]
        plan = make_plan([lines[each] for each in titles], [column.ways[each] for each in titles], column.terms)
        return Part(column.bookshop_id, titles, plan) if plan.is_whole else None

    return part


def _answer(
    split: Split, columns: Sequence[Column], part: Callable[[int, tuple[int, ...]], Part | None]
) -> Answer | None:
    parts: list[Part] = []
    due: list[datetime] = []
    for number in sorted(set(split)):
        titles = tuple(title for title, where in enumerate(split) if where == number)
        one, ready = part(number, titles), [columns[number].ready[title] for title in titles]
        if one is None or None in ready:
            return None
        parts.append(one)
        due += [moment for moment in ready if moment]
    far = sum(columns[number].kilometres or 0.0 for number in set(split))
    trips = sum(one.plan.parcels if one.plan.mode == "delivery" else 1 for one in parts)
    return Answer(tuple(parts), sum(one.plan.total_cents for one in parts), max(due), trips, far)


def _splits(lines: Sequence[Line], columns: Sequence[Column]) -> Iterable[Split]:
    """Every way to part the titles among the bookshops, or the promising ones of a large basket."""
    if not lines or not columns:
        return ()
    if len(lines) <= MOST_SPLIT:
        return product(range(len(columns)), repeat=len(lines))
    return dict.fromkeys(_promising(lines, columns))


def _promising(lines: Sequence[Line], columns: Sequence[Column]) -> Iterator[Split]:
    def soonest(number: int, title: int) -> tuple[float, float]:
        ready = columns[number].ready[title]
        return (ready.timestamp() if ready else float("inf"), _fee(columns[number].ways[title]))

    def cheapest(number: int, title: int) -> tuple[float, float]:
        return soonest(number, title)[::-1]

    for size in range(1, len(columns) + 1):
        for some in combinations(range(len(columns)), size):
            for best in (soonest, cheapest):
                yield tuple(min(some, key=lambda one: best(one, title)) for title in range(len(lines)))


def _fee(ways: Sequence[Way]) -> float:
    return next((float(way.fee_cents) for way in ways if way.stopped is None), float("inf"))

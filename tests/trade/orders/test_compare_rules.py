"""The four answers for one basket, beside every possible split (T143)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.availability.rules import Label
from trade.orders.rules import Column, Line, Terms, Way, compare, make_plan

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
LINES = [Line(9788400000001 + number, 1, 1_000 + number, 300) for number in range(7)]
PICKUP = Terms("pickup")
HOME = Terms("delivery", "peninsula", ((2_000, 350), (20_000, 800)))


def column(number: int, days: list[int | None], fee: int = 0, terms: Terms = PICKUP) -> Column:
    """A bookshop that has each title ready after so many days, or never; what takes days costs its fee."""
    ways = tuple(
        ()
        if day is None
        else (Way(Label.ON_SHELF, copies=1),)
        if day == 0
        else (Way(Label.SHORT_TERM, number * 10 + day, fee_cents=fee),)
        for day in days
    )
    ready = tuple(None if day is None else NOW + timedelta(days=day) for day in days)
    return Column(number, ways, ready, terms, kilometres=float(number))


@pytest.mark.seed("T143")
def test_two_bookshops_two_totals_both_exact() -> None:
    shops = [column(1, [0, 2], fee=150, terms=HOME), column(2, [0, 0], terms=HOME)]
    found = compare(LINES[:2], shops, mine=1)
    assert found["mine"].total_cents == 2_001 + 350 + 150
    assert found["cheapest"].total_cents == found["soonest"].total_cents == 2_001 + 350
    assert [part.bookshop_id for part in found["cheapest"].parts] == [2]


def test_the_basket_of_the_picture() -> None:
    """One bookshop has all with a fee, one without but later, two together have all on their shelves today."""
    shops = [column(1, [0, 0, 1], 150), column(2, [0, 3, 3]), column(3, [None, None, 0])]
    found = compare(LINES[:3], shops)
    told = {kind: ([part.bookshop_id for part in one.parts], one.trips) for kind, one in found.items()}
    assert told == {"fewest": ([1], 1), "cheapest": ([2], 1), "soonest": ([1, 3], 2)}


def test_a_basket_that_nobody_has_is_not_answered() -> None:
    assert compare(LINES[:2], [column(1, [0, None]), column(2, [0, None])]) == {}
    assert compare([], []) == {}


def test_more_than_five_bookshops_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 5"):
        compare(LINES[:1], [column(number, [0]) for number in range(6)])


def test_a_large_basket_is_still_answered() -> None:
    """Seven titles: the promising splits. A bookshop with all of them is always among the answers."""
    shops = [column(1, [0, 0, 0, 4, 4, 4, 4], 100), column(2, [None, 0, 0, 0, 0, 0, 0]), column(3, [2] * 7, 50)]
    found = compare(LINES, shops, mine=3)
    assert [part.bookshop_id for part in found["soonest"].parts] == [1, 2]
    assert found["mine"].due == NOW + timedelta(days=2)
    assert found["fewest"].trips == 1


days = st.sampled_from([0, 0, 1, 2, 3, None])


@settings(max_examples=60)
@given(st.data(), st.sampled_from([PICKUP, HOME, replace(HOME, brackets=((700, 350), (20_000, 800)))]))
def test_every_answer_is_the_best_of_all_splits(data: Any, terms: Terms) -> None:
    size = data.draw(st.integers(1, 4))
    rows = data.draw(st.lists(st.tuples(st.lists(days, min_size=size, max_size=size), st.integers(0, 3)), max_size=4))
    shops = [column(number, list(told), fee * 100, terms) for number, (told, fee) in enumerate(rows, 1)]
    found = compare(LINES[:size], shops)
    every = [one for split in product(range(len(shops)), repeat=size) if (one := brute(split, shops, size))]
    assert bool(found) == bool(every)
    for kind, order in {"fewest": (2, 1, 0, 3), "cheapest": (0, 2, 1, 3), "soonest": (1, 0, 2, 3)}.items():
        if every:
            best = min(every, key=lambda one: tuple(one[place] for place in order))
            answer = found[kind]  # type: ignore[index]
            assert (answer.total_cents, answer.due, answer.trips, answer.kilometres) == best


def brute(split: tuple[int, ...], shops: list[Column], size: int) -> tuple[int, datetime, int, float] | None:
    """Total, day, trips and way of a split, worked out apart."""
    total, due, trips, far = 0, NOW, 0, 0.0
    for number in set(split):
        mine = [title for title in range(size) if split[title] == number]
        if any(not shops[number].ways[title] for title in mine):
            return None
        plan = make_plan([LINES[t] for t in mine], [shops[number].ways[t] for t in mine], shops[number].terms)
        total += plan.total_cents
        due = max([due, *(shops[number].ready[title] or NOW for title in mine)])
        trips += 1
        far += shops[number].kilometres or 0.0
    return total, due, trips, far

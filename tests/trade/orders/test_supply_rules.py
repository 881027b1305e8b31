"""From where the lines of an order come, and what it costs (T79-T99, T126, T127, T139-T142, domain.md 1.6)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.availability.rules import Label
from trade.orders.rules import Dropped, Line, Plan, Terms, Way, make_plan, replay, to_trace
from trade.shipping.rules import DeliveryRules
from trade.trastienda.rules import allocate

A, B = Line(9788400000001, 1, 2_495, 300), Line(9788400000002, 2, 1_095, None, pocket=True)
SHELF = Way(Label.ON_SHELF, copies=1)
TRUSTED = Way(Label.SHORT_TERM, 7, "Alcor", fee_cents=150, from_hours=24, to_hours=48)
SECOND = Way(Label.SHORT_TERM, 8, "Brañas", fee_cents=90)
OTHER = Way(Label.OTHER_BOOKSHOP, 3, "Marejada", copies=4, fee_cents=440)
HOME = Terms("delivery", "peninsula", ((2_000, 350), (20_000, 800)), DeliveryRules(free_above=8_000), 100, 200, 600)
COUNTER = replace(HOME, mode="pickup")


def dropped(plan: Plan) -> list[list[Dropped | None]]:
    """What became of each way of each line."""
    return [[one.dropped for one in line.tried] for line in plan.lines]


def test_the_first_source_that_has_enough_serves_and_the_rest_is_told() -> None:
    plan = make_plan([A, B], [[SHELF, TRUSTED], [SHELF, TRUSTED, OTHER]], HOME)
    assert [line.way for line in plan.lines] == [SHELF, TRUSTED]
    assert dropped(plan) == [[None, Dropped.NOT_NEEDED], [Dropped.TOO_FEW, None, Dropped.NOT_NEEDED]]
    assert (plan.books_cents, plan.delivery_cents, plan.handling_cents) == (4_685, 350, 150)
    assert (plan.total_cents, plan.weight.grams, plan.weight.is_estimate) == (5_185, 800, True)


@pytest.mark.seed("T142")
def test_the_first_distributor_in_the_bookshops_order_sets_the_fee() -> None:
    gone = replace(TRUSTED, stopped=Dropped.DOES_NOT_HAVE_IT)
    assert make_plan([A], [[TRUSTED, SECOND]], COUNTER).handling_cents == 150
    assert make_plan([A], [[SECOND, TRUSTED]], COUNTER).handling_cents == 90
    assert make_plan([A], [[gone, SECOND]], COUNTER).handling_cents == 90


@pytest.mark.seed("T127")
def test_the_fee_of_last_resort_is_charged_only_where_nobody_else_has_it() -> None:
    assert make_plan([A], [[SHELF, OTHER]], COUNTER).handling_cents == 0
    nobody = [replace(SHELF, stopped=Dropped.DOES_NOT_HAVE_IT), replace(TRUSTED, stopped=Dropped.NOT_SWITCHED_ON)]
    plan = make_plan([A], [[*nobody, OTHER]], COUNTER)
    assert (plan.lines[0].fee_rule, plan.handling_cents) == ("trade_last_resort", 440)


def test_what_nobody_has_leaves_the_plan_incomplete() -> None:
    plan = make_plan([A, B], [[SHELF], [SHELF]], HOME)
    assert not plan.is_whole
    assert [line.way for line in plan.lines] == [SHELF, None]


def test_where_there_is_no_tariff_nothing_is_delivered() -> None:
    assert not make_plan([A], [[SHELF]], replace(HOME, brackets=())).is_whole
    assert make_plan([A], [[SHELF]], replace(COUNTER, brackets=())).is_whole


def delegated(number: int, fee: int, **more: Any) -> Way:
    """A delegated distributor that answered."""
    return Way(Label.DELEGATED, number, f"D{number}", copies=9, fee_cents=fee, **more)


@pytest.mark.seed("T89", "T90", "T92", "T98", "T99")
@pytest.mark.parametrize(
    ("third_has_b", "mode", "served", "handling"),
    [
        (True, "delivery", [3, 3], 0),
        (True, "pickup", [3, 3], 200),
        (False, "delivery", [1, 2], 90),
        (False, "pickup", [1, 2], 240),
    ],
)
def test_the_worked_example_of_the_back_room(third_has_b: bool, mode: Any, served: list[int], handling: int) -> None:
    """D1 (1.50) has A, D2 (0.90) has B, D3 (2.00), the last in priority, has both or A alone (domain.md 1.6.4)."""
    no = {"stopped": Dropped.DOES_NOT_HAVE_IT}
    ways = [
        [delegated(1, 150), delegated(2, 90, **no), delegated(3, 200)],
        [delegated(1, 150, **no), delegated(2, 90), delegated(3, 200, **({} if third_has_b else no))],
    ]
    plan = make_plan([A, replace(B, copies=1)], ways, replace(HOME, mode=mode, back_room=True))
    assert [line.way and line.way.supplier_id for line in plan.lines] == served
    assert plan.handling_cents == handling
    assert plan.delivery_cents == (350 if mode == "delivery" else 0)


@given(st.lists(st.lists(st.integers(0, 4), max_size=5, unique=True), max_size=4), st.permutations(range(5)))
def test_allocation_is_the_fewest_parcels_then_the_priority(able: list[list[int]], priority: list[int]) -> None:
    """Beside every possible assignment."""
    chosen = allocate(able, priority=priority)
    assert [one is None for one in chosen] == [not each for each in able]
    used = sorted(priority.index(one) for one in set(chosen) if one is not None)
    covers = [
        sorted(priority.index(one) for one in range(5) if number >> one & 1)
        for number in range(32)
        if all(any(number >> one & 1 for one in each) for each in able if each)
    ]
    assert used == min(covers, key=lambda cover: (len(cover), cover))
    for one, each in zip(chosen, able, strict=True):
        assert one is None or one == min((o for o in each if priority.index(o) in used), key=priority.index)


def test_a_plan_can_be_made_again_from_its_trace_and_a_changed_trace_is_found() -> None:
    plan = make_plan([A, B], [[SHELF, TRUSTED], [SHELF, TRUSTED, OTHER]], HOME)
    stored = json.loads(json.dumps(to_trace(plan, HOME)))
    again, same = replay(stored)
    assert same and again["total_cents"] == plan.total_cents
    stored["lines"][1]["ways"][1]["fee_cents"] = 10
    again, same = replay(stored)
    assert not same and again["total_cents"] == plan.total_cents - 140

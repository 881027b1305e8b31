"""Every move of an order from every state: legal ones are made, all others refused; the ledger balances after each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.cast import NOW
from tests.conftest import House
from tests.trade.orders.helpers import JUNCO, YEARS, now, open_for_sale, order, pay, totals
from trade.base.errors import Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.orders.actions import (
    Placed,
    abandoned,
    cancel,
    notify,
    refuse,
    reject,
    send,
    settle_cancelled,
    take,
    watch,
)
from trade.orders.models import Order
from trade.orders.states import FULFILLED, ORDER, PAID
from trade.payments.models import Payment, Refund
from trade.stock.models import StockHold

pytestmark = pytest.mark.database
LATER = NOW + timedelta(days=30)
COPIES = 9_000


@pytest.fixture(scope="module")
def network(request: pytest.FixtureRequest) -> str:
    """The platform collects: the model with more postings."""
    return str(getattr(request, "param", "fr"))


@pytest.fixture
def selling(house: House) -> House:
    """Alba sells, with copies for every order of a test."""
    open_for_sale(house, copies=COPIES)
    return house


Verb = Callable[[House, Placed], None]


def at_work(verb: Callable[[TenantSession, str], object]) -> Verb:
    """What the bookshop does, in a session of its own."""

    def act(house: House, placed: Placed) -> None:
        with house.session(house.cast.bookshop("alba")) as session:
            verb(session, placed.order.reference)

    return act


def by_reader(house: House, placed: Placed) -> None:
    """The reader cancels; the job that gives the money back follows."""
    with house.session(house.cast.reader()) as session:
        cancel(session, order_id=placed.order.id, at=NOW)
    with house.session() as session:
        settle_cancelled(session, order_id=placed.order.id, at=NOW)


def by_platform(move: str) -> Verb:
    """A move that the platform makes by itself."""

    def act(house: House, placed: Placed) -> None:
        with house.session() as session:
            found = session.get_one(Order, placed.order.id)
            fire(session, ORDER, found, move, role="platform", at=NOW)

    return act


def give_up(house: House, placed: Placed) -> None:
    """The time to pay is over."""
    with house.session() as session:
        abandoned(session, order_id=placed.order.id, at=NOW)


def run_out(house: House, placed: Placed) -> None:
    """The deadline passes."""
    with house.session() as session:
        watch(session, at=LATER)


VERBS: dict[str, Verb] = {
    "take": at_work(lambda session, reference: take(session, reference=reference, at=NOW)),
    "send": at_work(lambda session, reference: send(session, reference=reference, tracking="8L01234567895", at=NOW)),
    "notify": at_work(lambda session, reference: notify(session, reference=reference, at=NOW)),
    "reject": at_work(
        lambda session, reference: reject(session, reference=reference, reason_code="other", note="", at=NOW)
    ),
    "cancel": by_reader,
    "manage": by_platform("manage"),
}
SILENT: dict[str, Verb] = {"pay": pay, "abandon": give_up, "expire": run_out}
"""What the platform does changes nothing where it does not fit: it is asked again and again."""

PATHS: dict[str, tuple[str, ...]] = {
    "awaiting_payment": (),
    "abandoned": ("abandon",),
    "received": ("pay",),
    "in_process": ("pay", "take"),
    "in_management": ("pay", "manage"),
    "sent": ("pay", "take", "send"),
    "notified": ("pay", "take", "notify"),
    "rejected_by_shop": ("pay", "reject"),
    "rejected_by_reader": ("pay", "cancel"),
    "rejected_by_platform": ("pay", "expire"),
}


def bring(house: House, state: str, *, mode: str) -> Placed:
    """A fresh order in a state."""
    placed = order(house, basket=[(YEARS, 2), (JUNCO, 1)], mode=mode)  # type: ignore[arg-type]
    for step in PATHS[state]:
        (VERBS | SILENT)[step](house, placed)
    assert now(house, placed.order.reference).state == state
    return placed


def legal(state: str, verb: str, mode: str) -> str | None:
    """The state a verb leads to, by the table; None where it must not."""
    if verb == {"pickup": "send", "delivery": "notify"}[mode]:
        return None
    if verb == "pay" and state == "abandoned":
        return "received"
    return next((move.target for move in ORDER.moves if move.name == verb and state in move.origins), None)


def test_every_state_is_reached_and_every_move_of_the_table_is_a_verb() -> None:
    assert set(PATHS) == set(ORDER.states)
    assert {move.name for move in ORDER.moves} == {*VERBS, *SILENT, "take_up"}


@pytest.mark.seed("T50", "T52")
@pytest.mark.parametrize("state", list(PATHS))
def test_every_move_from_every_state(selling: House, state: str) -> None:
    mode = "delivery" if state == "sent" else "pickup"
    for verb, act in (VERBS | SILENT).items():
        placed = bring(selling, state, mode=mode)
        wanted = legal(state, verb, mode)
        if wanted is None and verb in VERBS:
            with pytest.raises(Refused):
                act(selling, placed)
        else:
            act(selling, placed)
        assert now(selling, placed.order.reference).state == (wanted or state), (state, verb)
        check_books(selling, placed)
        run_out(selling, placed)  # so that no clock runs on into the next one


def check_books(house: House, placed: Placed) -> None:
    """The postings of one order say exactly what its state does, and its holds, too."""
    with house.session() as session:
        found = session.get_one(Order, placed.order.id)
        accounts = totals(session, order_id=found.id)
        paid = session.scalar(
            select(func.coalesce(func.sum(Payment.cents), 0)).where(
                Payment.order_id == found.id, Payment.state == "paid"
            )
        )
        back = session.scalar(select(func.coalesce(func.sum(Refund.cents), 0)).where(Refund.order_id == found.id))
        assert sum(accounts.values()) == 0
        assert 0 <= back <= paid, (paid, back)
        assert accounts.get("gateway", 0) == -paid
        assert accounts.get("refunds_due", 0) == back
        assert accounts.get("orders_open", 0) == (paid - back if found.state in PAID else 0)
        shared = sum(accounts.get(name, 0) for name in ("bookshop", "commission", "vat_due", "delivery"))
        assert shared == (paid - back if found.state in FULFILLED else 0)
        holds = set(
            session.scalars(select(StockHold.state).where(StockHold.reference.startswith(f"{found.reference}-")))
        )
        ended = {"until_next_file"} if found.state in FULFILLED else {"released"}
        assert holds == ({"open"} if found.state in (*PAID, "awaiting_payment") else ended)


STEPS = ["pay", "abandon", "take", "refuse", "send", "notify", "reject", "cancel", "expire"]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=9), st.sampled_from(["pickup", "delivery"]))
def test_whatever_is_tried_in_whatever_order_the_books_balance(selling: House, steps: list[str], mode: str) -> None:
    placed = order(selling, basket=[(YEARS, 2), (JUNCO, 1)], mode=mode)  # type: ignore[arg-type]
    first = placed.order.lines[0].id
    verbs = VERBS | SILENT
    verbs["refuse"] = at_work(
        lambda session, reference: refuse(
            session, reference=reference, copies={first: 1}, reason_code="damaged", note="", at=NOW
        )
    )
    for step in steps:
        with contextlib.suppress(Refused):
            verbs[step](selling, placed)
        check_books(selling, placed)
    run_out(selling, placed)

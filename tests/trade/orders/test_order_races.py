"""Readers and clocks that meet over one order (safety.md, faults 13, 17, 19, 21), each with its negative control."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.cast import NOW
from tests.conftest import House
from tests.trade.orders.helpers import now, open_for_sale, order, pay
from trade.base.errors import Refused
from trade.orders.actions import paid, take, watch
from trade.orders.models import Order
from trade.payments.models import Payment, Refund
from trade.stock.actions import holds
from trade.stock.models import StockHold

pytestmark = pytest.mark.database


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of them at the same moment; what a rule refused stands as its exception."""
    gate = Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        gate.wait()
        try:
            return one()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def held(house: House) -> int:
    """Copies that are set apart."""
    with house.session() as session:
        return int(
            session.scalar(select(func.coalesce(func.sum(StockHold.copies), 0)).where(StockHold.state == "open"))
        )


def readers(house: House, number: int) -> list[object]:
    """So many readers order the same book at once."""
    return at_once(*(lambda who=who: order(house, who=who) for who in ["clara", "bruno"] * (number // 2)))


@pytest.mark.parametrize("number", [2, 10])
def test_of_many_readers_after_the_last_copy_one_wins(house: House, number: int) -> None:
    open_for_sale(house, copies=1)
    done = readers(house, number)
    assert sum(not isinstance(each, Refused) for each in done) == 1
    with house.session() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 1
        assert session.scalar(select(func.count()).select_from(Payment)) == 1
    assert held(house) == 1


def test_control_without_the_lock_on_copies_more_than_one_wins(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the test above can fail: the same readers, nobody waits for anybody."""
    open_for_sale(house, copies=1)
    monkeypatch.setattr(holds, "lock_copies", lambda *_, **__: None)
    won = 0
    for _ in range(5):
        won = max(won, sum(not isinstance(each, Refused) for each in readers(house, 10)))
        if won > 1:
            break
    assert won > 1


def test_a_bookshop_accepts_while_the_clock_rejects(house: House) -> None:
    """Past the deadline either may come first; never both, and the money follows the one that won."""
    open_for_sale(house, copies=20)
    late = NOW + timedelta(days=3)
    for _ in range(6):
        placed = order(house)
        pay(house, placed)

        def accept(reference: str = placed.order.reference) -> None:
            with house.session(house.cast.bookshop("alba")) as session:
                take(session, reference=reference, at=late)

        def expire() -> None:
            with house.session() as session:
                watch(session, at=late)

        at_once(accept, expire)
        found = now(house, placed.order.reference)
        with house.session() as session:
            back = session.scalar(select(func.count()).select_from(Refund).where(Refund.order_id == found.id))
        assert (found.state, back) in {("in_process", 0), ("rejected_by_platform", 1)}


def test_a_payment_told_many_times_at_once_is_booked_once(house: House) -> None:
    open_for_sale(house)
    placed = order(house)

    def told() -> None:
        with house.session() as session:
            payment = session.get_one(Payment, placed.payment.id, with_for_update=True)
            payment.state = "paid"
            paid(session, order_id=placed.order.id, at=NOW)

    at_once(*[told] * 8)
    found = now(house, placed.order.reference)
    assert (found.state, found.paid_at) == ("received", NOW)
    assert held(house) == 1

"""Withdrawing from a served order, wholly or in part, and its money (Dir. 2011/83 art. 9, 11a; faults 13, 14)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.cast import NOW
from tests.conftest import House
from tests.trade.orders.helpers import JUNCO, YEARS, balances, open_for_sale, order, pay
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.tenancy import DOOR
from trade.messages.models import Message
from trade.orders.actions import (
    Placed,
    books_came_back,
    declare,
    decline_withdrawal,
    hand_over,
    notify,
    refund_withdrawal,
    send,
    take,
)
from trade.orders.rules.withdrawing import window
from trade.payments.models import Refund

BOTH = pytest.mark.parametrize("network", ["es", "fr"], indirect=True)


@pytest.mark.parametrize(
    ("had_at", "day", "is_open"),
    [
        (None, date(2030, 1, 1), True),
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), date(2026, 12, 8), True),
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), date(2026, 12, 9), False),
        (datetime(2026, 11, 24, 23, 1, tzinfo=UTC), date(2026, 12, 9), True),
    ],
    ids=["not had yet", "the last day is whole", "the day after", "midnight is the bookshop's"],
)
def test_the_window_of_fourteen_days(had_at: datetime | None, day: date, is_open: bool) -> None:
    assert window(had_at=had_at, days=14, zone=ZoneInfo("Europe/Madrid")).is_open(day) is is_open


def served(house: House, *, mode: str = "delivery") -> Placed:
    """Two copies of one book and one of another, served."""
    open_for_sale(house)
    placed = order(house, basket=[(YEARS, 2), (JUNCO, 1)], mode=mode)  # type: ignore[arg-type]
    pay(house, placed)
    with house.session(house.cast.bookshop("alba")) as session:
        take(session, reference=placed.order.reference, at=NOW)
    with house.session(house.cast.bookshop("alba")) as session:
        if mode == "delivery":
            send(session, reference=placed.order.reference, tracking="8L01234567895", at=NOW)
        else:
            notify(session, reference=placed.order.reference, at=NOW)
    return placed


@pytest.mark.database
@BOTH
def test_copy_by_copy_everything_comes_back(house: House) -> None:
    """After the payout as before it: the commission goes back with the books, the delivery with the last copy."""
    placed = served(house)
    first, second = (line.id for line in placed.order.lines)
    for copies in ({first: 1}, {first: 1, second: 1}):
        with house.session(DOOR) as session:
            reference = declare(session, order_id=placed.order.id, copies=copies, at=NOW).reference
        with house.session(house.cast.bookshop("alba")) as session:
            books_came_back(session, reference=reference, at=NOW)
        with house.session(house.cast.bookshop("alba")) as session:
            refund_withdrawal(session, reference=reference, at=NOW)
            with pytest.raises(Conflict):
                refund_withdrawal(session, reference=reference, at=NOW)
    with house.session() as session:
        assert [row.cents for row in session.scalars(select(Refund).order_by(Refund.id))] == [
            1_495, 1_495 + 2_495 + placed.order.delivery_cents,
        ]  # fmt: skip
        told = session.scalars(
            select(Message.template).where(Message.template.startswith("sale.with")).order_by(Message.id)
        )
        assert list(told) == ["sale.withdrawn", "sale.withdrawn_bookshop", "sale.withdrawal_refunded"] * 2
    collected = "gateway" if house.network == "fr" else "own_gateway"
    assert balances(house) == {collected: -placed.order.total_cents, "refunds_due": placed.order.total_cents}


@pytest.mark.database
def test_nobody_withdraws_twice_or_from_what_is_not_there_or_too_late(house: House) -> None:
    placed = served(house, mode="pickup")
    first, second = (line.id for line in placed.order.lines)
    with house.session(house.cast.reader("bruno")) as session, pytest.raises(NotFound):
        declare(session, order_id=placed.order.id, copies={first: 1}, at=NOW)
    with house.session(house.cast.reader()) as session:
        declare(session, order_id=placed.order.id, copies={first: 2}, at=NOW)
        for copies in ({first: 1}, {second: 2}, {second: -1}, {0: 1}, {}):
            with pytest.raises(Refused):
                declare(session, order_id=placed.order.id, copies=copies, at=NOW)
    with house.session(house.cast.bookshop("alba")) as session:
        hand_over(session, reference=placed.order.reference, at=NOW)
    with house.session(house.cast.reader()) as session, pytest.raises(Refused, match="ended"):
        declare(session, order_id=placed.order.id, copies={second: 1}, at=NOW + timedelta(days=15))


@pytest.mark.database
def test_a_bookshop_declines_with_a_reason_only_its_own(house: House) -> None:
    placed = served(house)
    with house.session(DOOR) as session:
        reference = declare(session, order_id=placed.order.id, copies={placed.order.lines[0].id: 1}, at=NOW).reference
    with house.session(house.cast.bookshop("boreal")) as session, pytest.raises(NotFound):
        refund_withdrawal(session, reference=reference, at=NOW)
    with house.session(house.cast.bookshop("alba")) as session, pytest.raises(Refused):
        decline_withdrawal(session, reference=reference, reason=" ", at=NOW)
    with house.session(house.cast.bookshop("alba")) as session:
        decline_withdrawal(session, reference=reference, reason="The pages are torn out.", at=NOW)
    with house.session() as session:
        mail = session.scalars(select(Message).where(Message.template == "sale.withdrawal_declined")).one()
        assert "The pages are torn out." in mail.body
        assert session.scalar(select(Refund.id)) is None

"""An order from placing to its end, in both money models (F02, F03, T49-T54, T125, T135, T147)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from tests.cast import NOW
from tests.conftest import House
from tests.trade.orders.helpers import CLARA, JUNCO, YEARS, balances, home, now, open_for_sale, order, pay
from trade.base.errors import Conflict, NotAllowed, NotFound, Refused
from trade.base.models import SettingValue
from trade.base.tenancy import DOOR, Scope
from trade.calendar.models import Vacation
from trade.messages.models import Message
from trade.orders.actions import (
    abandoned,
    cancel,
    notify,
    paid,
    pick,
    place,
    refuse,
    reject,
    send,
    settle_cancelled,
    take,
    watch,
)
from trade.orders.queries import by_link, quotes
from trade.orders.rules import replay
from trade.payments.models import Refund
from trade.stock.models import StockHold
from trade.stock.queries import available

pytestmark = pytest.mark.database
BOTH = pytest.mark.parametrize("network", ["es", "fr"], indirect=True)


@pytest.fixture
def selling(house: House) -> House:
    """Alba sells online."""
    open_for_sale(house)
    return house


def alba(house: House) -> Scope:
    """Alba's owner at work."""
    return house.cast.bookshop("alba")


def mails(house: House) -> list[str]:
    """The templates of all mails of orders, in their order."""
    with house.session() as session:
        found = select(Message.template).where(Message.template.startswith("sale.")).order_by(Message.id)
        return list(session.scalars(found))


def free(house: House, isbn: int = YEARS) -> int:
    """Copies that Alba can promise."""
    with house.session() as session:
        return available(session, bookshop_id=house.cast.alba, isbn=isbn)


@pytest.mark.seed("F02", "T49", "T147")
def test_click_and_collect(selling: House) -> None:
    placed = order(selling, basket=[(YEARS, 1), (JUNCO, 2)])
    assert placed.order.total_cents == 1_495 + 2 * 2_495
    assert (free(selling), free(selling, JUNCO)) == (2, 1)
    assert mails(selling) == []
    pay(selling, placed)
    with selling.session(alba(selling)) as session:
        assert take(session, reference=placed.order.reference, at=NOW).phase == "send"
        with pytest.raises(Refused):
            send(session, reference=placed.order.reference, at=NOW)
    with selling.session(alba(selling)) as session:
        ended = notify(session, reference=placed.order.reference, at=NOW)
        assert (ended.state, ended.phase, ended.collect_by is not None) == ("notified", "", True)
    assert mails(selling) == ["sale.confirmed", "sale.new", "sale.ready"]
    assert (free(selling), free(selling, JUNCO)) == (2, 1)
    with selling.session(alba(selling)) as session, pytest.raises(Conflict):
        notify(session, reference=placed.order.reference, at=NOW)


@pytest.mark.seed("F03", "F14", "T93")
@BOTH
def test_a_delivery_has_address_shipping_and_tracking(selling: House) -> None:
    placed = order(selling, mode="delivery")
    assert placed.order.delivery_cents == {"es": 300, "fr": 760}[selling.network]
    assert (placed.order.postcode, placed.order.street) == (home(selling.network).postcode, "1")
    pay(selling, placed)
    with selling.session(alba(selling)) as session:
        take(session, reference=placed.order.reference, at=NOW)
    if selling.network == "fr":
        with selling.session(alba(selling)) as session, pytest.raises(Refused, match="tracking"):
            send(session, reference=placed.order.reference, at=NOW)
    with selling.session(alba(selling)) as session:
        sent = send(session, reference=placed.order.reference, tracking="8L01234567895", at=NOW)
        assert (sent.state, sent.shipments[0].tracking, sent.shipments[0].state) == ("sent", "8L01234567895", "sent")


@pytest.mark.seed("F09", "A21")
@BOTH
def test_the_money_of_a_served_order(selling: House) -> None:
    """20 % VAT on the commission in France; Spain's platform never has the money."""
    placed = order(selling, basket=[(YEARS, 2)], mode="delivery")
    assert balances(selling) == {}
    pay(selling, placed)
    total = placed.order.total_cents
    with selling.session(alba(selling)) as session:
        take(session, reference=placed.order.reference, at=NOW)
    with selling.session(alba(selling)) as session:
        send(session, reference=placed.order.reference, tracking="8L01234567895", at=NOW)
    if selling.network == "es":
        assert balances(selling) == {"own_gateway": -total, "own_sales": total}
        return
    net, commission, vat = 2_834, 198, 40
    assert net == round(2_990 / 1.055)
    assert balances(selling) == {
        "gateway": -total,
        "bookshop": 2_990 - commission - vat,
        "commission": commission,
        "vat_due": vat,
        "delivery": placed.order.delivery_cents,
    }


@pytest.mark.seed("T51")
@BOTH
def test_a_rejected_order_gives_everything_back(selling: House) -> None:
    placed = order(selling, mode="delivery")
    pay(selling, placed)
    with selling.session(alba(selling)) as session:
        reject(session, reference=placed.order.reference, reason_code="other", note="", at=NOW)
    with selling.session() as session:
        refund = session.scalars(select(Refund)).one()
        assert (refund.cents, refund.cause, refund.state) == (placed.order.total_cents, "rejected", "asked")
    collected = "gateway" if selling.network == "fr" else "own_gateway"
    assert balances(selling) == {collected: -placed.order.total_cents, "refunds_due": placed.order.total_cents}
    assert free(selling) == 3
    assert mails(selling)[-1] == "sale.rejected"


def test_what_is_not_found_on_the_shelf_stays_out_of_the_stock(selling: House) -> None:
    placed = order(selling)
    pay(selling, placed)
    with selling.session(alba(selling)) as session:
        reject(session, reference=placed.order.reference, reason_code="not_in_stock", note="", at=NOW)
    assert free(selling) == 2


@pytest.mark.seed("T52")
def test_past_its_deadline_the_platform_rejects_and_refunds(selling: House) -> None:
    """Warned at half and at nine tenths, once each; then rejected once."""
    placed = order(selling)
    pay(selling, placed)
    due = now(selling, placed.order.reference).due_at
    assert due == NOW + timedelta(days=1)
    # Deadlines run from 9 to 17 UTC: four of the eight hours are over at 14:00, nine tenths at 9:12 the next day.
    for hours, told in (
        (1, (0, 0)),
        (4, (1, 0)),
        (4, (0, 0)),
        (23.3, (1, 0)),
        (23.5, (0, 0)),
        (24, (0, 0)),
        (24.1, (0, 1)),
        (25, (0, 0)),
    ):
        with selling.session() as session:
            assert watch(session, at=NOW + timedelta(hours=hours)) == told, hours
    assert mails(selling)[2:] == ["sale.halfway", "sale.pressing", "sale.rejected", "sale.expired"]
    assert now(selling, placed.order.reference).state == "rejected_by_platform"
    assert free(selling) == 3


@pytest.mark.seed("T47")
def test_a_reader_cancels_before_the_bookshop_accepts(selling: House) -> None:
    placed = order(selling)
    pay(selling, placed)
    with selling.session(selling.cast.reader("bruno")) as session, pytest.raises(NotFound):
        cancel(session, order_id=placed.order.id, at=NOW)
    with selling.session(selling.cast.reader()) as session:
        cancel(session, order_id=placed.order.id, at=NOW)
    for _ in range(2):
        with selling.session() as session:
            settle_cancelled(session, order_id=placed.order.id, at=NOW)
    with selling.session() as session:
        assert session.scalar(select(func.sum(Refund.cents))) == placed.order.total_cents
    assert free(selling) == 3
    assert mails(selling)[2:] == ["sale.cancelled", "sale.cancelled_reader"]


def test_once_accepted_it_is_not_cancelled_any_more(selling: House) -> None:
    placed = order(selling)
    pay(selling, placed)
    with selling.session(alba(selling)) as session:
        take(session, reference=placed.order.reference, at=NOW)
    with selling.session(selling.cast.reader()) as session, pytest.raises(Conflict):
        cancel(session, order_id=placed.order.id, at=NOW)


def test_a_refused_copy_is_refunded_and_the_rest_goes_on(selling: House) -> None:
    placed = order(selling, basket=[(YEARS, 2), (JUNCO, 1)], mode="delivery")
    pay(selling, placed)
    first, second = placed.order.lines
    with selling.session(alba(selling)) as session:
        take(session, reference=placed.order.reference, at=NOW)
        pick(session, reference=placed.order.reference, isbn=YEARS, at=NOW)
    with selling.session(alba(selling)) as session:
        refuse(session, reference=placed.order.reference, copies={first.id: 1}, reason_code="damaged", note="", at=NOW)
        with pytest.raises(Refused):
            refuse(
                session, reference=placed.order.reference, copies={first.id: 2}, reason_code="damaged", note="", at=NOW
            )
        with pytest.raises(Refused, match="reject"):
            refuse(
                session, reference=placed.order.reference, copies={first.id: 1, second.id: 1}, reason_code="other",
                note="", at=NOW,
            )  # fmt: skip
        with pytest.raises(Refused):
            pick(session, reference=placed.order.reference, isbn=YEARS, at=NOW)
    with selling.session(alba(selling)) as session:
        send(session, reference=placed.order.reference, tracking="8L01234567895", at=NOW)
    with selling.session() as session:
        assert [(refund.cents, refund.cause) for refund in session.scalars(select(Refund))] == [(1_495, "line_refused")]
    assert balances(selling)["refunds_due"] == 1_495
    assert "orders_open" not in balances(selling)


def test_what_is_not_paid_in_time_frees_its_copies_and_is_taken_up_if_paid_late(selling: House) -> None:
    placed = order(selling, basket=[(YEARS, 3)])
    assert free(selling) == 0
    with selling.session() as session:
        abandoned(session, order_id=placed.order.id, at=NOW)
    assert free(selling) == 3
    pay(selling, placed)
    assert now(selling, placed.order.reference).state == "received"
    assert free(selling) == 0


def test_paid_late_when_the_last_copy_is_gone_the_money_goes_back(selling: House) -> None:
    placed = order(selling, basket=[(YEARS, 3)])
    with selling.session() as session:
        abandoned(session, order_id=placed.order.id, at=NOW)
    other = order(selling, basket=[(YEARS, 1)], who="bruno")
    pay(selling, placed)
    assert now(selling, placed.order.reference).state == "abandoned"
    with selling.session() as session:
        assert session.scalars(select(Refund)).one().cause == "paid_late"
        assert session.scalar(select(func.count()).select_from(StockHold).where(StockHold.state == "open")) == 1
    assert mails(selling) == ["sale.too_late"]
    pay(selling, other)
    assert now(selling, other.order.reference).state == "received"


def test_paid_twice_told_is_once_received(selling: House) -> None:
    placed = order(selling)
    pay(selling, placed)
    before = balances(selling)
    with selling.session() as session:
        paid(session, order_id=placed.order.id, at=NOW + timedelta(hours=1))
    assert (balances(selling), mails(selling)) == (before, ["sale.confirmed", "sale.new"])


@pytest.mark.seed("T125", "T135")
@pytest.mark.parametrize("cause", ["off", "vacation", "total", "basket"])
def test_what_forbids_ordering_is_looked_at_when_placing(selling: House, cause: str) -> None:
    with selling.session() as session:
        if cause == "off":
            session.add(
                SettingValue(key="sales.on", bookshop_id=selling.cast.alba, value=False, valid_from=NOW, set_at=NOW)
            )
        elif cause == "vacation":
            session.add(
                Vacation(
                    bookshop_id=selling.cast.alba, first_day=NOW.date(), last_day=NOW.date(), note="", added_at=NOW
                )
            )
    total = 1 if cause == "total" else 1_495
    with selling.session(selling.cast.reader()) as session, pytest.raises(Refused):
        place(
            session, basket=[] if cause == "basket" else [(YEARS, 1)], bookshop_id=selling.cast.alba, mode="pickup",
            contact=CLARA, agreed_cents=total, locale="es", at=NOW,
        )  # fmt: skip
    assert free(selling) == 3


@BOTH
def test_guests_order_where_the_network_lets_them_and_follow_by_their_link(selling: House) -> None:
    with selling.session(DOOR) as session:
        wanted: dict[str, Any] = {
            "basket": [(YEARS, 1)],
            "bookshop_id": selling.cast.alba,
            "mode": "pickup",
            "contact": CLARA,
            "agreed_cents": 1_495,
            "locale": "fr",
            "at": NOW,
        }
        if selling.network == "es":
            with pytest.raises(NotAllowed):
                place(session, **wanted)
            return
        placed = place(session, **wanted)
    with selling.session(DOOR) as session:
        assert by_link(session, reference=placed.order.reference, token=placed.token) is not None
        assert by_link(session, reference=placed.order.reference, token="0" * 64) is None


def test_an_order_can_be_decided_again_from_what_it_stored(selling: House) -> None:
    placed = order(selling, basket=[(YEARS, 2), (JUNCO, 1)], mode="delivery")
    again, same = replay(now(selling, placed.order.reference).trace)
    assert same and again["total_cents"] == placed.order.total_cents


def test_a_foreign_order_is_an_absent_one(selling: House) -> None:
    placed = order(selling)
    with selling.session(alba(selling)) as session, pytest.raises(NotFound):
        take(session, reference=placed.order.reference, at=NOW)  # not paid yet: it does not exist for the bookshop
    pay(selling, placed)
    with selling.session(selling.cast.bookshop("boreal")) as session, pytest.raises(NotFound):
        take(session, reference=placed.order.reference, at=NOW)


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(house.engine, "before_cursor_execute", note)


def test_quotes_are_a_fixed_number_of_queries(selling: House) -> None:
    def asked(isbns: list[int], bookshops: list[int]) -> int:
        with selling.session(selling.cast.reader()) as session, counted(selling) as sent:
            basket = [(isbn, 1) for isbn in isbns]
            quotes(session, basket=basket, bookshop_ids=bookshops, mode="pickup", postcode="", at=NOW)
            return len(sent)

    alone = asked([YEARS], [selling.cast.alba])
    assert asked([YEARS, JUNCO], [selling.cast.alba, selling.cast.boreal]) <= alone

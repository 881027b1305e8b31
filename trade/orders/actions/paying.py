"""What a payment means for its order: received, given up, or too late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trade.availability.rules import Label
from trade.base.errors import NotFound, Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.orders.actions import clock
from trade.orders.actions.ledger import book_payment
from trade.orders.actions.mails import tell_bookshop, tell_reader
from trade.orders.actions.placing import hold_reference
from trade.orders.actions.returning import return_everything
from trade.orders.models import Order
from trade.orders.states import ORDER
from trade.stock.actions import hold_again, release_hold


def paid(session: TenantSession, *, order_id: int, at: datetime) -> Order:
    """The money is there: the order reaches the bookshop, its clock starts, both are told (T49, T147).

    Asked again, nothing happens. An order that was given up meanwhile is taken up again where its copies are still
    free; else the money goes back (cause ``paid_late``). Raises NotFound.
    """
    order = _locked(session, order_id)
    if order.paid_at is not None:
        return order
    book_payment(session, order=order, at=at)
    if order.state == "abandoned" and not _take_up(session, order, at):
        order.paid_at = at
        session.flush()
        return_everything(session, order=order, cause="paid_late", at=at)
        tell_reader(session, event="too_late", order=order, at=at)
        return order
    fire(
        session, ORDER, order, "pay", role="platform", at=at, paid_at=at, **clock.accepting(session, order=order, at=at)
    )
    tell_reader(session, event="confirmed", order=order, at=at)
    tell_bookshop(session, event="new", order=order, at=at)
    return order


def abandoned(session: TenantSession, *, order_id: int, at: datetime) -> Order:
    """It was not paid in time, or the reader gave up: its copies are free again. Raises NotFound.

    An order that is paid, or given up already, stays as it is.
    """
    order = _locked(session, order_id)
    if order.state != ORDER.first:
        return order
    fire(session, ORDER, order, "abandon", role="platform", at=at, closed_at=at)
    for line in order.lines:
        if line.source == Label.ON_SHELF:
            release_hold(session, reference=hold_reference(order=order, line=line), at=at)
    return order


def _locked(session: TenantSession, order_id: int) -> Order:
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update(of=Order))
    if order is None:
        raise NotFound()
    return order


def _take_up(session: TenantSession, order: Order, at: datetime) -> bool:
    """Hold the copies of a given-up order once more; False where one of them is gone, and nothing is held then."""
    try:
        with session.begin_nested():
            for line in sorted(order.lines, key=lambda line: line.isbn):
                if line.source == Label.ON_SHELF:
                    hold_again(session, reference=hold_reference(order=order, line=line), at=at)
    except Refused:
        return False
    fire(session, ORDER, order, "take_up", role="platform", at=at, closed_at=None)
    return True

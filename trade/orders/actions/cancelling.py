"""What a reader takes back before the bookshop has accepted; the money follows in a job, which may move it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trade.base import outbox
from trade.base.errors import NotFound
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.orders.actions import clock
from trade.orders.actions.mails import tell_bookshop, tell_reader
from trade.orders.actions.returning import return_everything
from trade.orders.actions.serving import free_copies
from trade.orders.models import Order
from trade.orders.states import ORDER, REJECTED


def cancel(session: TenantSession, *, order_id: int, at: datetime) -> Order:
    """The reader does not want it any more, and the bookshop has not accepted yet: all money goes back.

    Works for the reader signed in, and at the door for whoever holds the order's link. Raises NotFound, Conflict.
    """
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update(of=Order))
    if order is None or (session.scope.kind == "reader" and order.reader_id != session.scope.person_id):
        raise NotFound()
    fire(session, ORDER, order, "cancel", role="reader", at=at, closed_at=at, **clock.stopped())
    outbox.post(
        session, kind="sales.cancelled", key=f"sales.cancelled:{order.id}", payload={"order_id": order.id},
        bookshop_id=order.bookshop_id,
    )  # fmt: skip
    tell_bookshop(session, event="cancelled", order=order, at=at)
    return order


def settle_cancelled(session: TenantSession, *, order_id: int, at: datetime) -> None:
    """Free the copies of an order that its reader cancelled, give the money back and tell her; in a system session."""
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update(of=Order))
    if order is None or order.state not in REJECTED:
        return
    free_copies(session, order=order, at=at)
    return_everything(session, order=order, cause="rejected", at=at)
    tell_reader(session, event="cancelled_reader", order=order, at=at)

"""Giving money back: how much for which copies; the payments' room asks the gateway after the commit (T129)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from trade.base import journal
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.orders.actions.ledger import book_return
from trade.orders.models import Order
from trade.orders.queries.reading import delivery_left, sold
from trade.orders.rules import give_back
from trade.orders.states import ORDER
from trade.payments.actions import refund_order
from trade.payments.models import Refund
from trade.payments.rules import Parts


def return_everything(session: TenantSession, *, order: Order, cause: str, at: datetime) -> Refund | None:
    """Give back all that has not been given back; None where nothing is left."""
    left = {line.line_id: line.copies - line.returned for line in sold(session, order=order)}
    return return_copies(session, order=order, copies=left, cause=cause, at=at)


def return_copies(
    session: TenantSession, *, order: Order, copies: Mapping[int, int], cause: str, at: datetime
) -> Refund | None:
    """Give back these copies of lines, with the fee of a line that goes back whole and the delivery of a whole order.

    The order must be locked by the caller. Raises Refused for more copies than are left, or money than was paid.
    """
    lines = sold(session, order=order)
    try:
        back = give_back(lines, copies=dict(copies), delivery_cents=delivery_left(session, order=order))
    except ValueError as error:
        raise Refused(N_("So many copies were not sold, or have been refunded already."), field="copies") from error
    if not back.cents:
        return None
    number = session.scalar(select(func.count()).select_from(Refund).where(Refund.order_id == order.id)) or 0
    refund = refund_order(
        session,
        order_id=order.id,
        cause=cause,
        key=f"{order.reference}-refund-{number + 1}",
        at=at,
        parts=Parts(back.books_cents, back.delivery_cents, back.handling_cents),
        lines=back.lines,
    )
    if refund is None:
        return None
    before = {line.line_id: line.returned for line in lines}
    book_return(session, order=order, back=back, before=before, key=f"returned:{refund.id}", at=at)
    journal.write(
        session,
        action="sale.refund_asked",
        thing=ORDER.name,
        thing_id=order.id,
        at=at,
        bookshop_id=order.bookshop_id,
        reason=cause,
        details={"cents": back.cents, "refund_id": refund.id},
    )
    return refund

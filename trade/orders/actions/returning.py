"""Giving money back: how much for which copies, from which payment; the gateway is asked after the commit (T129).

Where the bookshop's key may not refund, the refund is a task for the bookshop in its own gateway (``by_hand``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from trade.base import journal, outbox
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.orders.actions.ledger import book_return
from trade.orders.models import Order
from trade.orders.queries.reading import delivery_left, sold
from trade.orders.rules import Returned, give_back
from trade.orders.states import ORDER
from trade.payments.models import Payment, PaymentAccount, Refund


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
    payment = session.scalar(
        select(Payment).where(Payment.order_id == order.id, Payment.state == "paid").order_by(Payment.id).limit(1)
    )
    number, given = session.execute(
        select(func.count(), func.coalesce(func.sum(Refund.cents), 0)).where(Refund.order_id == order.id)
    ).one()
    if payment is None or int(given) + back.cents > payment.cents:
        raise Refused(N_("More than was paid cannot be refunded."))
    refund = _refund(session, order, payment, back, cause, f"{order.reference}-refund-{number + 1}", at)
    before = {line.line_id: line.returned for line in lines}
    book_return(session, order=order, back=back, before=before, key=f"returned:{refund.id}", at=at)
    return refund


def _refund(
    session: TenantSession, order: Order, payment: Payment, back: Returned, cause: str, key: str, at: datetime
) -> Refund:
    account = session.get(PaymentAccount, payment.account_id)
    by_gateway = account is None or account.refunds
    refund = Refund(
        payment_id=payment.id,
        order_id=order.id,
        bookshop_id=order.bookshop_id,
        reader_id=order.reader_id,
        cents=back.cents,
        books_cents=back.books_cents,
        delivery_cents=back.delivery_cents,
        handling_cents=back.handling_cents,
        cause=cause,
        lines={str(line): copies for line, copies in back.lines.items()},
        state="asked" if by_gateway else "by_hand",
        key=key,
        asked_by=session.scope.person_id,
        asked_at=at,
    )
    session.add(refund)
    session.flush()
    if by_gateway:
        outbox.post(
            session,
            kind="payments.refund",
            key=f"payments.refund:{refund.id}",
            payload={"refund_id": refund.id},
            bookshop_id=order.bookshop_id,
        )
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

"""What must hold of orders, whoever did what: their sums, their ledger, their payments, their held copies."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from trade.availability.rules import Label
from trade.base.invariants import Invariant, invariant
from trade.base.models import LedgerEntry, Posting
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.orders.models import Order, OrderLine
from trade.orders.states import FULFILLED, HOLDING, ORDER
from trade.payments.models import Payment, Refund
from trade.stock.models import StockHold

MOST = 100


def invariants(session: TenantSession) -> list[Invariant]:
    """The statements of ``bin/mostrador check``. Scope system."""
    orders = session.scalar(select(func.count()).select_from(Order)) or 0
    payments = session.scalar(select(func.count()).select_from(Payment)) or 0
    holds = session.scalar(select(func.count()).select_from(OrderLine)) or 0

    def of_orders(sentence: str, broken: ColumnElement[bool]) -> Invariant:
        return invariant(sentence, orders, session.scalars(_named(broken)))

    return [
        of_orders(N_("The books and fees of every order are the sum of its lines"), _other_sum()),
        of_orders(N_("Every order says when it was paid, served or ended, as its state demands"), _undated()),
        of_orders(N_("The ledger owes a reader exactly what of an order is neither served nor given back"), _owed()),
        of_orders(N_("What is on its way back to readers is in the ledger, order by order"), _going_back()),
        of_orders(N_("An order is paid by exactly one payment of each means, for all of it"), _unpaid()),
        invariant(N_("No payment gave back more than it brought"), payments, session.scalars(_overdrawn())),
        invariant(N_("Copies are held for open orders, and for no others"), holds, session.scalars(_misheld())),
    ]


def _named(broken: ColumnElement[bool]) -> Select[str]:
    return select(Order.reference).where(broken).order_by(Order.id).limit(MOST)


def _of_lines(value: SQLColumnExpression[int]) -> ScalarSelect[int]:
    total = select(func.coalesce(func.sum(value), 0)).where(OrderLine.order_id == Order.id)
    return total.correlate(Order).scalar_subquery()


def _other_sum() -> ColumnElement[bool]:
    return or_(
        _of_lines(OrderLine.copies * OrderLine.price_cents) != Order.books_cents,
        _of_lines(OrderLine.fee_cents) != Order.handling_cents,
    )


def _undated() -> ColumnElement[bool]:
    """A phase runs exactly while the bookshop works on a paid order."""
    working = Order.state.in_(("received", "in_process", "in_management"))
    final = Order.state.in_([name for name, state in ORDER.states.items() if state.final])
    return or_(
        (Order.phase != "") != working,
        and_(working, or_(Order.due_at.is_(None), Order.paid_at.is_(None))),
        Order.sent_at.is_not(None) != Order.state.in_(FULFILLED),
        and_(final, Order.closed_at.is_(None)),
    )


def _posted(account: str) -> ScalarSelect[int]:
    total = (
        select(func.coalesce(func.sum(Posting.cents), 0))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(LedgerEntry.thing == ORDER.name, LedgerEntry.thing_id == Order.id, Posting.account == account)
    )
    return total.correlate(Order).scalar_subquery()


def _refunded(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """What was asked to go back; money that was paid a second time never belonged to the order."""
    total = select(func.coalesce(func.sum(Refund.cents), 0)).where(
        Refund.order_id == Order.id, Refund.cause != "paid_twice", *conditions
    )
    return total.correlate(Order).scalar_subquery()


def _owed() -> ColumnElement[bool]:
    paid = Order.paid_at.is_not(None) & Order.sent_at.is_(None)
    return _posted("orders_open") != case((paid, Order.total_cents - _refunded()), else_=0)


def _going_back() -> ColumnElement[bool]:
    return _posted("refunds_due") != _refunded(Refund.state != "done")


def _unpaid() -> ColumnElement[bool]:
    brought = (
        select(func.coalesce(func.sum(Payment.cents), 0))
        .where(Payment.order_id == Order.id, Payment.state == "paid")
        .correlate(Order)
        .scalar_subquery()
    )
    # Between the payment and its job the money is there and the order does not know it yet: that is no break.
    return and_(Order.paid_at.is_not(None), brought != Order.total_cents)


def _overdrawn() -> Select[str]:
    return (
        select(Payment.key)
        .join(Refund, Refund.payment_id == Payment.id)
        .group_by(Payment.id)
        .having(func.sum(Refund.cents) > Payment.cents)
        .order_by(Payment.id)
        .limit(MOST)
    )


def _misheld() -> Select[str]:
    """The reference under which the stock keeps, or ought to keep, copies of a line from the shelf."""
    name = Order.reference + "-" + cast(OrderLine.position, String)
    is_held = exists().where(
        StockHold.reference == name, StockHold.state == "open", StockHold.copies == OrderLine.copies
    )
    return (
        select(name)
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.source == Label.ON_SHELF, is_held != Order.state.in_(HOLDING))
        .order_by(OrderLine.id)
        .limit(MOST)
    )

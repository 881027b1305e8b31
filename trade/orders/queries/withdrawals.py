"""Reads of withdrawals: of one order, in words, and the order that a stranger names."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from trade.base.tenancy import TenantSession
from trade.orders.models import Order, Withdrawal


def withdrawals_of(session: TenantSession, *, order: Order) -> Sequence[Withdrawal]:
    """The withdrawals from an order, the first first."""
    return session.scalars(select(Withdrawal).where(Withdrawal.order_id == order.id).order_by(Withdrawal.id)).all()


def titles_of(order: Order, withdrawal: Withdrawal) -> list[str]:
    """The books of a withdrawal: copies and title of each line."""
    return [
        f"{withdrawal.lines[str(line.id)]} × {line.title}" for line in order.lines if str(line.id) in withdrawal.lines
    ]


def named_by(session: TenantSession, *, reference: str, email: str) -> int | None:
    """The id of the order with this number and this address; capitals and blanks do not matter."""
    return session.scalar(
        select(Order.id).where(
            Order.reference == reference.strip().upper(), func.lower(Order.reader_email) == email.strip().lower()
        )
    )

"""Moving open deadlines after the calendar changed; each move is journalled (domain.md 1.6.5, A07)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from trade.base import journal
from trade.base.tenancy import TenantSession
from trade.calendar.rules import DeadlineChange
from trade.orders.models import Order
from trade.orders.states import ORDER
from trade.reservations.queries import trace_of


def move_deadlines(
    session: TenantSession, *, bookshop_id: int, changes: Iterable[DeadlineChange], at: datetime
) -> None:
    """Give each running order its new deadline, if it still has the old one (compare-and-set)."""
    for change in changes:
        moved = session.execute(
            update(Order)
            .where(
                Order.reference == change.reference,
                Order.bookshop_id == bookshop_id,
                Order.phase != "",
                Order.due_at == change.before,
            )
            .values(due_at=change.after.due, due_because=trace_of(change.after))
            .returning(Order.id)
            .execution_options(synchronize_session="fetch")
        ).scalar_one_or_none()
        if moved is not None:
            journal.write(
                session,
                action="sale.deadline_moved",
                thing=ORDER.name,
                thing_id=moved,
                at=at,
                bookshop_id=bookshop_id,
                details={"from": change.before.isoformat(), "to": change.after.due.isoformat()},
            )

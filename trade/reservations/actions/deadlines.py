"""Moving open deadlines after the calendar changed; each move is journalled (domain.md 1.6.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from trade.base import journal
from trade.base.tenancy import TenantSession
from trade.calendar.rules import DeadlineChange
from trade.reservations.models import Reservation
from trade.reservations.queries import trace_of
from trade.reservations.states import OPEN


def move_deadlines(
    session: TenantSession, *, bookshop_id: int, changes: Iterable[DeadlineChange], at: datetime
) -> None:
    """Give each open reservation its new deadline, if it still has the old one (compare-and-set)."""
    for change in changes:
        moved = session.execute(
            update(Reservation)
            .where(
                Reservation.reference == change.reference,
                Reservation.bookshop_id == bookshop_id,
                Reservation.state.in_(OPEN),
                Reservation.due_at == change.before,
            )
            .values(due_at=change.after.due, due_because=trace_of(change.after))
            .returning(Reservation.id)
            .execution_options(synchronize_session="fetch")
        ).scalar_one_or_none()
        if moved is not None:
            journal.write(
                session,
                action="reservation.deadline_moved",
                thing="reservation",
                thing_id=moved,
                at=at,
                bookshop_id=bookshop_id,
                details={"from": change.before.isoformat(), "to": change.after.due.isoformat()},
            )

"""The clock of an order: which phase runs, until when, and why then (T145, domain.md 1.6.5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from trade.availability.rules import Label
from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.calendar.queries import calendar_of
from trade.calendar.rules import Deadline, add_working_time
from trade.orders.models import Order
from trade.orders.queries.quoting import SENDING, allowance, sending_deadline
from trade.orders.settings import ACCEPT
from trade.reservations.queries import trace_of

Changes = dict[str, Any]


def accepting(session: TenantSession, *, order: Order, at: datetime) -> Changes:
    """What starts the first phase: until then the bookshop accepts."""
    rules = resolve_many(session, ACCEPT, at=order.placed_at, bookshop_ids=[None])
    calendar = calendar_of(session, bookshop=order.bookshop, at=at)
    return _phase("accept", add_working_time(start=at, allowance=allowance(rules, ACCEPT), calendar=calendar))


def sending(session: TenantSession, *, order: Order, at: datetime) -> Changes:
    """What starts the second phase: the latest of what its lines allow; a presale counts from its release.

    The allowances are those of the day the order was placed: later settings are for new orders.
    """
    wanted = [setting for pair in SENDING.values() for setting in pair]
    rules = resolve_many(session, wanted, at=order.placed_at, bookshop_ids=[None])
    calendar = calendar_of(session, bookshop=order.bookshop, at=at)
    deadlines = [
        sending_deadline(
            calendar=calendar,
            rules=rules,
            label=Label(line.source),
            start=at,
            release=order.release_on if line.source == Label.PRESALE else None,
        )
        for line in order.lines
        if line.refused < line.copies
    ]
    return _phase("send", max(deadlines, key=lambda deadline: deadline.due))


def stopped() -> Changes:
    """What ends every phase."""
    return {"phase": ""}


def _phase(name: str, deadline: Deadline) -> Changes:
    return {
        "phase": name,
        "phase_at": deadline.start,
        "due_at": deadline.due,
        "due_because": trace_of(deadline),
        "warned": 0,
    }

"""What time does to orders: warnings at half and nine tenths of a phase, rejection past its deadline (T52, T138)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trade.base import journal
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.calendar.queries import calendars_of
from trade.calendar.rules import WorkingCalendar, working_time_between
from trade.orders.actions import clock
from trade.orders.actions.mails import tell_bookshop, tell_reader
from trade.orders.actions.returning import return_everything
from trade.orders.actions.serving import free_copies
from trade.orders.models import Order
from trade.orders.states import ORDER

BATCH = 500
#: The share of a phase, in per cent of its working time, at which the bookshop is warned, and the mark it leaves.
WARNINGS = ((90, 2, "pressing"), (50, 1, "halfway"))


def watch(session: TenantSession, *, at: datetime) -> tuple[int, int]:
    """Warn bookshops whose time runs out, and reject what passed its deadline: its money goes back, both are told.

    Works in a system session, at most 500 orders a time; rows are locked, so that two runs do not tell twice, and
    whoever moves an order meanwhile wins or loses as a whole. Returns how many were warned and rejected.
    """
    running = session.scalars(
        select(Order)
        .where(Order.phase != "")
        .order_by(Order.due_at)
        .with_for_update(skip_locked=True, of=Order)
        .limit(BATCH)
    ).all()
    late = [order for order in running if order.due_at is not None and order.due_at < at]
    for order in late:
        _reject(session, order, at)
    warned = 0
    in_time = [order for order in running if order.due_at is not None and order.due_at >= at and order.warned < 2]
    calendars = calendars_of(
        session, bookshops={order.bookshop.id: order.bookshop for order in in_time}.values(), at=at
    )
    for order in in_time:
        warned += _warn(session, order, calendars[order.bookshop_id], at)
    return warned, len(late)


def _reject(session: TenantSession, order: Order, at: datetime) -> None:
    phase = order.phase
    fire(session, ORDER, order, "expire", role="platform", at=at, late_at=at, closed_at=at, **clock.stopped())
    journal.write(
        session,
        action="sale.late",
        thing=ORDER.name,
        thing_id=order.id,
        at=at,
        bookshop_id=order.bookshop_id,
        details={"phase": phase},
    )
    free_copies(session, order=order, at=at)
    return_everything(session, order=order, cause="rejected", at=at)
    tell_reader(session, event="rejected", order=order, at=at)
    tell_bookshop(session, event="expired", order=order, at=at)


def _warn(session: TenantSession, order: Order, calendar: WorkingCalendar, at: datetime) -> bool:
    """Whether the bookshop was warned now; each warning of a phase is given once, the later one alone if both are
    due."""
    if order.phase_at is None or order.due_at is None:
        return False
    whole = working_time_between(start=order.phase_at, end=order.due_at, calendar=calendar)
    used = working_time_between(start=order.phase_at, end=at, calendar=calendar)
    for share, mark, event in WARNINGS:
        if order.warned < mark and used * 100 >= whole * share:
            order.warned = mark
            tell_bookshop(session, event=event, order=order, at=at, key=f":{order.phase}")
            return True
    return False

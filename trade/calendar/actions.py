"""Changing a bookshop's calendar: the effect can be seen before, open deadlines move, all is journalled (T132-T135)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from trade.base import journal
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.calendar.models import ClosingDay, Vacation
from trade.calendar.queries import calendar_of, longest_vacation, missing_holidays
from trade.calendar.rules import (
    DateRefusal,
    DeadlineChange,
    WorkingCalendar,
    changed_deadlines,
    refuse_closing_day,
    refuse_vacation,
)
from trade.calendar.rules import Vacation as VacationRange
from trade.members.models import Bookshop
from trade.orders import queries as orders
from trade.orders.actions import deadlines as order_deadlines
from trade.reservations import queries as reservations
from trade.reservations.actions import deadlines as reservation_deadlines

REFUSALS = {
    DateRefusal.NOT_IN_WORKING_WEEK: N_(
        "%(day)s is outside the working week: it does not count for deadlines anyway, so there is nothing to set."
    ),
    DateRefusal.NOT_FUTURE: N_("Only dates from tomorrow on can be set: what is due today stays due today."),
    DateRefusal.ALREADY_THERE: N_("%(day)s is in the calendar already."),
    DateRefusal.ENDS_BEFORE_IT_BEGINS: N_("The last day comes before the first one."),
    DateRefusal.OVERLAPS: N_("Another vacation covers some of these days. Remove that one first."),
    DateRefusal.TOO_LONG: N_("A vacation has at most %(days)s days. Talk to the network if you close for longer."),
}
#: One click adds the holidays of this long.
A_YEAR = timedelta(days=365)


def preview_closing_day(
    session: TenantSession, *, bookshop: Bookshop, day: date, name: str, at: datetime
) -> list[DeadlineChange]:
    """Which open deadlines the closing day would move; nothing is changed. Raises Refused, naming why."""
    calendar = calendar_of(session, bookshop=bookshop, at=at)
    _refuse(refuse_closing_day(day=day, today=_today(calendar, at), calendar=calendar), field="day", day=day)
    after = replace(calendar, closing_days={**calendar.closing_days, day: name})
    return _changes(session, bookshop, after, at)


def add_closing_day(
    session: TenantSession, *, bookshop: Bookshop, day: date, name: str, at: datetime
) -> list[DeadlineChange]:
    """Close on one day of the working week (T132). Returns the deadlines it moved. Raises Refused."""
    preview_closing_day(session, bookshop=bookshop, day=day, name=name, at=at)
    _add_day(session, bookshop, day, name, at)
    return _move(session, bookshop, at)


def addable_holidays(*, bookshop: Bookshop, calendar: WorkingCalendar, at: datetime) -> dict[date, str]:
    """The public holidays of the region in the coming year that are not in the calendar yet."""
    tomorrow = _today(calendar, at) + timedelta(days=1)
    return missing_holidays(bookshop=bookshop, calendar=calendar, first=tomorrow, last=tomorrow + A_YEAR)


def add_regional_holidays(session: TenantSession, *, bookshop: Bookshop, at: datetime) -> list[date]:
    """Add every missing public holiday of the bookshop's region in the coming year; the days added."""
    calendar = calendar_of(session, bookshop=bookshop, at=at)
    missing = addable_holidays(bookshop=bookshop, calendar=calendar, at=at)
    for day, name in missing.items():
        _add_day(session, bookshop, day, name, at)
    _move(session, bookshop, at)
    return list(missing)


def remove_closing_day(
    session: TenantSession, *, bookshop: Bookshop, closing_day_id: int, at: datetime
) -> list[DeadlineChange]:
    """Open on that day after all; only future days. Raises NotFound, Refused."""
    row = session.scalar(
        select(ClosingDay).where(ClosingDay.id == closing_day_id, ClosingDay.bookshop_id == bookshop.id)
    )
    if row is None:
        raise NotFound()
    _only_future(row.day, calendar_of(session, bookshop=bookshop, at=at), at)
    _write(session, bookshop, "closing_day.removed", row.id, at, day=row.day.isoformat())
    session.delete(row)
    return _move(session, bookshop, at)


def preview_vacation(
    session: TenantSession, *, bookshop: Bookshop, first: date, last: date, at: datetime
) -> list[DeadlineChange]:
    """Which open deadlines the vacation would move (A07); nothing is changed. Raises Refused, naming why."""
    calendar = calendar_of(session, bookshop=bookshop, at=at)
    longest = longest_vacation(session, at=at)
    refusal = refuse_vacation(
        first=first, last=last, today=_today(calendar, at), vacations=calendar.vacations, longest_days=longest
    )
    field = "last_day" if refusal in (DateRefusal.ENDS_BEFORE_IT_BEGINS, DateRefusal.TOO_LONG) else "first_day"
    _refuse(refusal, field=field, days=longest)
    after = replace(calendar, vacations=(*calendar.vacations, VacationRange(first, last)))
    return _changes(session, bookshop, after, at)


def add_vacation(
    session: TenantSession, *, bookshop: Bookshop, first: date, last: date, note: str, at: datetime
) -> list[DeadlineChange]:
    """Close on consecutive days: the clock stops and no reservation comes in (T134, T135). Raises Refused."""
    preview_vacation(session, bookshop=bookshop, first=first, last=last, at=at)
    row = Vacation(
        bookshop_id=bookshop.id,
        first_day=first,
        last_day=last,
        note=note.strip()[:120],
        added_by=session.scope.person_id,
        added_at=at,
    )
    # Two that check an exclusion constraint against each other would deadlock: one bookshop's vacations go one by one.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"vacations:{bookshop.id}", 0))))
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(REFUSALS[DateRefusal.OVERLAPS], field="first_day") from error
    _write(session, bookshop, "vacation.added", row.id, at, first=first.isoformat(), last=last.isoformat())
    return _move(session, bookshop, at)


def remove_vacation(
    session: TenantSession, *, bookshop: Bookshop, vacation_id: int, at: datetime
) -> list[DeadlineChange]:
    """Take a vacation back: one that has begun ends today, one that is over stays. Raises NotFound, Refused."""
    row = session.scalar(select(Vacation).where(Vacation.id == vacation_id, Vacation.bookshop_id == bookshop.id))
    if row is None:
        raise NotFound()
    calendar = calendar_of(session, bookshop=bookshop, at=at)
    today = _today(calendar, at)
    _only_future(row.last_day, calendar, at)
    _write(
        session,
        bookshop,
        "vacation.removed",
        row.id,
        at,
        first=row.first_day.isoformat(),
        last=row.last_day.isoformat(),
    )
    if row.first_day > today:
        session.delete(row)
    else:
        row.last_day = today
    return _move(session, bookshop, at)


def _today(calendar: WorkingCalendar, at: datetime) -> date:
    return at.astimezone(calendar.zone).date()


def _refuse(refusal: DateRefusal | None, *, field: str, **values: object) -> None:
    if refusal is not None:
        raise Refused(REFUSALS[refusal], field=field, **values)


def _only_future(day: date, calendar: WorkingCalendar, at: datetime) -> None:
    if day <= _today(calendar, at):
        raise Refused(N_("What is over stays in the calendar: deadlines were counted with it."))


def _add_day(session: TenantSession, bookshop: Bookshop, day: date, name: str, at: datetime) -> None:
    row = ClosingDay(
        bookshop_id=bookshop.id, day=day, name=name.strip()[:120], added_by=session.scope.person_id, added_at=at
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(REFUSALS[DateRefusal.ALREADY_THERE], field="day", day=day) from error
    _write(session, bookshop, "closing_day.added", row.id, at, day=day.isoformat())


def _changes(
    session: TenantSession, bookshop: Bookshop, calendar: WorkingCalendar, at: datetime
) -> list[DeadlineChange]:
    deadlines = [
        *reservations.open_deadlines(session, bookshop_id=bookshop.id, at=at),
        *orders.open_deadlines(session, bookshop_id=bookshop.id, at=at),
    ]
    return changed_deadlines(deadlines=deadlines, calendar=calendar)


def _move(session: TenantSession, bookshop: Bookshop, at: datetime) -> list[DeadlineChange]:
    session.flush()
    changes = _changes(session, bookshop, calendar_of(session, bookshop=bookshop, at=at), at)
    for room in (reservation_deadlines, order_deadlines):
        room.move_deadlines(session, bookshop_id=bookshop.id, changes=changes, at=at)
    return changes


def _write(
    session: TenantSession, bookshop: Bookshop, action: str, thing_id: int, at: datetime, **details: str
) -> None:
    journal.write(
        session,
        action=action,
        thing=action.partition(".")[0],
        thing_id=thing_id,
        at=at,
        bookshop_id=bookshop.id,
        details=details,
    )

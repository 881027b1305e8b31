"""Reads of the calendar: the clock of a bookshop, its dates, and the holidays of its region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import select

from trade.base.settings import resolve_many, value_of
from trade.base.tenancy import TenantSession
from trade.calendar.models import ClosingDay, Vacation
from trade.calendar.rules import Vacation as VacationRange
from trade.calendar.rules import WorkingCalendar
from trade.calendar.settings import CLOSES, LONGEST_VACATION, OPENS, WEEKS, WORKING_WEEK
from trade.members.models import Bookshop

#: How far back the clock looks: nothing stays open longer.
LOOK_BACK = timedelta(days=400)


def calendars_of(session: TenantSession, *, bookshops: Iterable[Bookshop], at: datetime) -> dict[int, WorkingCalendar]:
    """The working-day clock of each bookshop, in three queries whatever their number.

    Raises NotSet where the network has not set the opening window.
    """
    shops = list(bookshops)
    ids = [shop.id for shop in shops]
    earliest = at.date() - LOOK_BACK
    network = resolve_many(session, [WORKING_WEEK, OPENS, CLOSES], at=at, bookshop_ids=[None])
    days: dict[int, dict[date, str]] = {shop: {} for shop in ids}
    for row in session.scalars(select(ClosingDay).where(ClosingDay.bookshop_id.in_(ids), ClosingDay.day >= earliest)):
        days[row.bookshop_id][row.day] = row.name
    ranges: dict[int, list[VacationRange]] = {shop: [] for shop in ids}
    for found in session.scalars(
        select(Vacation)
        .where(Vacation.bookshop_id.in_(ids), Vacation.last_day >= earliest)
        .order_by(Vacation.first_day)
    ):
        ranges[found.bookshop_id].append(VacationRange(found.first_day, found.last_day, found.note))
    return {
        shop.id: WorkingCalendar(
            zone=ZoneInfo(shop.time_zone),
            working_week=WEEKS[network[None, WORKING_WEEK.key].value],
            opens=time.fromisoformat(network[None, OPENS.key].value),
            closes=time.fromisoformat(network[None, CLOSES.key].value),
            closing_days=days[shop.id],
            vacations=tuple(ranges[shop.id]),
        )
        for shop in shops
    }


def calendar_of(session: TenantSession, *, bookshop: Bookshop, at: datetime) -> WorkingCalendar:
    """The working-day clock of one bookshop."""
    return calendars_of(session, bookshops=[bookshop], at=at)[bookshop.id]


def closing_days(session: TenantSession, *, bookshop_id: int, first: date, last: date) -> Sequence[ClosingDay]:
    """The closing days from ``first`` to ``last``, in order."""
    return session.scalars(
        select(ClosingDay)
        .where(ClosingDay.bookshop_id == bookshop_id, ClosingDay.day.between(first, last))
        .order_by(ClosingDay.day)
    ).all()


def vacations(session: TenantSession, *, bookshop_id: int, first: date, last: date) -> Sequence[Vacation]:
    """The vacations that touch the days from ``first`` to ``last``, in order."""
    return session.scalars(
        select(Vacation)
        .where(Vacation.bookshop_id == bookshop_id, Vacation.last_day >= first, Vacation.first_day <= last)
        .order_by(Vacation.first_day)
    ).all()


def on_vacation(session: TenantSession, *, bookshop_ids: Iterable[int], day: date) -> dict[int, Vacation]:
    """The bookshops among these that are on vacation on ``day``, each with that vacation."""
    rows = session.scalars(
        select(Vacation).where(
            Vacation.bookshop_id.in_(list(bookshop_ids)), Vacation.first_day <= day, Vacation.last_day >= day
        )
    )
    return {row.bookshop_id: row for row in rows}


def longest_vacation(session: TenantSession, *, at: datetime) -> int:
    """The most consecutive days of one vacation. Raises NotSet."""
    return int(value_of(session, LONGEST_VACATION, at=at))


def regional_holidays(*, bookshop: Bookshop, first: date, last: date) -> dict[date, str]:
    """The public holidays of the bookshop's region from ``first`` to ``last``, in the country's language.

    An unknown subdivision gives the national ones. Municipal holidays are in no library: the bookshop adds them.
    """
    known = holidays.country_holidays(bookshop.country).subdivisions
    found = holidays.country_holidays(
        bookshop.country,
        subdiv=bookshop.subdivision if bookshop.subdivision in known else None,
        years=range(first.year, last.year + 1),
        language=bookshop.country.lower(),
    )
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


def missing_holidays(*, bookshop: Bookshop, calendar: WorkingCalendar, first: date, last: date) -> dict[date, str]:
    """Regional holidays on working days that are neither closing days nor inside a vacation yet."""
    return {
        day: name
        for day, name in regional_holidays(bookshop=bookshop, first=first, last=last).items()
        if day.isoweekday() in calendar.working_week
        and day not in calendar.closing_days
        and not any(vacation.covers(day) for vacation in calendar.vacations)
    }

"""The working-day clock: when is something due at a bookshop, and why then (T132-T138, domain.md 1.6.5, R15).

Moments come in and go out as aware UTC datetimes; days are counted in the bookshop's own time zone, never by 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
#: A calendar that stays shut for longer than this is a mistake, not a vacation.
LONGEST_CLOSURE = timedelta(days=3 * 366)


class DayKind(StrEnum):
    """What a day is for the clock; every day is exactly one."""

    WORKING = "working"
    WEEKEND = "weekend"
    CLOSING_DAY = "closing_day"
    VACATION = "vacation"


class AllowanceUnit(StrEnum):
    """How an allowance is counted."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a bookshop may take: working days end at the same wall time, working hours run only while it is open."""

    amount: int
    unit: AllowanceUnit = AllowanceUnit.WORKING_DAYS

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"an allowance is at least 1, not {self.amount}")


@dataclass(frozen=True, slots=True)
class Vacation:
    """Consecutive days on which the premises are shut, both ends included."""

    first: date
    last: date
    name: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a vacation ends on {self.last}, before its first day {self.first}")

    def covers(self, day: date) -> bool:
        """Whether the day lies inside, both ends included."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """What one bookshop's clock knows. ``working_week`` holds ISO weekdays (Monday is 1)."""

    zone: ZoneInfo
    working_week: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    opens: time = time(10)
    closes: time = time(18)
    closing_days: Mapping[date, str] = field(default_factory=dict)
    vacations: tuple[Vacation, ...] = ()

    def __post_init__(self) -> None:
        if not self.working_week & frozenset(range(1, 8)):
            raise ValueError("a working week has at least one day")
        if self.closes <= self.opens:
            raise ValueError(f"the working day closes at {self.closes}, not after it opens at {self.opens}")


@dataclass(frozen=True, slots=True)
class Day:
    """A date with its kind, and the name of the closing day or vacation."""

    date: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive days that do not count, for one and the same cause."""

    first: date
    last: date
    kind: DayKind
    name: str = ""

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Window:
    """The working hours of one day, as UTC moments."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due moment with its trace: a view words it in any language."""

    due: datetime
    start: datetime
    counts_from: datetime
    allowance: Allowance
    skipped: tuple[Stretch, ...]

    @property
    def waited(self) -> bool:
        """The start fell in closed time, so the clock began later than the start."""
        return self.counts_from > self.start


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """A deadline that runs: what is needed to count it again."""

    reference: str
    start: datetime
    allowance: Allowance
    due: datetime


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """A deadline that another calendar moves."""

    reference: str
    before: datetime
    after: Deadline


def kind_of(*, day: date, calendar: WorkingCalendar) -> Day:
    """A vacation outranks a closing day, which outranks the weekend: the strongest cause is the one named."""
    for vacation in calendar.vacations:
        if vacation.covers(day):
            return Day(day, DayKind.VACATION, vacation.name)
    if day in calendar.closing_days:
        return Day(day, DayKind.CLOSING_DAY, calendar.closing_days[day])
    if day.isoweekday() not in calendar.working_week:
        return Day(day, DayKind.WEEKEND)
    return Day(day, DayKind.WORKING)


def days_between(*, first: date, last: date, calendar: WorkingCalendar) -> Iterator[Day]:
    """Every day from ``first`` to ``last``, both included, with its kind."""
    for offset in range((last - first).days + 1):
        yield kind_of(day=first + offset * ONE_DAY, calendar=calendar)


def is_working(*, day: date, calendar: WorkingCalendar) -> bool:
    """Whether the day counts for deadlines."""
    return kind_of(day=day, calendar=calendar).kind is DayKind.WORKING


def working_days_from(*, first: date, calendar: WorkingCalendar) -> Iterator[date]:
    """Working days on or after ``first``. Raises ValueError if none comes for three years."""
    last_found, day = first, first
    while day - last_found <= LONGEST_CLOSURE:
        if is_working(day=day, calendar=calendar):
            last_found = day
            yield day
        day += ONE_DAY
    raise ValueError(f"no working day within three years of {last_found}")


def at_wall_time(*, day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The UTC moment of a wall time; where a clock change makes it happen twice or never, the later one."""
    local = datetime.combine(day, wall.replace(tzinfo=None), tzinfo=zone)
    return max(local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC))


def window_of(*, day: date, calendar: WorkingCalendar) -> Window:
    """The hours of one day in which deadlines run, whether or not the day counts."""
    return Window(
        opens=at_wall_time(day=day, wall=calendar.opens, zone=calendar.zone),
        closes=at_wall_time(day=day, wall=calendar.closes, zone=calendar.zone),
    )


def windows(*, start: datetime, calendar: WorkingCalendar) -> Iterator[Window]:
    """The open windows from ``start`` on; the first is cut at ``start``."""
    first = start.astimezone(calendar.zone).date()
    for day in working_days_from(first=first, calendar=calendar):
        window = window_of(day=day, calendar=calendar)
        if window.closes > start:
            yield Window(max(window.opens, start), window.closes)


def add_working_time(*, start: datetime, allowance: Allowance, calendar: WorkingCalendar) -> Deadline:
    """When ``allowance`` is used up, counted from ``start`` on the bookshop's clock.

    Working days: the n-th working day after the start, at the same wall time (Thu 3 Dec 17:30 + 2 with Mon 7 and
    Tue 8 closed is Wed 9 Dec 17:30). A start before opening, or on a day that does not count, begins at the next
    opening, so that a later start is never due earlier.
    Working hours: the moment at which that many hours of opening window have passed.
    Raises ValueError for a naive ``start`` or a calendar without working days.
    """
    if start.tzinfo is None:
        raise ValueError("the clock counts from an aware moment, not a naive one")
    start = start.astimezone(UTC)
    count = _count_days if allowance.unit is AllowanceUnit.WORKING_DAYS else _count_hours
    counts_from, due = count(start, allowance.amount, calendar)
    return Deadline(due, start, counts_from, allowance, _skipped(start, due, calendar))


def _count_days(start: datetime, amount: int, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
    today = start.astimezone(calendar.zone).date()
    counts_from = start
    if not is_working(day=today, calendar=calendar) or start < window_of(day=today, calendar=calendar).opens:
        counts_from = next(windows(start=start, calendar=calendar)).opens
    local = counts_from.astimezone(calendar.zone)
    days = working_days_from(first=local.date() + ONE_DAY, calendar=calendar)
    day = next(day for number, day in enumerate(days, 1) if number == amount)
    return counts_from, at_wall_time(day=day, wall=local.time(), zone=calendar.zone)


def _count_hours(start: datetime, amount: int, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
    left = timedelta(hours=amount)
    counts_from = next(windows(start=start, calendar=calendar)).opens
    for window in windows(start=start, calendar=calendar):
        if window.opens + left <= window.closes:
            return counts_from, window.opens + left
        left -= window.closes - window.opens
    raise AssertionError("windows() never ends without an error")


def _skipped(start: datetime, due: datetime, calendar: WorkingCalendar) -> tuple[Stretch, ...]:
    days = days_between(
        first=start.astimezone(calendar.zone).date(),
        last=due.astimezone(calendar.zone).date(),
        calendar=calendar,
    )
    return stretches(days)


def stretches(days: Iterable[Day]) -> tuple[Stretch, ...]:
    """Neighbouring closed days of one kind and name, joined; working days left out."""
    joined = []
    for (kind, name), group in groupby(days, key=lambda day: (day.kind, day.name)):
        run = list(group)
        if kind is not DayKind.WORKING:
            joined.append(Stretch(run[0].date, run[-1].date, kind, name))
    return tuple(joined)


def working_time_between(*, start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """Opening-window time that passes from ``start`` to ``end`` (zero if ``end`` is not after ``start``)."""
    total = timedelta()
    for window in windows(start=start, calendar=calendar):
        if window.opens >= end:
            return total
        total += min(window.closes, end) - window.opens
    return total


def is_late(*, due: datetime, at: datetime) -> bool:
    """Late is strictly after: the due moment itself is still in time."""
    return at > due


def reopens_on(*, day: date, calendar: WorkingCalendar) -> date:
    """The first working day after ``day`` ("closed until Monday 4 January")."""
    return next(working_days_from(first=day + ONE_DAY, calendar=calendar))


def changed_deadlines(*, deadlines: Iterable[OpenDeadline], calendar: WorkingCalendar) -> list[DeadlineChange]:
    """Which open deadlines another calendar would move, soonest first. Those that stay are left out."""
    changes = []
    for open_ in deadlines:
        after = add_working_time(start=open_.start, allowance=open_.allowance, calendar=calendar)
        if after.due != open_.due:
            changes.append(DeadlineChange(open_.reference, open_.due, after))
    return sorted(changes, key=lambda change: (change.before, change.reference))


class DateRefusal(StrEnum):
    """Why a date may not enter the calendar; the view words it."""

    NOT_IN_WORKING_WEEK = "not_in_working_week"
    NOT_FUTURE = "not_future"
    ALREADY_THERE = "already_there"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    OVERLAPS = "overlaps"
    TOO_LONG = "too_long"


def refuse_closing_day(*, day: date, today: date, calendar: WorkingCalendar) -> DateRefusal | None:
    """T132, A05: a future date of the working week; a past one would let a missed deadline escape."""
    if day.isoweekday() not in calendar.working_week:
        return DateRefusal.NOT_IN_WORKING_WEEK
    if day <= today:
        return DateRefusal.NOT_FUTURE
    if day in calendar.closing_days:
        return DateRefusal.ALREADY_THERE
    return None


def refuse_vacation(
    *, first: date, last: date, today: date, vacations: Iterable[Vacation], longest_days: int
) -> DateRefusal | None:
    """T134: consecutive future days that touch no other vacation, at most ``longest_days`` of them."""
    if last < first:
        return DateRefusal.ENDS_BEFORE_IT_BEGINS
    if first <= today:
        return DateRefusal.NOT_FUTURE
    if (last - first).days + 1 > longest_days:
        return DateRefusal.TOO_LONG
    if any(other.first <= last and first <= other.last for other in vacations):
        return DateRefusal.OVERLAPS
    return None


def takes_intake(*, day: date, vacations: Iterable[Vacation]) -> bool:
    """T135, A06: inside a vacation no reservation is taken; a closing day or weekend does not stop intake."""
    return not any(vacation.covers(day) for vacation in vacations)

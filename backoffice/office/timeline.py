"""The picture of one deadline: days side by side, closed time hatched, time used and time left (order.png).

Pure geometry in the units of the drawing; the template words it and draws it as SVG.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trade.calendar.rules import Day, DayKind, Deadline, WorkingCalendar, at_wall_time, days_between, window_of, windows

WIDTH = 640
#: More days than this are drawn without their names: the sentence beside the picture carries them.
MOST_NAMED = 9


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the picture; ``named`` says whether its label finds room."""

    x: float
    width: float
    day: Day
    today: bool
    named: bool

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Timeline:
    columns: tuple[Column, ...]
    closed: tuple[Bar, ...]
    used: tuple[Bar, ...]
    left: tuple[Bar, ...]
    start: float
    now: float | None
    due: float


@dataclass(frozen=True, slots=True)
class _Axis:
    """Maps a moment to its place: every day has the same width, whatever its length."""

    first: date
    days: int
    calendar: WorkingCalendar

    @property
    def width(self) -> float:
        return WIDTH / self.days

    def place(self, moment: datetime) -> float:
        local = moment.astimezone(self.calendar.zone)
        midnight = at_wall_time(day=local.date(), wall=local.time().min, zone=self.calendar.zone)
        part = min((moment - midnight) / timedelta(days=1), 1.0)
        return round(((local.date() - self.first).days + part) * self.width, 2)

    def bar(self, start: datetime, end: datetime) -> Bar:
        left = self.place(start)
        return Bar(left, round(self.place(end) - left, 2))


def draw(*, deadline: Deadline, calendar: WorkingCalendar, at: datetime, ended_at: datetime | None = None) -> Timeline:
    """The picture from the day of the start to the day after the deadline.

    ``ended_at`` stops the clock of a finished thing: nothing is left after it and "now" is not drawn.
    """
    zone = calendar.zone
    first = deadline.start.astimezone(zone).date()
    last = max(deadline.due, min(at, deadline.due + timedelta(days=3))).astimezone(zone).date() + timedelta(days=1)
    axis = _Axis(first, (last - first).days + 1, calendar)
    until = min(ended_at or at, deadline.due)
    return Timeline(
        columns=tuple(_columns(axis, last, at)),
        closed=tuple(_closed(axis, last)),
        used=tuple(_open(axis, deadline.start, until)),
        left=() if ended_at else tuple(_open(axis, max(until, deadline.start), deadline.due)),
        start=axis.place(deadline.start),
        now=_now(axis, last, at) if ended_at is None else None,
        due=axis.place(deadline.due),
    )


def _columns(axis: _Axis, last: date, at: datetime) -> Iterator[Column]:
    today = at.astimezone(axis.calendar.zone).date()
    for number, day in enumerate(days_between(first=axis.first, last=last, calendar=axis.calendar)):
        yield Column(round(number * axis.width, 2), axis.width, day, day.date == today, axis.days <= MOST_NAMED)


def _closed(axis: _Axis, last: date) -> Iterator[Bar]:
    """Everything outside the opening windows, neighbouring stretches joined over midnight."""
    edge = 0.0
    for day in days_between(first=axis.first, last=last, calendar=axis.calendar):
        if day.kind is DayKind.WORKING:
            window = window_of(day=day.date, calendar=axis.calendar)
            yield Bar(edge, round(axis.place(window.opens) - edge, 2))
            edge = axis.place(window.closes)
    yield Bar(edge, round(WIDTH - edge, 2))


def _open(axis: _Axis, start: datetime, end: datetime) -> Iterator[Bar]:
    for window in windows(start=start, calendar=axis.calendar):
        if window.opens >= end:
            return
        yield axis.bar(window.opens, min(window.closes, end))


def _now(axis: _Axis, last: date, at: datetime) -> float | None:
    return axis.place(at) if axis.first <= at.astimezone(axis.calendar.zone).date() <= last else None

"""The months of the calendar page: each day with its kind, its word and what is only proposed (calendar.png)."""

from __future__ import annotations

import calendar as months_of_python
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trade.calendar.rules import Day, DayKind, Vacation, WorkingCalendar, kind_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. ``missing`` names a regional holiday that is not in the calendar; ``draft`` is an unsaved vacation."""

    day: Day
    today: bool
    past: bool
    missing: str
    draft: bool

    @property
    def kind(self) -> str:
        """The word that chooses colour, shape and text; exactly one per day."""
        if self.draft:
            return "draft"
        if self.day.kind in (DayKind.VACATION, DayKind.CLOSING_DAY):
            return self.day.kind.value
        if self.missing:
            return "missing"
        return self.day.kind.value


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: tuple[tuple[Cell | None, ...], ...]


def months(
    *,
    first: date,
    count: int,
    calendar: WorkingCalendar,
    today: date,
    missing: Mapping[date, str],
    draft: Vacation | None = None,
) -> list[Month]:
    """``count`` months from the one of ``first`` on, in weeks that begin on Monday; None fills the edges."""
    found = []
    for number in range(count):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        weeks = months_of_python.Calendar().monthdatescalendar(year, month + 1)
        cells = tuple(
            tuple(_cell(day, calendar, today, missing, draft) if day.month == month + 1 else None for day in week)
            for week in weeks
        )
        found.append(Month(date(year, month + 1, 1), cells))
    return found


def _cell(
    day: date, calendar: WorkingCalendar, today: date, missing: Mapping[date, str], draft: Vacation | None
) -> Cell:
    return Cell(
        day=kind_of(day=day, calendar=calendar),
        today=day == today,
        past=day < today,
        missing=missing.get(day, ""),
        draft=draft is not None and draft.covers(day),
    )

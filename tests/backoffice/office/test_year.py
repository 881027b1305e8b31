"""The months of the calendar page (calendar.png)."""

from datetime import date
from zoneinfo import ZoneInfo

from backoffice.office.year import months
from trade.calendar.rules import Vacation, WorkingCalendar

BOOK = WorkingCalendar(
    zone=ZoneInfo("Europe/Madrid"),
    closing_days={date(2026, 12, 25): "Christmas"},
    vacations=(Vacation(date(2027, 8, 9), date(2027, 8, 22)),),
)
DRAFT = Vacation(date(2026, 12, 28), date(2027, 1, 2))


def cells():
    found = months(
        first=date(2026, 11, 24),
        count=12,
        calendar=BOOK,
        today=date(2026, 11, 24),
        missing={date(2026, 12, 8): "Immaculate Conception", date(2026, 12, 25): "Christmas"},
        draft=DRAFT,
    )
    return found, {cell.day.date: cell for month in found for week in month.weeks for cell in week if cell}


def test_twelve_months_begin_with_this_one_and_hold_each_day_once():
    found, by_date = cells()
    assert [month.first.month for month in found] == [11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert len(by_date) == 365
    assert all(len(week) == 7 for month in found for week in month.weeks)
    assert found[0].weeks[0][:6] == (None,) * 6  # 1 November 2026 is a Sunday


def test_every_day_has_one_kind():
    _, by_date = cells()
    kinds = {
        date(2026, 11, 24): "working",
        date(2026, 12, 8): "missing",
        date(2026, 12, 25): "closing_day",
        date(2026, 12, 27): "weekend",
        date(2026, 12, 28): "draft",
        date(2027, 1, 2): "draft",
        date(2027, 8, 14): "vacation",
    }
    assert {day: by_date[day].kind for day in kinds} == kinds


def test_today_and_the_past_are_marked():
    _, by_date = cells()
    assert by_date[date(2026, 11, 23)].past
    assert by_date[date(2026, 11, 24)].today
    assert not by_date[date(2026, 11, 24)].past

"""Which dates a bookshop may enter (T132, T134, A05)."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from trade.calendar.rules import (
    DateRefusal,
    Vacation,
    WorkingCalendar,
    refuse_closing_day,
    refuse_vacation,
)

TODAY = date(2026, 11, 24)
BOOK = WorkingCalendar(zone=ZoneInfo("Europe/Madrid"), closing_days={date(2026, 12, 8): "Immaculate Conception"})
SATURDAYS_TOO = WorkingCalendar(zone=ZoneInfo("Europe/Madrid"), working_week=frozenset(range(1, 7)))


@pytest.mark.seed("T132")
@pytest.mark.parametrize(
    ("day",        "book",         "refusal"),
    [
        ("2026-11-23", BOOK,          DateRefusal.NOT_FUTURE),
        ("2026-11-24", BOOK,          DateRefusal.NOT_FUTURE),
        ("2026-11-25", BOOK,          None),
        ("2026-11-27", BOOK,          None),
        ("2026-11-28", BOOK,          DateRefusal.NOT_IN_WORKING_WEEK),
        ("2026-11-29", BOOK,          DateRefusal.NOT_IN_WORKING_WEEK),
        ("2026-11-30", BOOK,          None),
        ("2026-12-08", BOOK,          DateRefusal.ALREADY_THERE),
        ("2026-11-28", SATURDAYS_TOO, None),
        ("2026-11-29", SATURDAYS_TOO, DateRefusal.NOT_IN_WORKING_WEEK),
    ],
)  # fmt: skip
def test_a_closing_day_is_a_future_date_of_the_working_week(day, book, refusal):
    assert refuse_closing_day(day=date.fromisoformat(day), today=TODAY, calendar=book) is refusal


CHRISTMAS = Vacation(date(2026, 12, 28), date(2027, 1, 2))


@pytest.mark.seed("T134")
@pytest.mark.parametrize(
    ("first",      "last",       "refusal"),
    [
        ("2026-12-20", "2026-12-27", None),
        ("2026-12-20", "2026-12-28", DateRefusal.OVERLAPS),
        ("2027-01-02", "2027-01-04", DateRefusal.OVERLAPS),
        ("2026-12-27", "2027-01-31", DateRefusal.OVERLAPS),
        ("2026-12-30", "2026-12-30", DateRefusal.OVERLAPS),
        ("2027-01-03", "2027-01-04", None),
        ("2027-08-09", "2027-08-08", DateRefusal.ENDS_BEFORE_IT_BEGINS),
        ("2027-08-09", "2027-08-09", None),
        ("2026-11-24", "2026-11-26", DateRefusal.NOT_FUTURE),
        ("2026-11-25", "2026-11-26", None),
        ("2027-02-01", "2027-04-01", None),
        ("2027-02-01", "2027-04-02", DateRefusal.TOO_LONG),
    ],
)  # fmt: skip
def test_a_vacation_is_future_ordered_bounded_and_alone(first, last, refusal):
    answer = refuse_vacation(
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        today=TODAY,
        vacations=[CHRISTMAS],
        longest_days=60,
    )
    assert answer is refusal

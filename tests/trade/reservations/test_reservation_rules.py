"""Decisions about reservations, by aligned tables (T44-T48, T135)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from trade.availability.rules import Hidden
from trade.calendar.rules import Vacation, WorkingCalendar
from trade.reservations.rules import (
    REFUSALS,
    REJECTION_REASONS,
    Bucket,
    Offer,
    Refusal,
    RejectionReason,
    bucket,
    collect_by,
    has_lapsed,
    is_pressing,
    refuse_placing,
)

MADRID, CANARY = ZoneInfo("Europe/Madrid"), ZoneInfo("Atlantic/Canary")
BOOK = WorkingCalendar(
    zone=MADRID,
    closing_days={date(2026, 12, 8): "Immaculate Conception"},
    vacations=(Vacation(date(2026, 12, 28), date(2027, 1, 2)),),
)
TODAY = date(2026, 11, 24)
GOOD = Offer(offered=True, hidden=None, already_reserved=False, open_of_reader=0, most_open=5)


@pytest.mark.seed("T125", "T135")
@pytest.mark.parametrize(
    ("changes",                  "day",             "refusal"),
    [
        ({},                         TODAY,             None),
        ({},                         date(2026, 12, 8), None),
        ({},                         date(2026, 11, 29), None),
        ({},                         date(2026, 12, 27), None),
        ({},                         date(2026, 12, 28), Refusal.ON_VACATION),
        ({},                         date(2027, 1, 2),  Refusal.ON_VACATION),
        ({},                         date(2027, 1, 3),  None),
        ({"offered": False},         TODAY,             Refusal.NOT_OFFERED),
        ({"hidden": Hidden.ALL_HELD},    TODAY,         Refusal.NOT_ON_SHELF),
        ({"hidden": Hidden.PRICE_ERROR}, TODAY,         Refusal.NOT_ON_SHELF),
        ({"hidden": Hidden.RECALLED},    TODAY,         Refusal.RECALLED),
        ({"hidden": Hidden.EXPIRED},     TODAY,         Refusal.STOCK_TOO_OLD),
        ({"hidden": Hidden.BACK_ROOM},   TODAY,         Refusal.NOT_OFFERED),
        ({"already_reserved": True}, TODAY,             Refusal.ALREADY_RESERVED),
        ({"open_of_reader": 4},      TODAY,             None),
        ({"open_of_reader": 5},      TODAY,             Refusal.TOO_MANY_OPEN),
    ],
)  # fmt: skip
def test_placing_is_refused_with_its_cause(changes, day, refusal):
    assert refuse_placing(offer=replace(GOOD, **changes), day=day, calendar=BOOK) is refusal


def test_every_refusal_and_every_reason_has_its_sentence():
    assert set(REFUSALS) == set(Refusal)
    assert set(REJECTION_REASONS) == set(RejectionReason)


AT = "2026-11-24 10:42"  # a Tuesday


@pytest.mark.parametrize(
    ("due",              "expected"),
    [
        ("2026-11-20 18:00", Bucket.LATE),
        ("2026-11-24 10:41", Bucket.LATE),
        ("2026-11-24 10:42", Bucket.TODAY),
        ("2026-11-24 23:59", Bucket.TODAY),
        ("2026-11-25 00:00", Bucket.TOMORROW),
        ("2026-11-25 23:59", Bucket.TOMORROW),
        ("2026-11-26 00:00", Bucket.THIS_WEEK),
        ("2026-11-29 23:59", Bucket.THIS_WEEK),
        ("2026-11-30 00:00", Bucket.LATER),
    ],
)  # fmt: skip
def test_the_queue_is_grouped_by_the_bookshops_days(due, expected):
    moment, now = (datetime.fromisoformat(text).replace(tzinfo=MADRID) for text in (due, AT))
    assert bucket(due=moment, at=now, zone=MADRID) is expected


def test_on_a_sunday_the_next_day_is_tomorrow_and_the_rest_is_later():
    now = datetime(2026, 11, 29, 12, 0, tzinfo=MADRID)
    days = {
        day: bucket(
            due=datetime(2026, 11, 30 if day == 30 else 29, 18, 0, tzinfo=MADRID),
            at=now,
            zone=MADRID,
        )
        for day in (29, 30)
    }
    assert days == {29: Bucket.TODAY, 30: Bucket.TOMORROW}
    assert bucket(due=datetime(2026, 12, 1, 9, 0, tzinfo=MADRID), at=now, zone=MADRID) is Bucket.LATER


def test_today_is_another_day_in_the_canary_islands():
    now, due = datetime(2026, 11, 24, 23, 30, tzinfo=UTC), datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    assert bucket(due=due, at=now, zone=MADRID) is Bucket.TODAY
    assert bucket(due=due, at=now, zone=CANARY) is Bucket.TOMORROW


@pytest.mark.parametrize(
    ("due",              "pressing"),
    [
        ("2026-11-24 10:00", True),
        ("2026-11-24 13:11", True),
        ("2026-11-24 13:12", False),
    ],
)  # fmt: skip
def test_pressing_is_late_or_due_within_two_and_a_half_hours(due, pressing):
    moment, now = (datetime.fromisoformat(text).replace(tzinfo=MADRID) for text in (due, AT))
    assert is_pressing(due=moment, at=now) is pressing


@pytest.mark.seed("T48")
@pytest.mark.parametrize(
    ("notified",         "days", "last"),
    [
        ("2026-11-24 10:42", 7,   "2026-12-01"),
        ("2026-11-24 23:59", 7,   "2026-12-01"),
        ("2026-11-24 10:42", 4,   "2026-11-30"),  # a Saturday: moved to Monday
        ("2026-12-01 10:00", 7,   "2026-12-09"),  # a closing day
        ("2026-12-22 10:00", 7,   "2027-01-04"),  # a vacation
    ],
)  # fmt: skip
def test_the_book_is_kept_until_a_day_on_which_it_can_be_collected(notified, days, last):
    moment = datetime.fromisoformat(notified).replace(tzinfo=MADRID)
    assert collect_by(notified_at=moment, days=days, calendar=BOOK) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("at",               "lapsed"),
    [
        ("2026-12-01 00:00", False),
        ("2026-12-01 23:59", False),
        ("2026-12-02 00:00", True),
    ],
)  # fmt: skip
def test_a_reservation_lapses_after_the_whole_last_day(at, lapsed):
    moment = datetime.fromisoformat(at).replace(tzinfo=MADRID)
    assert has_lapsed(collect_by=date(2026, 12, 1), at=moment, zone=MADRID) is lapsed

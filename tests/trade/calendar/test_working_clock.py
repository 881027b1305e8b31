"""The working-day clock, by aligned tables with the boundary values in them (T132-T138, domain.md 1.6.5, R15)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from trade.calendar.rules import (
    Allowance,
    AllowanceUnit,
    DayKind,
    OpenDeadline,
    Stretch,
    Vacation,
    WorkingCalendar,
    add_working_time,
    at_wall_time,
    changed_deadlines,
    is_late,
    reopens_on,
    takes_intake,
    working_time_between,
)

MADRID = ZoneInfo("Europe/Madrid")
CANARY = ZoneInfo("Atlantic/Canary")
PARIS = ZoneInfo("Europe/Paris")
FULL_WEEK = frozenset(range(1, 8))

DAYS, HOURS = AllowanceUnit.WORKING_DAYS, AllowanceUnit.WORKING_HOURS


def calendar(zone=MADRID, closing=(), vacations=(), **more):
    return WorkingCalendar(
        zone=zone,
        closing_days={date.fromisoformat(day): "" for day in closing},
        vacations=tuple(Vacation(date.fromisoformat(a), date.fromisoformat(b)) for a, b in vacations),
        **more,
    )


def due(start, amount, unit, book, zone=MADRID):
    begin = datetime.fromisoformat(start).replace(tzinfo=zone)
    answer = add_working_time(start=begin, allowance=Allowance(amount, unit), calendar=book)
    assert answer.due.tzinfo is UTC
    return answer.due.astimezone(zone).strftime("%Y-%m-%d %H:%M")


PLAIN = calendar()
DECEMBER = calendar(closing=["2026-12-07", "2026-12-08"])
CHRISTMAS = calendar(closing=["2026-12-25", "2027-01-01", "2027-01-06"], vacations=[("2026-12-28", "2027-01-02")])
AUGUST = calendar(vacations=[("2027-08-09", "2027-08-22")])


@pytest.mark.seed("T133", "T134", "T145")
@pytest.mark.parametrize(
    ("start",             "amount", "book",    "expected"),
    [
        # an ordinary week, same wall time
        ("2026-11-24 10:42", 1,     PLAIN,     "2026-11-25 10:42"),
        ("2026-11-24 10:00", 1,     PLAIN,     "2026-11-25 10:00"),
        # before opening the clock waits for the opening; after closing it does not
        ("2026-11-24 00:00", 1,     PLAIN,     "2026-11-25 10:00"),
        ("2026-11-24 09:59", 1,     PLAIN,     "2026-11-25 10:00"),
        ("2026-11-24 18:00", 1,     PLAIN,     "2026-11-25 18:00"),
        ("2026-11-24 23:59", 1,     PLAIN,     "2026-11-25 23:59"),
        # friday evening: the weekend does not count
        ("2026-11-27 17:30", 1,     PLAIN,     "2026-11-30 17:30"),
        ("2026-11-27 23:59", 1,     PLAIN,     "2026-11-30 23:59"),
        ("2026-11-26 17:30", 2,     PLAIN,     "2026-11-30 17:30"),
        # a start in the weekend begins at Monday's opening
        ("2026-11-28 00:00", 1,     PLAIN,     "2026-12-01 10:00"),
        ("2026-11-28 11:00", 1,     PLAIN,     "2026-12-01 10:00"),
        ("2026-11-29 23:59", 1,     PLAIN,     "2026-12-01 10:00"),
        ("2026-11-30 00:00", 1,     PLAIN,     "2026-12-01 10:00"),
        # the example of domain.md 1.6.5
        ("2026-12-03 17:30", 2,     DECEMBER,  "2026-12-09 17:30"),
        ("2026-12-03 17:30", 2,     PLAIN,     "2026-12-07 17:30"),
        # a start on a closing day
        ("2026-12-07 09:00", 1,     DECEMBER,  "2026-12-10 10:00"),
        ("2026-12-08 23:00", 1,     DECEMBER,  "2026-12-10 10:00"),
        # the year's end: Christmas, vacation, New Year's Day inside it, a weekend, Epiphany
        ("2026-12-24 12:00", 1,     CHRISTMAS, "2027-01-04 12:00"),
        ("2026-12-24 12:00", 3,     CHRISTMAS, "2027-01-07 12:00"),
        ("2026-12-31 12:00", 1,     CHRISTMAS, "2027-01-05 10:00"),
        ("2026-12-31 12:00", 1,     PLAIN,     "2027-01-01 12:00"),
        # a vacation of two weeks, weekends inside and around it
        ("2027-08-06 18:00", 1,     AUGUST,    "2027-08-23 18:00"),
        ("2027-08-09 09:00", 1,     AUGUST,    "2027-08-24 10:00"),
        ("2027-08-22 23:59", 2,     AUGUST,    "2027-08-25 10:00"),
        # a leap day counts like any other
        ("2028-02-28 12:00", 1,     PLAIN,     "2028-02-29 12:00"),
    ],
)  # fmt: skip
def test_working_days_end_at_the_same_wall_time(start, amount, book, expected):
    assert due(start, amount, DAYS, book) == expected


INVENTORY = calendar(closing=["2026-11-23"])


@pytest.mark.seed("T133", "T145")
@pytest.mark.parametrize(
    ("start",             "amount", "book",    "expected"),
    [
        ("2026-11-24 10:00", 8,     PLAIN,     "2026-11-24 18:00"),
        ("2026-11-24 09:59", 8,     PLAIN,     "2026-11-24 18:00"),
        ("2026-11-24 10:01", 8,     PLAIN,     "2026-11-25 10:01"),
        ("2026-11-24 17:59", 1,     PLAIN,     "2026-11-25 10:59"),
        ("2026-11-24 18:00", 1,     PLAIN,     "2026-11-25 11:00"),
        ("2026-11-27 16:00", 4,     PLAIN,     "2026-11-30 12:00"),
        ("2026-11-28 12:00", 4,     PLAIN,     "2026-11-30 14:00"),
        # order.png: paid Thursday after six, 16 hours, Monday 23 is a closing day
        ("2026-11-19 18:12", 16,    INVENTORY, "2026-11-24 18:00"),
        ("2026-12-24 12:00", 8,     CHRISTMAS, "2027-01-04 12:00"),
    ],
)  # fmt: skip
def test_working_hours_run_only_in_the_opening_window(start, amount, book, expected):
    assert due(start, amount, HOURS, book) == expected


@pytest.mark.parametrize(
    ("zone",  "start",             "amount", "unit", "utc"),
    [
        # Spain leaves summer time on Sunday 25 October 2026: 24 wall hours become 25
        (MADRID,  "2026-10-23 17:30", 1,     DAYS,   "2026-10-26 16:30"),
        (MADRID,  "2026-10-23 16:00", 4,     HOURS,  "2026-10-26 11:00"),
        # and enters it on Sunday 28 March 2027
        (MADRID,  "2027-03-26 17:30", 1,     DAYS,   "2027-03-29 15:30"),
        (PARIS,   "2027-03-26 17:30", 1,     DAYS,   "2027-03-29 15:30"),
        (CANARY,  "2027-03-26 17:30", 1,     DAYS,   "2027-03-29 16:30"),
        (CANARY,  "2026-11-27 17:30", 1,     DAYS,   "2026-11-30 17:30"),
    ],
)  # fmt: skip
def test_clock_changes_move_the_utc_moment_and_not_the_wall_time(zone, start, amount, unit, utc):
    begin = datetime.fromisoformat(start).replace(tzinfo=zone)
    answer = add_working_time(start=begin, allowance=Allowance(amount, unit), calendar=calendar(zone))
    assert answer.due.strftime("%Y-%m-%d %H:%M") == utc


def test_a_day_begins_an_hour_later_in_the_canary_islands():
    """Saturday 00:30 in Madrid is Friday 23:30 on Tenerife: there it is still a working day."""
    moment = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    peninsula = add_working_time(start=moment, allowance=Allowance(1), calendar=calendar(MADRID))
    islands = add_working_time(start=moment, allowance=Allowance(1), calendar=calendar(CANARY))
    assert peninsula.due == datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    assert islands.due == datetime(2026, 11, 30, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day",        "wall",   "utc"),
    [
        ("2027-03-28", "01:59", "2027-03-28 00:59"),
        ("2027-03-28", "02:30", "2027-03-28 01:30"),  # never happens: 03:30 summer time
        ("2026-10-25", "02:30", "2026-10-25 01:30"),  # happens twice: the second
        ("2026-10-25", "03:00", "2026-10-25 02:00"),
    ],
)  # fmt: skip
def test_a_wall_time_that_happens_twice_or_never_is_the_later_moment(day, wall, utc):
    moment = at_wall_time(day=date.fromisoformat(day), wall=time.fromisoformat(wall), zone=MADRID)
    assert moment.strftime("%Y-%m-%d %H:%M") == utc


def test_a_shop_that_works_on_sundays_gets_the_changed_hour_right():
    week = calendar(working_week=FULL_WEEK, opens=time(0), closes=time(23, 59))
    assert due("2027-03-27 02:30", 1, DAYS, week) == "2027-03-28 03:30"
    spent = working_time_between(
        start=datetime(2026, 10, 25, 0, 0, tzinfo=MADRID),
        end=datetime(2026, 10, 25, 23, 0, tzinfo=MADRID),
        calendar=week,
    )
    assert spent == timedelta(hours=24)


@pytest.mark.seed("T133", "T134")
def test_the_trace_names_every_closed_stretch():
    begin = datetime(2026, 12, 3, 17, 30, tzinfo=MADRID)
    book = WorkingCalendar(
        zone=MADRID,
        closing_days={date(2026, 12, 7): "Inventory", date(2026, 12, 8): "Immaculate Conception"},
    )
    answer = add_working_time(start=begin, allowance=Allowance(2), calendar=book)
    assert answer.skipped == (
        Stretch(date(2026, 12, 5), date(2026, 12, 6), DayKind.WEEKEND),
        Stretch(date(2026, 12, 7), date(2026, 12, 7), DayKind.CLOSING_DAY, "Inventory"),
        Stretch(date(2026, 12, 8), date(2026, 12, 8), DayKind.CLOSING_DAY, "Immaculate Conception"),
    )
    assert not answer.waited


def test_unnamed_neighbouring_closing_days_are_one_stretch():
    answer = add_working_time(
        start=datetime(2026, 12, 3, 17, 30, tzinfo=MADRID),
        allowance=Allowance(2),
        calendar=DECEMBER,
    )
    assert answer.skipped[1] == Stretch(date(2026, 12, 7), date(2026, 12, 8), DayKind.CLOSING_DAY)
    assert answer.skipped[1].days == 2


def test_a_vacation_is_one_stretch_with_its_weekends_and_holidays():
    answer = add_working_time(
        start=datetime(2026, 12, 24, 12, 0, tzinfo=MADRID),
        allowance=Allowance(1),
        calendar=CHRISTMAS,
    )
    kinds = [(stretch.kind, stretch.days) for stretch in answer.skipped]
    assert kinds == [
        (DayKind.CLOSING_DAY, 1),
        (DayKind.WEEKEND, 2),
        (DayKind.VACATION, 6),
        (DayKind.WEEKEND, 1),
    ]


def test_a_start_in_closed_time_says_so():
    answer = add_working_time(
        start=datetime(2026, 11, 19, 18, 12, tzinfo=MADRID),
        allowance=Allowance(16, HOURS),
        calendar=INVENTORY,
    )
    assert answer.waited
    assert answer.counts_from == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("unit", [DAYS, HOURS])
def test_any_allowance_contains_at_least_its_working_time(unit):
    """Whatever the start, a bookshop gets its days (of eight hours) or its hours in full."""
    amount = 2 if unit is DAYS else 16
    begin = datetime(2026, 12, 18, tzinfo=UTC)
    for quarter in range(0, 24 * 4 * 20, 3):
        start = begin + quarter * timedelta(minutes=15)
        answer = add_working_time(start=start, allowance=Allowance(amount, unit), calendar=CHRISTMAS)
        spent = working_time_between(start=start, end=answer.due, calendar=CHRISTMAS)
        assert spent == timedelta(hours=16), start
        assert start < answer.due


def test_a_later_start_is_never_due_earlier():
    begin = datetime(2026, 12, 18, tzinfo=UTC)
    for unit in (DAYS, HOURS):
        dues = [
            add_working_time(
                start=begin + step * timedelta(minutes=45),
                allowance=Allowance(2, unit),
                calendar=CHRISTMAS,
            ).due
            for step in range(600)
        ]
        assert dues == sorted(dues)


@pytest.mark.parametrize(
    ("at",                 "late"),
    [
        ("2026-11-24 17:59:59", False),
        ("2026-11-24 18:00:00", False),
        ("2026-11-24 18:00:01", True),
    ],
)  # fmt: skip
def test_late_is_strictly_after_the_due_moment(at, late):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert is_late(due=datetime(2026, 11, 24, 18, 0, tzinfo=UTC), at=moment) is late


@pytest.mark.seed("T132", "T133", "T134")
def test_the_preview_lists_only_the_deadlines_that_move():
    start = datetime(2026, 12, 4, 12, 0, tzinfo=MADRID)
    early = datetime(2026, 12, 1, 12, 0, tzinfo=MADRID)
    open_ = [
        OpenDeadline(
            "R-2",
            start,
            Allowance(1),
            add_working_time(start=start, allowance=Allowance(1), calendar=PLAIN).due,
        ),
        OpenDeadline(
            "R-1",
            early,
            Allowance(1),
            add_working_time(start=early, allowance=Allowance(1), calendar=PLAIN).due,
        ),
    ]
    changes = changed_deadlines(deadlines=open_, calendar=DECEMBER)
    assert [change.reference for change in changes] == ["R-2"]
    assert changes[0].before == datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
    assert changes[0].after.due == datetime(2026, 12, 9, 11, 0, tzinfo=UTC)
    assert changed_deadlines(deadlines=open_, calendar=PLAIN) == []


@pytest.mark.parametrize(
    ("day",        "expected"),
    [
        ("2027-01-02", "2027-01-04"),
        ("2026-12-24", "2027-01-04"),
        ("2027-01-05", "2027-01-07"),
    ],
)  # fmt: skip
def test_reopening_is_the_next_working_day(day, expected):
    assert reopens_on(day=date.fromisoformat(day), calendar=CHRISTMAS) == date.fromisoformat(expected)


@pytest.mark.seed("T135")
@pytest.mark.parametrize(
    ("day",        "open_"),
    [
        ("2026-12-27", True),
        ("2026-12-28", False),
        ("2027-01-02", False),
        ("2027-01-03", True),
        ("2026-12-25", True),
    ],
)  # fmt: skip
def test_intake_stops_in_a_vacation_and_nowhere_else(day, open_):
    assert takes_intake(day=date.fromisoformat(day), vacations=CHRISTMAS.vacations) is open_


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Allowance(0), "at least 1"),
        (lambda: WorkingCalendar(zone=MADRID, working_week=frozenset()), "at least one day"),
        (lambda: WorkingCalendar(zone=MADRID, opens=time(18), closes=time(10)), "not after it opens"),
        (lambda: Vacation(date(2027, 1, 2), date(2027, 1, 1)), "before its first day"),
        (lambda: add_working_time(start=datetime(2026, 1, 1), allowance=Allowance(1), calendar=PLAIN), "aware"),  # noqa: DTZ001
        (lambda: due("2026-01-01", 1, DAYS, calendar(vacations=[("2026-01-01", "2036-01-01")])), "three years"),
    ],
)  # fmt: skip
def test_impossible_values_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()

"""The geometry of the deadline picture (order.png)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from backoffice.office.timeline import WIDTH, draw
from trade.calendar.rules import Allowance, AllowanceUnit, Vacation, WorkingCalendar, add_working_time

MADRID = ZoneInfo("Europe/Madrid")
INVENTORY = WorkingCalendar(zone=MADRID, closing_days={date(2026, 11, 23): "Inventory"})
SIXTEEN_HOURS = Allowance(16, AllowanceUnit.WORKING_HOURS)
NOW = datetime(2026, 11, 24, 10, 42, tzinfo=MADRID)


def picture(calendar=INVENTORY, at=NOW, ended_at=None, allowance=SIXTEEN_HOURS):
    start = datetime(2026, 11, 19, 18, 12, tzinfo=MADRID)
    deadline = add_working_time(start=start, allowance=allowance, calendar=calendar)
    return draw(deadline=deadline, calendar=calendar, at=at, ended_at=ended_at)


def test_the_days_run_from_the_start_to_the_day_after_the_deadline():
    drawn = picture()
    assert [column.day.date.day for column in drawn.columns] == [19, 20, 21, 22, 23, 24, 25]
    assert [column.today for column in drawn.columns].index(True) == 5
    assert all(column.named for column in drawn.columns)
    assert round(drawn.columns[-1].x + drawn.columns[-1].width) == WIDTH


def test_used_and_left_time_lie_inside_the_opening_windows():
    drawn = picture()
    day = WIDTH / 7
    assert len(drawn.used) == 2
    assert len(drawn.left) == 1
    assert drawn.used[0].x == round(day * (1 + 10 / 24), 2)
    assert abs(drawn.used[0].width - day * 8 / 24) < 0.02
    assert drawn.due == round(day * (5 + 18 / 24), 2)
    assert round(drawn.used[-1].x + drawn.used[-1].width, 2) == drawn.left[0].x == drawn.now


def test_closed_time_fills_everything_but_the_windows():
    drawn = picture()
    window = WIDTH / 7 * 8 / 24
    assert abs(sum(bar.width for bar in drawn.closed) + 4 * window - WIDTH) < 0.1
    assert all(bar.width >= 0 for bar in drawn.closed)


def test_a_finished_thing_has_neither_now_nor_time_left():
    drawn = picture(ended_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    assert drawn.now is None
    assert drawn.left == ()
    assert len(drawn.used) == 1


def test_long_ago_late_things_do_not_stretch_the_picture_without_end():
    drawn = picture(at=datetime(2027, 11, 24, tzinfo=UTC))
    assert len(drawn.columns) == 10
    assert drawn.now is None
    assert not any(column.named for column in drawn.columns)


def test_a_vacation_makes_one_long_hatched_stretch():
    away = WorkingCalendar(zone=MADRID, vacations=(Vacation(date(2026, 11, 20), date(2026, 12, 4)),))
    drawn = picture(calendar=away, allowance=Allowance(1))
    assert max(bar.width for bar in drawn.closed) > WIDTH * 0.7

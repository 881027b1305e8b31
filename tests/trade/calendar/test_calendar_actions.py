"""Closing days, regional holidays and vacations on PostgreSQL, with the deadlines they move (T132-T135)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, func, select, text

from tests.cast import NOW
from tests.trade.reservations.helpers import reserve, shelve
from trade.base.errors import NotFound, Refused
from trade.base.models import JournalEntry, SettingValue
from trade.calendar import actions, queries
from trade.calendar.models import ClosingDay, Vacation
from trade.calendar.rules import DateRefusal
from trade.members.models import Bookshop
from trade.reservations.actions.deadlines import move_deadlines
from trade.reservations.models import Reservation

WEDNESDAY = date(2026, 11, 25)
DAY = timedelta(days=1)


@pytest.fixture
def reserved(house):
    with house.session() as session:
        shelve(session, house.cast.alba, copies=2)
        shelve(session, house.cast.boreal, copies=1)
    house.reference = reserve(house)
    return house


def work(house, verb, **values):
    """Do something as the owner of Alba."""
    with house.session(house.cast.bookshop()) as session:
        shop = session.get(Bookshop, house.cast.alba)
        return verb(session, bookshop=shop, **{"at": NOW, **values})


def due(house):
    with house.session() as session:
        return session.scalar(select(Reservation.due_at).where(Reservation.reference == house.reference))


def count(house, model):
    with house.session() as session:
        return session.scalar(select(func.count()).select_from(model))


@pytest.mark.seed("T132", "T133")
def test_the_effect_is_shown_first_and_saving_moves_the_deadline_by_one_day(reserved):
    before = due(reserved)
    preview = work(reserved, actions.preview_closing_day, day=WEDNESDAY, name="Inventory")
    assert [(change.reference, change.before, change.after.due) for change in preview] == [
        (reserved.reference, before, before + DAY)
    ]
    assert (due(reserved), count(reserved, ClosingDay)) == (before, 0)
    assert work(reserved, actions.add_closing_day, day=WEDNESDAY, name="Inventory") == preview
    assert (due(reserved), count(reserved, ClosingDay)) == (before + DAY, 1)


@pytest.mark.seed("T133")
def test_a_moved_deadline_is_journalled_with_both_moments(reserved):
    work(reserved, actions.add_closing_day, day=WEDNESDAY, name="")
    with reserved.session() as session:
        entry = session.scalar(select(JournalEntry).where(JournalEntry.action == "reservation.deadline_moved"))
        added = session.scalar(select(JournalEntry).where(JournalEntry.action == "closing_day.added"))
    assert entry.details == {"from": "2026-11-25T10:00:00+00:00", "to": "2026-11-26T10:00:00+00:00"}
    assert added.details == {"day": "2026-11-25"}


@pytest.mark.seed("T132")
@pytest.mark.parametrize(
    ("day",              "refusal"),
    [
        (date(2026, 11, 28), DateRefusal.NOT_IN_WORKING_WEEK),
        (date(2026, 11, 29), DateRefusal.NOT_IN_WORKING_WEEK),
        (date(2026, 11, 24), DateRefusal.NOT_FUTURE),
        (date(2026, 11, 20), DateRefusal.NOT_FUTURE),
    ],
)  # fmt: skip
def test_weekends_and_past_dates_are_refused_with_their_reason(shared_house, day, refusal):
    with pytest.raises(Refused) as refused:
        work(shared_house, actions.add_closing_day, day=day, name="")
    assert refused.value.text.message == actions.REFUSALS[refusal]
    assert refused.value.field == "day"
    assert count(shared_house, ClosingDay) == 0


@pytest.mark.seed("T132")
def test_a_network_that_works_on_saturdays_closes_on_saturdays(house):
    with house.session() as session:
        session.add(SettingValue(key="calendar.working_week", value="mon_sat", valid_from=NOW, set_at=NOW))
    work(house, actions.add_closing_day, day=date(2026, 11, 28), name="")
    assert count(house, ClosingDay) == 1


@pytest.mark.seed("T132")
def test_one_click_adds_the_holidays_of_the_region_once(house):
    added = work(house, actions.add_regional_holidays)
    assert {date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 25), date(2027, 1, 1), date(2027, 3, 25)} <= set(added)
    assert all(NOW.date() < day <= NOW.date() + timedelta(days=366) and day.isoweekday() < 6 for day in added)
    with house.session() as session:
        names = dict(session.execute(select(ClosingDay.day, ClosingDay.name)).all())
    assert names[date(2026, 12, 8)] == "Inmaculada Concepción"
    assert work(house, actions.add_regional_holidays) == []
    assert count(house, ClosingDay) == len(added)


@pytest.mark.seed("T132")
def test_every_region_has_its_own_holidays(shared_house, shared_french_house):
    def regional(subdivision, country, first, last):
        shop = Bookshop(country=country, subdivision=subdivision)
        return set(queries.regional_holidays(bookshop=shop, first=first, last=last))

    year = (date(2027, 1, 1), date(2027, 12, 31))
    assert date(2027, 9, 24) not in regional("CT", "ES", *year)  # La Mercè is municipal: the bookshop adds it
    assert date(2027, 6, 24) in regional("CT", "ES", *year)
    assert date(2027, 6, 24) not in regional("MD", "ES", *year)
    assert date(2027, 5, 3) in regional("MD", "ES", *year)
    assert date(2027, 3, 26) in regional("57", "FR", *year)  # Good Friday in Moselle
    assert date(2027, 3, 26) not in regional("", "FR", *year)
    assert regional("nowhere", "FR", *year) == regional("", "FR", *year)


@pytest.mark.seed("T134", "T135")
def test_a_vacation_moves_what_was_placed_before_it_by_its_range(reserved):
    last = WEDNESDAY + 4 * DAY
    moved = work(reserved, actions.add_vacation, first=WEDNESDAY, last=last, note="Autumn")
    assert [change.after.due for change in moved] == [due(reserved)]
    assert due(reserved) == NOW + 6 * DAY  # Monday 30 November
    with reserved.session() as session:
        shop = session.get(Bookshop, reserved.cast.alba)
        away = queries.on_vacation(session, bookshop_ids=[shop.id, reserved.cast.boreal], day=last)
    assert [(shop_id, vacation.note) for shop_id, vacation in away.items()] == [(reserved.cast.alba, "Autumn")]


@pytest.mark.seed("T134")
@pytest.mark.parametrize(
    ("first",            "last",             "refusal",                          "field"),
    [
        (date(2026, 12, 10), date(2026, 12, 9),  DateRefusal.ENDS_BEFORE_IT_BEGINS, "last_day"),
        (date(2026, 11, 24), date(2026, 11, 30), DateRefusal.NOT_FUTURE,            "first_day"),
        (date(2026, 12, 1),  date(2027, 1, 30),  DateRefusal.TOO_LONG,              "last_day"),
    ],
)  # fmt: skip
def test_impossible_vacations_are_refused_at_their_field(shared_house, first, last, refusal, field):
    with pytest.raises(Refused) as refused:
        work(shared_house, actions.add_vacation, first=first, last=last, note="")
    assert (refused.value.text.message, refused.value.field) == (actions.REFUSALS[refusal], field)


def overlap_at_once(house, monkeypatch):
    """Two people save overlapping vacations; both have been examined before either is stored."""
    barrier = threading.Barrier(2, timeout=20)
    examine = actions.preview_vacation

    def examined(*args, **values):
        found = examine(*args, **values)
        barrier.wait()
        return found

    monkeypatch.setattr(actions, "preview_vacation", examined)

    def save(first):
        try:
            work(house, actions.add_vacation, first=first, last=first + 3 * DAY, note="")
        except Refused as refused:
            return refused.text.message
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(save, (date(2026, 12, 28), date(2026, 12, 30))))


@pytest.mark.seed("T134")
def test_of_two_overlapping_vacations_at_once_one_is_saved(house, monkeypatch):
    assert overlap_at_once(house, monkeypatch) == sorted(["saved", actions.REFUSALS[DateRefusal.OVERLAPS]])
    assert count(house, Vacation) == 1


def test_negative_control_without_the_constraint_both_overlapping_vacations_are_saved(house, monkeypatch):
    engine = create_engine(house.owner_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE vacation DROP CONSTRAINT ex_vacation_no_overlap"))
    engine.dispose()
    assert overlap_at_once(house, monkeypatch) == ["saved", "saved"]
    assert count(house, Vacation) == 2


def test_two_bookshops_may_be_away_at_the_same_time(house):
    work(house, actions.add_vacation, first=date(2026, 12, 28), last=date(2026, 12, 30), note="")
    with house.session(house.cast.bookshop("boreal")) as session:
        shop = session.get(Bookshop, house.cast.boreal)
        actions.add_vacation(session, bookshop=shop, first=date(2026, 12, 28), last=date(2026, 12, 30), note="", at=NOW)
    assert count(house, Vacation) == 2


@pytest.mark.seed("T133")
def test_removing_a_future_closing_day_moves_the_deadline_back(reserved):
    before = due(reserved)
    work(reserved, actions.add_closing_day, day=WEDNESDAY, name="")
    with reserved.session() as session:
        closing_day = session.scalar(select(ClosingDay.id))
    work(reserved, actions.remove_closing_day, closing_day_id=closing_day)
    assert (due(reserved), count(reserved, ClosingDay)) == (before, 0)


def test_what_is_over_stays_and_what_runs_ends_today(house):
    work(house, actions.add_vacation, first=WEDNESDAY, last=WEDNESDAY + 5 * DAY, note="")
    work(house, actions.add_closing_day, day=date(2026, 12, 8), name="")
    with house.session() as session:
        vacation, closing_day = session.scalar(select(Vacation.id)), session.scalar(select(ClosingDay.id))
    work(house, actions.remove_vacation, vacation_id=vacation, at=NOW + 2 * DAY)
    with house.session() as session:
        assert session.scalar(select(Vacation.last_day)) == date(2026, 11, 26)
    with pytest.raises(Refused, match="stays in the calendar"):
        work(house, actions.remove_closing_day, closing_day_id=closing_day, at=NOW + 20 * DAY)


def test_another_bookshops_dates_are_not_found(house):
    work(house, actions.add_closing_day, day=date(2026, 12, 8), name="")
    with house.session() as session:
        closing_day = session.scalar(select(ClosingDay.id))
    with pytest.raises(NotFound), house.session(house.cast.bookshop("boreal")) as session:
        shop = session.get(Bookshop, house.cast.boreal)
        actions.remove_closing_day(session, bookshop=shop, closing_day_id=closing_day, at=NOW)


def test_finished_and_late_reservations_keep_their_deadline(reserved):
    with reserved.session() as session:
        row = session.scalar(select(Reservation))
        row.late_at = NOW
        before = row.due_at
    assert work(reserved, actions.add_closing_day, day=WEDNESDAY, name="") == []
    assert due(reserved) == before


def test_a_deadline_that_changed_meanwhile_is_not_overwritten(reserved):
    changes = work(reserved, actions.preview_closing_day, day=WEDNESDAY, name="")
    with reserved.session() as session:
        session.scalar(select(Reservation)).due_at += timedelta(hours=1)
    with reserved.session(reserved.cast.bookshop()) as session:
        move_deadlines(session, bookshop_id=reserved.cast.alba, changes=changes, at=NOW)
    assert due(reserved) == NOW + DAY + timedelta(hours=1)

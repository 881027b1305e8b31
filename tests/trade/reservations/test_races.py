"""Races on real PostgreSQL, each with a negative control that fails with its guard off (safety.md section 3)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text

from tests.cast import NOW
from tests.trade.reservations.helpers import reserve, shelve
from trade.accounts.models import Person
from trade.base.errors import Conflict, Refused
from trade.base.states import Machine
from trade.reservations import actions
from trade.reservations.actions import answer, late, placing
from trade.reservations.models import Reservation
from trade.reservations.states import RESERVATION
from trade.stock.actions import holds

READERS = 6
DAY = timedelta(days=1)


def outcomes(*calls):
    """Run the calls at once; each gives its value or the refusal it met."""

    def run(call):
        try:
            return call()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def reservations(house):
    with house.session() as session:
        return session.scalar(select(func.count()).select_from(Reservation))


@pytest.fixture
def slow_count(monkeypatch):
    """Counting copies takes a while, so that everybody counts before anybody writes."""
    count = holds.available

    def slowly(*args, **values):
        found = count(*args, **values)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(holds, "available", slowly)


@pytest.fixture
def crowd(house):
    """A last copy and six readers after it."""
    with house.session() as session:
        shelve(session, house.cast.alba, copies=1)
        for number in range(READERS):
            person = Person(email=f"reader{number}@mostrador.example", name=f"Reader {number}", verified_at=NOW)
            session.add(person)
            session.flush()
            house.cast.people[f"reader{number}"] = person.id
    return house


def rush(house):
    return outcomes(*[lambda name=f"reader{number}": reserve(house, name) for number in range(READERS)])


@pytest.mark.seed("T44")
def test_of_many_readers_after_the_last_copy_one_wins(crowd, slow_count):
    winners = [found for found in rush(crowd) if isinstance(found, str)]
    assert len(winners) == 1
    assert reservations(crowd) == 1


def test_negative_control_without_the_lock_the_last_copy_is_promised_twice(crowd, slow_count, monkeypatch):
    monkeypatch.setattr(holds, "lock_copies", lambda *args, **values: None)
    winners = [found for found in rush(crowd) if isinstance(found, str)]
    assert len(winners) > 1


@pytest.fixture
def meeting(monkeypatch):
    """Two clicks have both been examined before either is stored."""
    barrier = threading.Barrier(2, timeout=20)
    examine = placing._offer

    def examined(*args, **values):
        found = examine(*args, **values)
        barrier.wait()
        return found

    monkeypatch.setattr(placing, "_offer", examined)


def double_click(house):
    with house.session() as session:
        shelve(session, house.cast.alba, copies=5)
    return outcomes(lambda: reserve(house), lambda: reserve(house))


def test_a_double_click_reserves_once(house, meeting):
    found = double_click(house)
    assert sorted(type(each).__name__ for each in found) == ["Refused", "str"]
    assert reservations(house) == 1


def test_negative_control_without_the_index_a_double_click_reserves_twice(house, meeting):
    engine = create_engine(house.owner_url)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_reservation_open"))
    engine.dispose()
    assert all(isinstance(each, str) for each in double_click(house))
    assert reservations(house) == 2


def without_guard(machine):
    """The same table with every move allowed from everywhere."""
    moves = tuple(replace(move, origins=tuple(machine.states), mark=True) for move in machine.moves)
    return Machine(machine.name, machine.first, machine.states, moves)


def clash(house, monkeypatch):
    """The bookshop notifies while the reader cancels; both have read the reservation before either writes."""
    with house.session() as session:
        shelve(session, house.cast.alba, copies=1)
    reference = reserve(house)
    barrier = threading.Barrier(2, timeout=20)
    load = answer.by_reference

    def loaded(*args, **values):
        found = load(*args, **values)
        barrier.wait()
        return found

    monkeypatch.setattr(answer, "by_reference", loaded)

    def notify():
        with house.session(house.cast.bookshop()) as session:
            return actions.notify(session, reference=reference, at=NOW).state

    def cancel():
        with house.session(house.cast.reader()) as session:
            return actions.cancel(session, reference=reference, at=NOW).state

    return outcomes(notify, cancel)


@pytest.mark.seed("T46", "T47")
def test_notifying_and_cancelling_at_once_one_wins_and_the_other_is_told(house, monkeypatch):
    found = clash(house, monkeypatch)
    assert sum(isinstance(each, Conflict) for each in found) == 1
    assert sum(each in ("notified", "rejected_by_reader") for each in found) == 1


def test_negative_control_without_compare_and_set_both_win(house, monkeypatch):
    monkeypatch.setattr(answer, "RESERVATION", without_guard(RESERVATION))
    found = clash(house, monkeypatch)
    assert sorted(found) == ["notified", "rejected_by_reader"]


def mark_twice_at_once(house):
    """Two runs of the clock's job over one late reservation; the first commits last."""
    with house.session() as session:
        shelve(session, house.cast.alba)
    reserve(house)
    at = NOW + 2 * DAY

    def second():
        with house.session() as session:
            return actions.mark_late(session, at=at)

    with ThreadPoolExecutor(1) as pool:
        with house.session() as session:
            marked = actions.mark_late(session, at=at)
            session.flush()
            other = pool.submit(second)
            time.sleep(0.4)
        return marked, other.result(timeout=20)


def test_two_runs_at_once_mark_a_late_reservation_once(house):
    assert mark_twice_at_once(house) == (1, 0)


def test_negative_control_without_the_row_lock_both_runs_mark_it(house, monkeypatch):
    monkeypatch.setattr(late, "_locked", lambda: select(Reservation).limit(late.BATCH))
    assert mark_twice_at_once(house) == (1, 1)

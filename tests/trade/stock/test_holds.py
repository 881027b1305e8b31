"""Copies set apart: available = last file - open holds, which no later file erases; two readers, one last copy."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.conftest import House
from tests.trade.stock.test_feed import NOW, csv, send
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import Scope
from trade.stock import actions, queries
from trade.stock.models import StockHold

ISBN = 9788437604947


def free(house: House) -> int:
    with house.session(house.cast.bookshop("alba")) as session:
        return queries.available(session, bookshop_id=house.cast.alba, isbn=ISBN)


def hold(house: House, reference: str, *, scope: Scope | None = None, at: datetime = NOW) -> None:
    scope = scope or house.cast.reader()
    with house.session(scope) as session:
        actions.hold(
            session,
            bookshop_id=house.cast.alba,
            isbn=ISBN,
            copies=1,
            reference=reference,
            at=at,
            person_id=scope.person_id,
        )


def test_a_hold_takes_a_copy_and_a_release_gives_it_back(house: House) -> None:
    send(house, csv((ISBN, 2, 1495)))
    hold(house, "R-1")
    assert free(house) == 1
    with house.session(house.cast.reader()) as session:
        actions.release_hold(session, reference="R-1", at=NOW)
        actions.release_hold(session, reference="R-1", at=NOW)
    assert free(house) == 2


def test_no_later_file_erases_a_hold(house: House) -> None:
    send(house, csv((ISBN, 2, 1495)))
    hold(house, "R-1")
    send(house, csv((ISBN, 2, 1495), (9782070368228, 1, 700)), at=NOW + timedelta(days=1))
    assert free(house) == 1
    send(house, csv((ISBN, 1, 1495), (9782070368228, 1, 700)), at=NOW + timedelta(days=2))
    assert free(house) == 0


def test_a_file_below_the_holds_leaves_nothing_rather_than_less(house: House) -> None:
    send(house, csv((ISBN, 2, 1495)))
    hold(house, "R-1")
    hold(house, "R-2")
    send(house, csv((ISBN, 1, 1495)), at=NOW + timedelta(days=1))
    assert free(house) == 0


@pytest.mark.parametrize(
    ("stock", "told"),
    [
        (csv((ISBN, 0, 1495), (9782070368228, 1, 700)), "last copy"),
        (csv((ISBN, 5, 3000)), "last copy"),
        (csv((9782070368228, 1, 700)), "last copy"),
    ],
)
def test_what_cannot_be_shown_cannot_be_held(house: House, stock: bytes, told: str) -> None:
    send(house, stock)
    with pytest.raises(Refused, match=told):
        hold(house, "R-1")


def test_a32_stock_that_is_too_old_cannot_be_held(house: House) -> None:
    send(house, csv((ISBN, 2, 1495)))
    hold(house, "R-1", at=NOW + timedelta(hours=71))
    with pytest.raises(Refused, match="no stock for days"):
        hold(house, "R-2", at=NOW + timedelta(hours=72))


def test_an_unknown_reference_is_not_found(house: House) -> None:
    with house.session(house.cast.bookshop("alba")) as session, pytest.raises(NotFound):
        actions.release_hold(session, reference="R-none", at=NOW)


def test_a_copy_that_left_stays_out_until_a_file_made_later(house: House) -> None:
    send(house, csv((ISBN, 2, 1495)))
    hold(house, "R-1")
    with house.session(house.cast.bookshop("alba")) as session:
        actions.keep_until_next_file(session, reference="R-1", at=NOW + timedelta(hours=2))
    assert free(house) == 1
    send(house, csv((ISBN, 2, 1495), (9782070368228, 1, 700)), at=NOW + timedelta(hours=1))
    assert free(house) == 1, "this file was made before the copy left"
    send(house, csv((ISBN, 1, 1495), (9782070368228, 1, 700)), at=NOW + timedelta(hours=3))
    assert free(house) == 1, "the file no longer counts the copy, and the hold is gone with it"


@pytest.mark.parametrize(("day", "free_after"), [("20261124", 0), ("20261125", 1)])
def test_a_file_that_tells_its_day_must_be_of_a_later_one(house: House, day: str, free_after: int) -> None:
    def cegald(date: str, copies: int) -> bytes:
        top = "INCEGALD02L0009999LIB00022\r\nI\r\nC" + "X" * 40 + f"{date}EUR\r\n"
        return f"{top}D978-84-376-0494-7{copies:06} 000001438\r\n".encode()

    send(house, cegald("20261123", 2), format="cegald")
    hold(house, "R-1")
    with house.session(house.cast.bookshop("alba")) as session:
        actions.keep_until_next_file(session, reference="R-1", at=datetime(2026, 11, 24, 12, tzinfo=UTC))
    send(house, cegald(day, 1), format="cegald", at=datetime(2026, 11, 24, 22, tzinfo=UTC))
    assert free(house) == free_after


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether the lock on a title's copies is switched off: then the race must be lost, or it proves nothing."""
    if request.param:
        monkeypatch.setattr("trade.stock.actions.holds.lock_copies", lambda session, **kwargs: None)
    yield request.param


@pytest.mark.parametrize("without_lock", [False, True], indirect=True, ids=["locked", "negative control"])
def test_of_readers_after_the_last_copy_one_wins(
    house: House, without_lock: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(house, csv((ISBN, 1, 1495)))
    together = Barrier(6)
    if without_lock:  # everybody has looked before anybody writes
        real = queries.available

        def slow(*args: object, **kwargs: object) -> int:
            found = real(*args, **kwargs)  # type: ignore[arg-type]
            together.wait(timeout=10)
            return found

        monkeypatch.setattr("trade.stock.actions.holds.available", slow)

    def try_it(number: int) -> bool:
        if not without_lock:
            together.wait(timeout=10)
        try:
            hold(house, f"R-{number}", scope=house.cast.reader(("clara", "bruno")[number % 2]))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(try_it, range(6)))
    with house.session() as session:
        held = session.scalar(select(func.sum(StockHold.copies)))
    assert won.count(True) == held == (6 if without_lock else 1)

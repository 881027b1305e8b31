"""Imports that meet each other or a reader, and that break off in the midst: one after the other, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from tests.conftest import House
from tests.trade.stock.test_feed import ALL, NOW, UNKNOWN, csv, send, state, stock
from tests.trade.stock.test_undo import held
from trade.stock import actions, queries
from trade.stock.models import BookshopStock, FeedRun, StockLine, StockSnapshot

ONE, TWO, THREE, NEW = 9788437604947, 9788417860790, 9782070368228, 9788498383621
REST = ((TWO, 2, 2495), (THREE, 2, 700), (UNKNOWN, 1, 1500))
PATIENCE = 0.3
"""Seconds to wait for whom the lock keeps out."""


def receive(house: House, data: bytes) -> int:
    with house.session(house.cast.bookshop("alba")) as session:
        return actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="model_csv",
            data=data,
            name="stock.csv",
            origin="push",
            at=NOW,
            store=house.store,
            queued=False,
        ).id


def process(house: House, run_id: int, **more: Any) -> None:
    with house.session(house.cast.bookshop("alba")) as session:
        actions.process(session, run_id=run_id, at=NOW, store=house.store, **more)


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "negative control"])
def test_two_files_of_one_bookshop_are_written_one_after_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    module = import_module("trade.stock.actions.process")
    read, also_read, done = Event(), Event(), Event()
    snapshot = module.snapshot

    def read_and_wait(*given: Any, **options: Any) -> Any:
        found = snapshot(*given, **options)
        if not read.is_set():
            read.set()
            also_read.wait(PATIENCE)
        else:
            also_read.set()
            done.wait(10)
        return found

    send(house, ALL)
    first = receive(house, csv((ONE, 2, 1495), *REST, (NEW, 1, 1200)))
    second = receive(house, csv((ONE, 5, 1495), *REST))
    monkeypatch.setattr(module, "snapshot", read_and_wait)
    if not locked:
        monkeypatch.setattr(module, "lock_stock", lambda session, **given: None)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(process, house, first)
        assert read.wait(10)
        other = pool.submit(process, house, second)
        one.result()
        done.set()
        other.result()
    assert [state(house, run_id) for run_id in (first, second)] == ["applied", "applied"]
    assert (NEW in stock(house)) is not locked, "the later file does not name it"
    assert bool(held(house)) is not locked


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "negative control"])
def test_a_file_waits_for_the_reader_who_sets_its_last_copy_apart(
    house: House, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    module = import_module("trade.stock.actions.holds")
    looked, sold = Event(), Event()
    available = module.available

    def look_and_wait(*given: Any, **options: Any) -> int:
        found: int = available(*given, **options)
        looked.set()
        sold.wait(PATIENCE if locked else 10)
        return found

    def hold() -> None:
        given: dict[str, Any] = {
            "bookshop_id": house.cast.alba,
            "isbn": ONE,
            "copies": 2,
            "reference": "R-1",
            "at": NOW,
        }
        with house.session(reader := house.cast.reader()) as session:
            actions.hold(session, **given, person_id=reader.person_id)

    send(house, ALL)
    without = receive(house, csv(*REST))
    monkeypatch.setattr(module, "available", look_and_wait)
    if not locked:
        monkeypatch.setattr(module, "lock_copies", lambda session, **given: None)
    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(hold)
        assert looked.wait(10)
        pool.submit(process, house, without).result()
        sold.set()
        holding.result()
    assert state(house, without) == "applied"
    assert (ONE in stock(house)) is locked, "a title that is set apart keeps its line"
    assert bool(held(house)) is not locked


# --- broken off --------------------------------------------------------------------------------------


def digest(house: House, run_id: int) -> tuple[Any, ...]:
    """All that an import writes."""
    with house.session() as session:
        lines = session.execute(
            select(StockLine.isbn, StockLine.quantity, StockLine.price, StockLine.verdict).order_by(StockLine.isbn)
        )
        content = session.scalars(select(StockSnapshot.content_sha256)).all()
        age = session.execute(select(BookshopStock.run_id, BookshopStock.file_at, BookshopStock.titles))
        runs = session.execute(select(FeedRun.id, FeedRun.state, FeedRun.added).order_by(FeedRun.id))
        return (*map(tuple, lines), *content, *map(tuple, age), *map(tuple, runs))


class PowerCut(Exception):
    """What breaks an import off."""


@contextmanager
def power_cut(house: House, *, at_statement: int, committing: bool = False) -> Iterator[None]:
    """Break the work off at its n-th statement; ``committing``: what was written until then stays."""
    count = 0

    def cut(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        nonlocal count
        count += 1
        if count == at_statement:
            if committing:
                connection.connection.driver_connection.commit()
            raise PowerCut

    event.listen(house.engine, "before_cursor_execute", cut)
    try:
        yield
    finally:
        event.remove(house.engine, "before_cursor_execute", cut)


NEXT = csv((ONE, 5, 1495), (TWO, 2, 2495), (UNKNOWN, 1, 1500), (NEW, 1, 1200))


def broken_off_everywhere(house: House, *, committing: bool) -> list[int]:
    """Break an import off at each of its statements, until it comes through; at which of them something stayed."""
    send(house, ALL)
    run_id = receive(house, NEXT)
    before, stayed = digest(house, run_id), []
    for number in range(1, 100):
        try:
            with power_cut(house, at_statement=number, committing=committing):
                process(house, run_id)
        except PowerCut:
            if digest(house, run_id) != before:
                stayed.append(number)
                if committing:
                    break
        else:
            assert number > 10, "it has as many statements"
            break
    return stayed


@pytest.mark.seed("F06")
def test_an_import_that_breaks_off_at_any_statement_changes_nothing_and_is_done_later(house: House) -> None:
    assert broken_off_everywhere(house, committing=False) == []
    assert {isbn: row[0] for isbn, row in stock(house).items()} == {ONE: 5, TWO: 2, UNKNOWN: 1, NEW: 1}
    assert held(house) == []


def test_an_import_that_is_committed_on_the_way_is_found_out(house: House) -> None:
    """The negative control."""
    assert broken_off_everywhere(house, committing=True) != []


def test_an_import_whose_connection_is_taken_away_changes_nothing_and_is_done_later(house: House) -> None:
    send(house, ALL)
    run_id = receive(house, NEXT)
    before = digest(house, run_id)

    def terminate(stage: str, done: int, total: int) -> None:
        if stage != "applying":
            return
        with house.engine.connect() as connection:
            waiting = text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
            )
            assert connection.scalars(waiting).all() == [True]

    with pytest.raises(OperationalError):
        process(house, run_id, progress=terminate)
    assert digest(house, run_id) == before
    process(house, run_id)
    assert state(house, run_id) == "applied"
    assert stock(house)[ONE][0] == 5
    with house.session() as session:
        assert session.scalar(select(func.count()).select_from(FeedRun)) == 2
        assert queries.stock_of(session, bookshop_id=house.cast.alba).by_isbn()[NEW].quantity == 1

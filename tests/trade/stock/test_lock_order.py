"""Prices are judged anew while a file of the same bookshop is written: nobody waits in a circle."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from tests.conftest import House
from tests.trade.stock.test_feed import ALL, KNOWN, NOW, UNKNOWN, csv, send, stock
from trade.catalogue.models import Book
from trade.stock.actions import judge, rejudge_books, writing
from trade.stock.rules import Verdict

pytestmark = pytest.mark.database
GONE, SOLD, STILL = sorted(KNOWN)
NEXT = csv((SOLD, 7, KNOWN[SOLD]), (STILL, 2, KNOWN[STILL]), (UNKNOWN, 1, 1500))
"""The next file writes the second title, then takes the first one off."""


def judge_and_receive(house: House, monkeypatch: pytest.MonkeyPatch, *, patience: float) -> None:
    """Judge the first title anew, then the second, and between both let the bookshop's next file be written."""
    judged, written = Event(), Event()
    write, take_off = judge._write, writing._take_off

    def write_and_wait(*given: Any, **options: Any) -> None:
        write(*given, **options)
        if not judged.is_set():
            judged.set()
            written.wait(patience)

    def tell_and_take_off(*given: Any) -> None:
        written.set()
        take_off(*given)

    def judge_both() -> None:
        with house.session() as session:
            session.execute(update(Book).values(price_cents=9_900).execution_options(synchronize_session=False))
            rejudge_books(session, isbns=[GONE, SOLD], at=NOW)

    monkeypatch.setattr(judge, "BATCH", 1)
    monkeypatch.setattr(judge, "_write", write_and_wait)
    monkeypatch.setattr(writing, "_take_off", tell_and_take_off)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(judge_both)
        assert judged.wait(10)
        second = pool.submit(send, house, NEXT)
        first.result(), second.result()


def test_judging_prices_and_a_file_wait_for_each_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    send(house, ALL)
    judge_and_receive(house, monkeypatch, patience=0.5)
    assert stock(house)[SOLD] == (7, KNOWN[SOLD], Verdict.PRICE_ERROR)
    assert GONE not in stock(house)


def test_without_the_bookshops_locks_they_wait_in_a_circle(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    send(house, ALL)
    monkeypatch.setattr(judge, "lock_stocks", lambda session, bookshop_ids: None)
    with pytest.raises(OperationalError, match="deadlock"):
        judge_and_receive(house, monkeypatch, patience=10)

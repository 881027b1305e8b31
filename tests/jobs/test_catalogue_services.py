"""A night of asking: DILVE's changes become books, and a service that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from jobs.catalogue import _picture, ask_services, read_feed
from jobs.context import Context
from tests.cast import NOW
from tests.conftest import House
from tests.doubles import catalogue_services as double
from tests.doubles.starting import Login, catalogue_services
from trade.catalogue import actions
from trade.catalogue.clients import dilve
from trade.catalogue.models import Book, BookDetail, CatalogueRun, CatalogueSource


@pytest.fixture(scope="module")
def login() -> Iterator[Login]:
    """Credentials at the double."""
    with catalogue_services() as credentials:
        yield credentials


def connect(house: House, client: str, values: dict[str, str]) -> None:
    with house.session() as session:
        actions.connect(session, client=client, values=values, pepper=house.config().secret_key.encode(), at=NOW)


def runs(house: House) -> list[tuple[str, str, int, int]]:
    with house.session() as session:
        told = (CatalogueSource.key, CatalogueRun.state, CatalogueRun.new, CatalogueRun.position)
        rows = session.execute(select(*told).join(CatalogueSource).order_by(CatalogueRun.id))
        return [tuple(row) for row in rows]


def test_what_changed_comes_in_and_one_failure_stops_no_other(house: House, context: Context, login: Login) -> None:
    connect(house, "cegal", login("cegal", user="garbage"))
    connect(house, "dilve", login("dilve"))
    with house.session() as session:
        known = session.scalar(select(func.count()).select_from(Book))
    ask_services(context, {})
    with house.session() as session:
        waiting = session.scalars(select(CatalogueRun.id).where(CatalogueRun.state == "received")).all()
    for run_id in waiting:
        read_feed(context, {"run_id": run_id})
    books = len(double.NEW) + len(double.CHANGED) - 1
    assert ("dilve", "done", books, books + len(double.DELETED)) in runs(house)
    with house.session() as session:
        assert session.scalar(select(func.count()).select_from(Book)) == known + books
        one = session.get_one(Book, int(double.NEW[0]))
        assert (one.title, one.price_cents) == (f"Título {double.NEW[0]}", 1250)
        link = session.get_one(BookDetail, one.isbn).cover_url
        told_until = session.scalars(select(CatalogueSource.told_until).where(CatalogueSource.key == "dilve")).one()
    assert told_until is not None and NOW <= told_until <= context.now()
    assert "secret" not in link and link.endswith(f"resource={double.NEW[0]}.jpg")
    assert _picture(context, link, [(dilve, login("dilve"))]) == double.PICTURE


def test_a_service_that_does_not_answer_is_told(house: House, context: Context, login: Login) -> None:
    connect(house, "dilve", login("dilve", user="busy"))
    ask_services(context, {})
    assert [(key, state) for key, state, _, _ in runs(house)] == [("dilve", "refused")]
    with house.session() as session:
        assert session.scalars(select(CatalogueSource.told_until).where(CatalogueSource.key == "dilve")).one() is None

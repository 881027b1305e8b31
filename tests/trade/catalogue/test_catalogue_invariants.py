"""``bin/mostrador check`` on the catalogue: each statement holds, and each can be broken."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import insert, update

from tests.cast import BOOKS, NOW
from tests.conftest import House
from tests.trade.catalogue.feeds import campre, estado
from trade.base import outbox
from trade.base.tenancy import TenantSession
from trade.catalogue import actions
from trade.catalogue.engines import note_changed
from trade.catalogue.engines.keeping import catch_up
from trade.catalogue.models import Author, Book, BookDetail, BookPrice, CatalogueSource, SearchCopy
from trade.catalogue.queries import invariants
from trade.catalogue.records import Form

pytestmark = pytest.mark.database
SOLITUDE, REED = BOOKS[0][0], BOOKS[1][0]
FORGET_STAFF = update(CatalogueSource).where(CatalogueSource.key == "staff").values(ranks={})
"""Staff are believed last."""
SOURCES, PRICE, COMING, NOTED, FOUND, ONLY_BOOKS = range(6)


@pytest.fixture(scope="module")
def told(shared_house: House) -> House:
    """A house whose books several sources speak of, with a price to come, and an index."""
    for data in (campre((SOLITUDE, 1590, "CIEN ANOS")), estado((REED, "EL INFINITO", "3"))):
        with shared_house.session() as session:
            run = actions.receive_feed(
                session, stream=BytesIO(data), name="feed.txt", origin="test", at=NOW, store=shared_house.store
            )
            actions.import_feed(session, run_id=run.id, at=NOW, store=shared_house.store)
            actions.set_price(session, isbn=REED, cents=2_595, at=NOW)
    catch_up(shared_house.search, shared_house.session, at=NOW)
    return shared_house


def broken(session: TenantSession) -> dict[int, tuple[str, ...]]:
    return {number: found.broken for number, found in enumerate(invariants(session)) if not found.holds}


def test_all_hold_and_are_about_something(told: House) -> None:
    with told.session() as session:
        assert [(found.checked, found.broken) for found in invariants(session)] == [
            (3, ()), (3, ()), (1, ()), (1, ()), (3, ()), (3, ()),
        ]  # fmt: skip


def _set(model: Any, **values: Any) -> Any:
    return update(model).where(model.isbn == SOLITUDE).values(**values).execution_options(synchronize_session=False)


def _price(**values: Any) -> Any:
    row = {"isbn": SOLITUDE, "cents": 1, "valid_from": NOW + timedelta(days=9), "source": "", "kind": "fixed"}
    return insert(BookPrice).values([row | values, row | values])


@pytest.mark.parametrize(
    ("change", "statement", "named"),
    [
        (_set(Book, title="Otro"), SOURCES, f"{SOLITUDE} title"),
        (_set(Book, availability="sold_out"), SOURCES, f"{SOLITUDE} availability"),
        (_set(Author, name="Otra"), SOURCES, f"{SOLITUDE} contributors"),
        (_set(BookDetail, description="x"), SOURCES, f"{SOLITUDE} description"),
        (
            update(CatalogueSource).where(CatalogueSource.key == "staff").values(ranks={}),
            SOURCES,
            f"{REED} price_cents",
        ),
        (_set(Book, price_cents=1), PRICE, str(SOLITUDE)),
        (_price(applied_at=NOW), PRICE, str(SOLITUDE)),
        (_price(), COMING, str(SOLITUDE)),
        (update(SearchCopy).values(generation="another"), NOTED, "search"),
        (_set(Book, title="Xyzzy"), FOUND, str(SOLITUDE)),
        (_set(Book, form=Form.NOT_A_BOOK), ONLY_BOOKS, str(SOLITUDE)),
    ],
)
def test_what_is_broken_is_named(told: House, change: Any, statement: int, named: str) -> None:
    with told.session() as session:
        session.execute(change)
        assert any(named in name for name in broken(session)[statement])
        session.rollback()


def test_a_number_that_is_no_isbn_is_named(told: House) -> None:
    with told.session() as session:
        solitude = session.get_one(Book, SOLITUDE)
        for isbn in (SOLITUDE + 1, 9_790_000_000_001, 4_006_381_333_931):
            session.add(Book(isbn=isbn, title="x", category_id=solitude.category_id))
        session.flush()
        assert set(broken(session)[ONLY_BOOKS]) == {str(SOLITUDE + 1), "9790000000001", "4006381333931"}
        session.rollback()


def test_what_is_on_its_way_breaks_nothing(told: House) -> None:
    """A new order of sources that is being followed, a noted change, a price whose day came before its job."""
    with told.session() as session:
        session.execute(FORGET_STAFF)
        outbox.post(session, kind="catalogue.renew", key="catalogue.renew:1", payload={})
        assert broken(session) == {}
        session.rollback()
    with told.session() as session:
        session.execute(_set(Book, title="Xyzzy"))
        note_changed(session, isbns=[SOLITUDE])
        assert broken(session).keys() == {SOURCES}
        session.rollback()
    with told.session() as session:
        session.execute(_set(Book, price_cents=1_590))
        assert PRICE not in broken(session)
        session.rollback()

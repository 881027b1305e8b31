"""One house for all tests of a module; between tests what they made is swept out by the database's owner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from tests.cast import NOW
from tests.conftest import House
from tests.trade.reservations.helpers import ISBN, shelve

SWEPT = (
    "reservation",
    "stock_hold",
    "message",
    "effect",
    "closing_day",
    "vacation",
    "rare_title",
    "stock_line",
    "bookshop_stock",
    "stock_snapshot",
    "feed_run",
    "acceptance",
    "legal_text",
)


@pytest.fixture
def office(shared_house: House) -> Iterator[House]:
    """A house without reservations, stock, dates or texts to accept, on Tuesday 24 November 2026."""
    shared_house.set_time(NOW)
    yield shared_house
    engine = create_engine(shared_house.owner_url)
    with engine.begin() as connection:
        for table in SWEPT:
            connection.execute(text(f'DELETE FROM "{table}"'))
    engine.dispose()


@pytest.fixture
def stocked(office: House) -> House:
    """Both bookshops have nine copies of a book on their shelves."""
    with office.session() as session:
        shelve(session, office.cast.alba, isbn=ISBN, copies=9)
        shelve(session, office.cast.boreal, isbn=ISBN, copies=9)
    return office

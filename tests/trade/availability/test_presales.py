"""Presales: staff open a title by agreement, bookshops join, readers see the day (T54-T57)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from tests.cast import NOW
from tests.conftest import House
from trade.availability import actions
from trade.availability.queries import offers, presales
from trade.availability.rules import Label
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import PUBLIC
from trade.catalogue.models import Book

ISBN = 9788437604947
OPENS, RELEASE = date(2026, 11, 26), date(2026, 12, 10)


def announce(house: House, said: str = "forthcoming", release: date | None = RELEASE) -> None:
    with house.session() as session:
        session.execute(update(Book).where(Book.isbn == ISBN).values(availability=said, on_sale_on=release))


def begin(house: House) -> None:
    with house.session(house.cast.staff()) as session:
        actions.open_presale(session, isbn=ISBN, at=NOW, agreement="Cátedra, November", opens_on=OPENS)


def join(house: House, on: bool = True) -> None:
    with house.session(house.cast.bookshop()) as session:
        actions.take_part(session, bookshop_id=house.cast.alba, isbn=ISBN, on=on, at=NOW)


def labels(house: House, days: int = 0) -> list[tuple[Label, date | None]]:
    with house.session(PUBLIC) as session:
        found = offers(session, isbn=ISBN, at=NOW + timedelta(days=days))
        return [(offer.label, offer.detail.release) for offer in found]


def move(house: House, days: int) -> int:
    with house.session() as session:
        return actions.move_due_presales(session, at=NOW + timedelta(days=days))


@pytest.mark.seed("T54", "T55", "T57", "T150")
def test_a_presale_shows_at_those_who_joined_from_its_day_until_publication(house: House) -> None:
    announce(house)
    begin(house)
    join(house)
    assert labels(house) == [], "bookshops may join, readers do not see it yet"
    assert move(house, 0) == 0
    assert move(house, 2) == 1
    assert labels(house) == [], "not before its day, whatever its state"
    assert labels(house, 2) == [(Label.PRESALE, RELEASE)]
    with house.session(house.cast.bookshop()) as session:
        (row,) = presales(session, bookshop_id=house.cast.alba, open_only=True)
        assert (row.book.isbn, row.title.release_on, row.joined, row.bookshops) == (ISBN, RELEASE, True, 1)
    assert [len(labels(house, days)) for days in (15, 16)] == [1, 0], "on its day it is a book like any other"
    join(house, on=False)
    assert labels(house, 2) == []
    assert (move(house, 15), move(house, 16)) == (0, 1)
    with pytest.raises(NotFound):
        join(house)


@pytest.mark.seed("T54")
def test_a_cancelled_presale_shows_nowhere(house: House) -> None:
    announce(house)
    begin(house)
    join(house)
    move(house, 2)
    with house.session(house.cast.staff()) as session:
        with pytest.raises(Refused):
            actions.move_presale(session, isbn=ISBN, move="cancel", at=NOW)
        actions.move_presale(session, isbn=ISBN, move="cancel", at=NOW, reason="The publisher withdrew it")
    assert labels(house, 2) == []
    with pytest.raises(Refused, match="already"):
        begin(house)


@pytest.mark.parametrize(
    ("said", "release"), [("available", RELEASE), ("forthcoming", None), ("forthcoming", date(2026, 11, 24))]
)
def test_only_a_forthcoming_book_with_a_day_to_come_is_opened(house: House, said: str, release: date | None) -> None:
    announce(house, said, release)
    with pytest.raises(Refused) as refused:
        begin(house)
    assert refused.value.field == "isbn"

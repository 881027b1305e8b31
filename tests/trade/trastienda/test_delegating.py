"""A bookshop's own delegated distributors: only certified ones, in its own order, switched at once (T77-T86, T92)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import NOW
from tests.conftest import House
from tests.trade.distributors.test_distributors import keep
from trade.availability.queries import offers
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.settings import set_value
from trade.base.tenancy import PUBLIC
from trade.distributors.actions.keeping import Particulars
from trade.trastienda import actions, queries
from trade.trastienda.rules import LiveAnswer
from trade.trastienda.settings import OPEN

ISBN = 9788437604947
GOOD = Particulars("Azeta", 24, 48, delegated=True, certified_until=NOW.date(), protocol="plain_json")


def delegate(house: House, distributor_id: int, *, on: bool = True) -> None:
    with house.session(house.cast.bookshop()) as session:
        actions.delegate(session, bookshop_id=house.cast.alba, distributor_id=distributor_id, on=on, at=NOW)


def serving(house: House, *having: int) -> list[tuple[str, int]]:
    """Which distributor serves readers at Alba, and how many copies it said."""
    answers = {(one, ISBN): LiveAnswer(2 + number, NOW) for number, one in enumerate(having)}
    with house.session(PUBLIC) as session:
        found = offers(session, isbn=ISBN, at=NOW, answers=answers)
        return [(offer.detail.source, offer.detail.copies) for offer in found]


@pytest.mark.seed("T77", "T78", "T79", "T80", "T83", "T92")
def test_the_first_of_a_bookshops_own_order_serves(house: House) -> None:
    one, other = keep(house, "azeta", told=GOOD), keep(house, "logista", told=replace(GOOD, name="Logista"))
    delegate(house, one)
    delegate(house, other)
    assert serving(house, one, other) == [], "its back room is closed"
    with house.session(house.cast.bookshop()) as session:
        set_value(session, OPEN, True, at=NOW, bookshop_id=house.cast.alba)
    assert serving(house, one, other) == [("Azeta", 2)]
    with house.session(house.cast.bookshop()) as session:
        actions.arrange(session, bookshop_id=house.cast.alba, order=[other, one], at=NOW)
        assert queries.order_of(session, bookshop_id=house.cast.alba) == [other, one]
        with pytest.raises(Conflict):
            actions.arrange(session, bookshop_id=house.cast.alba, order=[one], at=NOW)
    assert serving(house, one, other) == [("Logista", 3)]
    delegate(house, other, on=False)
    assert serving(house, one, other) == [("Azeta", 2)]


@pytest.mark.seed("T78", "T86")
def test_only_certified_ones_may_be_chosen(house: House) -> None:
    plain = keep(house, "plain")
    lapsed = keep(house, "lapsed", told=replace(GOOD, certified_until=NOW.date() - timedelta(days=1)))
    with pytest.raises(NotFound):
        delegate(house, plain)
    with pytest.raises(Refused, match="lapsed"):
        delegate(house, lapsed)
    good = keep(house, "good", told=GOOD)
    with house.session(house.cast.bookshop()) as session:
        found = queries.delegates(session, bookshop_id=house.cast.alba, at=NOW)
        assert [one.distributor.id for one in found] == [good]
    delegate(house, good)
    with house.session(house.cast.bookshop()) as session:
        (later,) = queries.delegates(session, bookshop_id=house.cast.alba, at=NOW + timedelta(days=1))
        assert (later.certified, later.on) == (False, False), "it stays in the list, and is not asked"

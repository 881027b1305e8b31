"""Distributors: their files become their stock as a difference; bookshops switch, order and price them (T139-T142)."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from tests.cast import NOW
from tests.conftest import House
from tests.trade.stock.test_feed import KNOWN, csv
from trade.availability.queries import Offer, offers
from trade.availability.rules import Label
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.settings import value_of
from trade.base.tenancy import PUBLIC, NoScope
from trade.distributors import actions, queries
from trade.distributors.actions.keeping import Particulars
from trade.distributors.models import DistributorStock
from trade.distributors.rules import moved, removes_too_much
from trade.distributors.settings import HIDE_HOURS

ISBN = 9788437604947
USUAL = Particulars(name="Azeta", lead_from_hours=24, lead_to_hours=48)


def keep(house: House, key: str, *isbns: int, told: Particulars = USUAL) -> int:
    """A distributor that has these titles since a moment ago."""
    with house.session(house.cast.staff()) as session:
        row = actions.add(session, key=key, told=told, at=NOW)
        if isbns:
            actions.load_stock(session, distributor_id=row.id, isbns=np.array(isbns), at=NOW)
        return row.id


def trust(house: House, distributor_id: int, name: str = "alba", **changes: object) -> None:
    with house.session(house.cast.bookshop(name)) as session:
        shop = getattr(house.cast, name)
        actions.trust(session, bookshop_id=shop, distributor_id=distributor_id, at=NOW, **changes)  # type: ignore[arg-type]


def seen(house: House, isbn: int = ISBN) -> list[Offer]:
    with house.session(PUBLIC) as session:
        return offers(session, isbn=isbn, at=NOW)


@pytest.mark.parametrize(
    ("before", "removed", "too_much"), [(0, 0, False), (10, 5, False), (10, 6, True), (1, 1, True), (3, 1, False)]
)
def test_half_a_file_is_noticed(before: int, removed: int, too_much: bool) -> None:
    assert removes_too_much(before=before, removed=removed) is too_much


@pytest.mark.seed("T142")
@pytest.mark.parametrize(
    ("one", "to", "order"),
    [(3, 0, [3, 1, 2]), (1, 1, [2, 1, 3]), (1, 9, [2, 3, 1]), (1, -4, [1, 2, 3]), (2, 1, [1, 2, 3])],
)
def test_one_of_an_order_is_moved(one: int, to: int, order: list[int]) -> None:
    assert moved([1, 2, 3], one, to=to) == order


@pytest.mark.seed("T139", "T140", "T141", "T142", "T150")
def test_a_trusted_distributor_shows_at_once_in_the_bookshops_own_order(house: House) -> None:
    slow = keep(house, "slow", ISBN, told=Particulars("Slow", 48, 72))
    quick = keep(house, "quick", ISBN)
    assert seen(house) == [], "nobody trusts them"
    trust(house, slow, on=True, fee_cents=200, charge_fee=True)
    trust(house, quick, on=True, fee_cents=150)
    (offer,) = seen(house)
    assert (offer.label, offer.detail.source, offer.detail.fee_cents) == (Label.SHORT_TERM, "Slow", 200)
    assert (offer.detail.from_hours, offer.detail.to_hours) == (48, 72)
    with house.session(house.cast.bookshop()) as session:
        actions.arrange(session, bookshop_id=house.cast.alba, order=[quick, slow], at=NOW)
    assert (seen(house)[0].detail.source, seen(house)[0].detail.fee_cents) == ("Azeta", 0), "its fee is not charged"
    trust(house, quick, on=False)
    assert seen(house)[0].detail.source == "Slow"
    trust(house, slow, on=False)
    assert seen(house) == []


@pytest.mark.seed("T85")
def test_print_on_demand_has_its_own_label(house: House) -> None:
    trust(house, keep(house, "libd", ISBN, told=Particulars("LIBD", 120, 240, prints_on_demand=True)), on=True)
    assert [offer.label for offer in seen(house)] == [Label.PRINT_ON_DEMAND]


def test_a_suspended_distributor_and_an_old_file_count_for_nobody(house: House) -> None:
    one = keep(house, "azeta", ISBN)
    trust(house, one, on=True)
    with house.session(PUBLIC) as session:
        for hours, shown in ((95, 1), (96, 0)):
            assert len(offers(session, isbn=ISBN, at=NOW + timedelta(hours=hours))) == shown
    with house.session(house.cast.staff()) as session:
        suspended = Particulars("Azeta", 24, 48, active=False)
        actions.change(session, distributor_id=one, told=suspended, at=NOW)
    assert seen(house) == []
    with pytest.raises(NotFound):
        trust(house, one, on=True)


@pytest.mark.parametrize(("cents", "fits"), [(0, True), (440, True), (441, False), (-1, False)])
def test_the_fee_has_bounds(house: House, cents: int, fits: bool) -> None:
    one = keep(house, "azeta")
    if fits:
        trust(house, one, fee_cents=cents)
        return
    with pytest.raises(Refused) as refused:
        trust(house, one, fee_cents=cents)
    assert refused.value.field == "fee"


def test_an_order_of_others_distributors_is_refused(house: House) -> None:
    one, other = keep(house, "azeta"), keep(house, "logista")
    trust(house, one, on=True)
    with house.session(house.cast.bookshop()) as session:
        for order in ([], [other], [one, one], [one, other]):
            with pytest.raises(Conflict):
                actions.arrange(session, bookshop_id=house.cast.alba, order=order, at=NOW)
    with pytest.raises(NoScope), house.session(house.cast.bookshop("boreal")) as session:
        actions.trust(session, bookshop_id=house.cast.alba, distributor_id=one, at=NOW, on=False)


def test_a_file_changes_only_what_differs(house: House) -> None:
    one = keep(house, "azeta", *KNOWN)
    first, second, third = KNOWN
    later = NOW + timedelta(days=1)
    file = csv((first, 1, 1495), (second, 0, 2495), (9780306406157, 3, 900))

    def load(**more: bool) -> tuple[str, int, int, int]:
        with house.session(house.cast.staff()) as session:
            run = actions.receive(
                session,
                distributor_id=one,
                format="model_csv",
                data=file,
                name="stock.csv",
                origin="upload",
                at=later,
                store=house.store,
                **more,
            )
            return run.state, run.titles, run.added, run.removed

    assert load() == ("refused", 0, 0, 0)
    assert load(anyway=True) == ("loaded", 2, 1, 2)
    assert load() == ("unchanged", 2, 0, 0), "the same again changes nothing"
    with house.session(house.cast.staff()) as session:
        refused = queries.runs(session, distributor_id=one)[-1]
        assert "would remove" in refused.error["message"] and refused.error["values"] == {"gone": "2", "before": "3"}
    with house.session() as session:
        since = dict(session.execute(select(DistributorStock.isbn, DistributorStock.seen_at)).all())  # type: ignore[arg-type]
        assert since == {first: NOW, 9780306406157: later}
        kept = queries.distributor(session, distributor_id=one)
        assert (kept.titles, kept.stock_at) == (2, later)


@pytest.mark.parametrize(
    ("key", "told", "field"),
    [
        ("A", USUAL, "key"),
        ("azeta", USUAL, "key"),
        ("x1", Particulars(" ", 1, 2), "name"),
        ("x1", Particulars("X", 3, 2), "lead_to_hours"),
        ("x1", Particulars("X", 1, 2, delegated=True), "certified_until"),
    ],
)
def test_what_is_said_of_a_distributor_is_checked(shared_house: House, key: str, told: Particulars, field: str) -> None:
    with shared_house.session() as session:
        if queries.distributors(session) == []:
            actions.add(session, key="azeta", told=USUAL, at=NOW)
        with pytest.raises(Refused) as refused:
            actions.add(session, key=key, told=told, at=NOW)
        assert refused.value.field == field


@pytest.mark.seed("T139")
def test_staff_hear_of_a_distributor_whose_stock_is_too_old(house: House) -> None:
    keep(house, "azeta", ISBN)

    def told(hours: int) -> list[str]:
        with house.session(house.cast.staff()) as session:
            limit = value_of(session, HIDE_HOURS, at=NOW)
            return [one.name for one in queries.too_old(session, at=NOW + timedelta(hours=limit + hours))]

    assert told(-1) == []
    assert told(0) == ["Azeta"]

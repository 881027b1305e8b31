"""Availability equals a brute-force oracle on random small networks; a rule that is broken on purpose is found."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import insert

from tests.conftest import House
from tests.trade.availability import worlds as oracle
from tests.trade.availability.worlds import Served, World
from trade.availability import queries
from trade.availability.models import PresalePart
from trade.availability.queries import asked
from trade.availability.rules import directory
from trade.availability.settings import BUYS, SELLS
from trade.base.settings import set_value
from trade.base.tenancy import SYSTEM, TenantSession, make_session
from trade.calendar.models import Vacation
from trade.catalogue.models import Book, Category
from trade.distributors.models import Distributor, DistributorStock, TrustedDistributor
from trade.members.models import Bookshop, StoredFile
from trade.orders.models import PresaleTitle
from trade.stock.actions import rejudge
from trade.stock.models import BookshopStock, FeedRun, StockHold, StockLine
from trade.stock.settings import THRESHOLDS
from trade.stock.sheet import NO_PRICE, SEVERAL_PRICES
from trade.trastienda.models import DelegatedDistributor
from trade.trastienda.rules import Answers, LiveAnswer
from trade.trastienda.settings import OPEN

FIRST_ISBN = 9_790_000_000_000
_numbers = itertools.count(1)
QUIET = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
}


def plant(session: TenantSession, world: World) -> tuple[list[int], list[int], Answers]:
    """Write the world down; returns the ids of its bookshops, its ISBNs and what its distributors answer."""
    number = next(_numbers)
    categories = {row.key: row.id for row in session.query(Category)}
    isbns = [FIRST_ISBN + number * 100 + title for title in range(len(world.titles))]
    for isbn, title in zip(isbns, world.titles, strict=True):
        release = None if title.release is None else oracle.asked_on(world) + timedelta(days=title.release)
        session.add(
            Book(
                isbn=isbn,
                title=str(isbn),
                category_id=categories[title.category],
                price_cents=title.price,
                availability=title.said,
                on_sale_on=release,
            )
        )
    suppliers = [_supplier(session, world, number, place, isbns) for place in range(len(world.suppliers))]
    shops = [_bookshop(session, world, number, place) for place in range(len(world.shops))]
    session.flush()
    for place, bookshop_id in enumerate(shops):
        _belongings(session, world, place, bookshop_id, suppliers, isbns)
    answers = {
        (suppliers[place], isbns[title]): LiveAnswer(copies, world.at)
        for place, supplier in enumerate(world.suppliers)
        for title, copies in supplier.live.items()
    }
    return shops, isbns, answers


def _supplier(session: TenantSession, world: World, number: int, place: int, isbns: list[int]) -> int:
    told = world.suppliers[place]
    row = Distributor(
        key=f"{number}-{place}",
        name=f"S{place}",
        state=told.state,
        delegated=told.delegated,
        certified_until=None if told.certified is None else world.at.date() + timedelta(days=told.certified),
        prints_on_demand=told.prints,
        stock_at=None if told.stock_age is None else world.at - timedelta(hours=told.stock_age),
    )
    session.add(row)
    session.flush()
    session.add_all(DistributorStock(isbn=isbns[title], distributor_id=row.id, seen_at=world.at) for title in told.has)
    return row.id


def _bookshop(session: TenantSession, world: World, number: int, place: int) -> int:
    told = world.shops[place]
    latitude, longitude = told.place or (None, None)
    row = Bookshop(
        slug=f"{number}-{place}",
        name=f"B{place}",
        state=told.state,
        country="ES",
        subdivision=told.province,
        zone=told.shipping_zone,
        time_zone=told.zone,
        latitude=latitude,
        longitude=longitude,
        applied_at=world.at,
    )
    session.add(row)
    session.flush()
    return row.id


def _belongings(
    session: TenantSession, world: World, place: int, shop: int, suppliers: list[int], isbns: list[int]
) -> None:
    told, at = world.shops[place], world.at
    for setting, value in ((OPEN, told.back_room), (SELLS, told.sells), (BUYS, told.buys)):
        set_value(session, setting, value, at=at - timedelta(days=1), bookshop_id=shop)
    if told.thresholds:
        set_value(session, THRESHOLDS, told.thresholds, at=at - timedelta(days=1), bookshop_id=shop)
    if told.vacation:
        first, last = (oracle.asked_on(world) + timedelta(days=days) for days in told.vacation)
        session.add(Vacation(bookshop_id=shop, first_day=first, last_day=last))
    for position, trust in enumerate(told.trusted):
        session.add(
            TrustedDistributor(
                bookshop_id=shop,
                distributor_id=suppliers[trust.distributor],
                switched_on=trust.on,
                position=position,
                fee_cents=trust.fee,
                charge_fee=trust.charge,
                changed_at=at,
            )
        )
    for position, trust in enumerate(told.delegated):
        distributor = suppliers[trust.distributor]
        session.add(
            DelegatedDistributor(
                bookshop_id=shop, distributor_id=distributor, switched_on=trust.on, position=position, changed_at=at
            )
        )
    for title in told.presales:
        if session.get(Book, isbns[title]) is not None and session.get(PresaleTitle, isbns[title]) is None:
            day = oracle.asked_on(world) - timedelta(days=30)
            opened = {"state": "on_sale", "opens_on": day, "release_on": day, "changed_at": at}
            session.add(PresaleTitle(isbn=isbns[title], **opened))
        session.add(PresalePart(isbn=isbns[title], bookshop_id=shop, joined_at=at))
    session.flush()
    _stock(session, world, place, shop, isbns)


def _stock(session: TenantSession, world: World, place: int, shop: int, isbns: list[int]) -> None:
    """The lines of the last file as the engine keeps them, judged by the engine's own rule."""
    told, at = world.shops[place], world.at
    file = StoredFile(bookshop_id=shop, purpose="stock", name="", media_type="", sha256="", size=0)
    session.add(file)
    session.flush()
    run = FeedRun(
        bookshop_id=shop, format="model_csv", file_id=file.id, origin="upload", state="applied", received_at=at
    )
    session.add(run)
    session.flush()
    if told.file_age is not None:
        file_at = at - timedelta(hours=told.file_age)
        session.add(BookshopStock(bookshop_id=shop, run_id=run.id, file_at=file_at, titles=len(told.lines)))
        session.flush()
    for title, line in told.lines.items():
        declared = None if line.several_prices else line.declared
        price = SEVERAL_PRICES if line.several_prices else NO_PRICE if declared is None else declared
        session.execute(
            insert(StockLine).values(
                isbn=isbns[title],
                bookshop_id=shop,
                quantity=line.quantity,
                price=price,
                declared_cents=declared,
                verdict="no_price",
                changed_at=at,
            )
        )
        for copies in range(line.held):
            reference = f"{shop}-{title}-{copies}"
            session.add(StockHold(bookshop_id=shop, isbn=isbns[title], copies=1, reference=reference, created_at=at))
    session.flush()
    rejudge(session, bookshop_id=shop, at=at)


def compare(house: House, world: World, *, why: bool = False) -> None:
    """What every entrance says, against the oracle; with ``why`` the page that explains too. Nothing stays behind."""
    profile = replace(house.profile, modules=house.profile.modules - oracle.MODULES | world.modules)
    session = make_session(house.engine, SYSTEM, profile)
    try:
        shops, isbns, answers = plant(session, world)
        near, at = world.near, world.at
        page = queries.nearest(session, isbns=isbns, at=at, near=near, answers=answers)
        counts = queries.near_counts(session, isbns=isbns, at=at, near=near, kilometres=400)
        for title, isbn in enumerate(isbns):
            offers = queries.offers(session, isbn=isbn, at=at, near=near, answers=answers, limit=100)
            expected = oracle.answers(world, title)
            assert [_told(shops, offer) for offer in offers] == expected
            shelf = [served for served in expected if served.label == "on_shelf"]
            first = page.get(isbn)
            assert (first and (first.bookshops, first.on_shelf, first.offer)) == (
                (len(expected), len(shelf), offers[0]) if offers else None
            )
            near_by = [served for served in shelf if served.kilometres is not None and served.kilometres <= 400]
            assert counts.get(isbn, (0, 0)) == (len(shelf), len(near_by))
            for place, shop in enumerate(shops):
                shown = place in {served.shop for served in shelf}
                cause = queries.why_hidden(session, bookshop_id=shop, isbn=isbn, at=at)
                assert (cause is None) == shown, (place, cause)
                label = next((served.label for served in expected if served.shop == place), None)
                assert not why or _explained(session, world, place, shop, isbn, answers) == label, (place, title)
    finally:
        session.rollback()
        session.close()


def _explained(session: TenantSession, world: World, place: int, shop: int, isbn: int, answers: Answers) -> str | None:
    """The first way that holds by what the bookseller is told."""
    steps = queries.explain(session, bookshop_id=shop, isbn=isbn, at=world.at, answers=answers).steps
    only = [step for step in steps if step.way == "delegated"] if world.shops[place].back_room else steps
    stopped = any("nobody" in step.why.message for step in steps if step.way is None)
    return None if stopped else next((str(step.way) for step in only if step.holds), None)


def _told(shops: list[int], offer: queries.Offer) -> Served:
    detail = offer.detail
    return Served(
        shops.index(offer.bookshop_id),
        str(offer.label),
        offer.copies,
        offer.stale,
        detail.source,
        detail.fee_cents,
        detail.release,
        detail.collected,
        None if offer.kilometres is None else round(offer.kilometres, 3),
    )


@pytest.mark.seed("F01", "T55", "T79", "T80", "T124", "T135", "T139", "T140", "T141", "T142", "T148", "T150")
@settings(max_examples=50, **QUIET)
@given(world=oracle.worlds())
def test_availability_equals_the_oracle(shared_house: House, world: World) -> None:
    compare(shared_house, world)


@pytest.mark.seed("T139", "T150")
def test_what_the_publisher_says_opens_and_closes_each_way(shared_house: House) -> None:
    """Every word of a publisher, and a bookshop for each way: of its own, a distributor's, another's, a delegate's."""
    said = [*oracle.SELLABLE, "recalled"]
    every = range(len(said))
    line = {title: oracle.Line(2, 2000, several_prices=False, held=0) for title in every}
    plain = oracle.Shop(
        "active", "Europe/Madrid", None, "MD", "peninsula", 5, None, {}, False, False, False, [], [], {}, frozenset()
    )
    world = World(
        datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
        None,
        oracle.MODULES,
        [
            replace(plain, lines=line, sells=True),
            replace(plain, trusted=[oracle.Trust(0, on=True)]),
            replace(plain, trusted=[oracle.Trust(1, on=True)]),
            replace(plain, buys=True),
            replace(plain, presales=frozenset(every)),
            replace(plain, back_room=True, delegated=[oracle.Trust(0, on=True)]),
        ],
        [oracle.Title("fixed_price", 2000, word, 2) for word in said],
        [
            oracle.Supplier("active", True, 30, prints, 5, frozenset(every), dict.fromkeys(every, 1))
            for prints in (False, True)
        ],
    )
    labels = [{served.label for served in oracle.answers(world, title)} for title in every]
    assert set.union(*labels) == set(oracle.ORDER), "each way is open to some"
    compare(shared_house, world, why=True)


def _late_files_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(directory.Files, "newer_than", lambda self, oldest: self.file_at >= directory.microseconds(oldest))


def _vacations_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    usual = directory.Directory.day
    patch.setattr(
        directory.Directory, "day", lambda self, at: replace(usual(self, at), away=np.zeros_like(self.active))
    )


def _holds_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    usual = asked._facts

    def facts(known: Any, row: Any, *rest: Any) -> Any:
        return usual(known, type("Row", (), {**row._mapping, "held": None}), *rest)

    patch.setattr(asked, "_facts", facts)


BROKEN = (
    _late_files_count,
    _vacations_are_forgotten,
    _holds_are_forgotten,
)


@pytest.mark.parametrize("breaks", BROKEN)
def test_a_broken_rule_is_found(shared_house: House, breaks: Callable[[pytest.MonkeyPatch], None]) -> None:
    @settings(max_examples=200, phases=[Phase.generate], derandomize=True, report_multiple_bugs=False, **QUIET)
    @given(world=oracle.worlds())
    def compared(world: World) -> None:
        compare(shared_house, world)

    with pytest.MonkeyPatch.context() as patch:
        breaks(patch)
        with pytest.raises(AssertionError):
            compared()

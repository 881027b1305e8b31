"""Which bookshops can serve this, nearest first (F01, T124, T134, T135, A16, A32): the query and the rule agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import event, update

from tests.conftest import House
from tests.trade.stock.test_feed import KNOWN, NOW, csv, send
from trade.availability import queries
from trade.availability.rules import Hidden, Label
from trade.base.coordinates import Point
from trade.base.settings import set_value
from trade.base.tenancy import PUBLIC, SYSTEM, TenantSession, session_for
from trade.calendar.models import Vacation
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.stock import actions
from trade.stock.models import BookshopStock, StockHold, StockLine
from trade.trastienda.settings import OPEN as BACK_ROOM

ISBN = 9788437604947
BARCELONA = Point(41.39, 2.17)
MADRID = Point(40.42, -3.70)
EVERYTHING = csv(*((isbn, 2, cents) for isbn, cents in KNOWN.items()))


@pytest.fixture
def stocked(house: House) -> House:
    """Alba and Boreal both hold two copies of the three books."""
    for name in ("alba", "boreal"):
        send(house, EVERYTHING, scope=house.cast.bookshop(name))
    return house


def found(house: House, *, near: Point | None = None, at: datetime = NOW) -> list[str]:
    with house.session(PUBLIC) as session:
        return [offer.slug for offer in queries.offers(session, isbn=ISBN, at=at, near=near)]


def vacation(house: House, first: date, last: date) -> None:
    with house.session() as session:
        session.add(Vacation(bookshop_id=house.cast.alba, first_day=first, last_day=last))


@pytest.mark.seed("F01", "T150")
def test_bookshops_come_nearest_first_with_distance_and_label(stocked: House) -> None:
    assert found(stocked, near=BARCELONA) == ["boreal", "alba"]
    assert found(stocked, near=MADRID) == ["alba", "boreal"]
    assert found(stocked) == ["alba", "boreal"], "by name where no place is given"
    with stocked.session(PUBLIC) as session:
        first, second = queries.offers(session, isbn=ISBN, at=NOW, near=MADRID)
    assert (first.label, first.copies, first.stale) == (Label.ON_SHELF, 2, False)
    assert first.kilometres == pytest.approx(0.5, abs=0.3)
    assert second.kilometres == pytest.approx(MADRID.kilometres_to(Point(41.3874, 2.1686)), abs=0.01)
    assert second.kilometres == pytest.approx(505, abs=2)


def test_a_bookshop_without_a_place_comes_last(stocked: House) -> None:
    with stocked.session() as session:
        session.execute(update(Bookshop).where(Bookshop.slug == "alba").values(latitude=None, longitude=None))
    assert found(stocked, near=MADRID) == ["boreal", "alba"]


def test_a_page_of_books_is_one_query(stocked: House) -> None:
    with stocked.session(PUBLIC) as session:
        queries.nearest(session, isbns=KNOWN, at=NOW)
        seen: list[str] = []
        event.listen(stocked.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        page = queries.nearest(session, isbns=[*KNOWN, 9780000000002], at=NOW, near=BARCELONA)
    assert len(seen) == 1, "bookshops and settings are in memory"
    assert set(page) == set(KNOWN), "what nobody can serve is left out"
    assert {(near.bookshops, near.offer.slug) for near in page.values()} == {(2, "boreal")}


def test_nearest_agrees_with_offers(stocked: House) -> None:
    send(
        stocked,
        csv((ISBN, 1, 1700), (9782070368228, 1, 700), (9788417860790, 1, 2495)),
        scope=stocked.cast.bookshop("boreal"),
    )
    with stocked.session(PUBLIC) as session:
        page = queries.nearest(session, isbns=KNOWN, at=NOW, near=BARCELONA)
        for isbn in KNOWN:
            offers = queries.offers(session, isbn=isbn, at=NOW, near=BARCELONA)
            assert (page[isbn].bookshops, page[isbn].offer) == (len(offers), offers[0])


@pytest.mark.seed("T134", "T135")
@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 4, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 4, 23, 0, tzinfo=UTC), True),
    ],
)
def test_a_bookshop_on_vacation_serves_nothing_by_its_own_calendar(stocked: House, at: datetime, open_: bool) -> None:
    vacation(stocked, date(2026, 12, 1), date(2026, 12, 4))
    with stocked.session() as session:
        session.execute(update(BookshopStock).values(file_at=at))
    assert found(stocked, at=at) == (["alba", "boreal"] if open_ else ["boreal"])


@pytest.mark.seed("F05")
@pytest.mark.parametrize(
    ("hours", "shown", "stale"), [(35, True, False), (36, True, True), (71, True, True), (72, False, True)]
)
def test_a32_old_stock_is_marked_then_hidden(stocked: House, hours: int, shown: bool, stale: bool) -> None:
    at = NOW + timedelta(hours=hours)
    with stocked.session(PUBLIC) as session:
        offers = queries.offers(session, isbn=ISBN, at=at)
    assert [offer.stale for offer in offers] == ([stale] * 2 if shown else [])


def test_a_copy_set_apart_is_not_offered(stocked: House) -> None:
    for number in (1, 2):
        with stocked.session(stocked.cast.reader()) as session:
            actions.hold(
                session,
                bookshop_id=stocked.cast.alba,
                isbn=ISBN,
                copies=1,
                reference=f"R-{number}",
                at=NOW,
                person_id=stocked.cast.people["clara"],
            )
    assert found(stocked) == ["boreal"]


def test_the_shelf_of_one_bookshop(stocked: House) -> None:
    send(
        stocked,
        csv((ISBN, 1, 1495), (9782070368228, 1, 800), (9788417860790, 2, 2495)),
        at=NOW + timedelta(hours=1),
        scope=stocked.cast.bookshop("alba"),
    )
    with stocked.session(PUBLIC) as session:
        at = NOW + timedelta(hours=2)
        books = queries.shown(session, bookshop_id=stocked.cast.alba, at=at)
        assert [book.isbn for book in books] == [ISBN, 9788417860790], "newest change first, price errors hidden"
        assert queries.count_shown(session, bookshop_id=stocked.cast.alba, at=at) == 2


@pytest.mark.parametrize("network", ["fr"], indirect=True)
def test_france_works_the_same(stocked: House) -> None:
    assert found(stocked, near=Point(45.75, 4.85)) == ["boreal", "alba"]


@pytest.mark.seed("T111", "T124", "T135")
def test_the_query_and_the_rule_say_the_same_in_every_case(stocked: House) -> None:
    """Every combination of the facts, set straight in the tables: shown if and only if nothing hides it."""
    alba = stocked.cast.alba
    causes: set[Hidden | None] = set()
    verdicts = ("visible", "price_error", "no_price", "several_prices", "unknown_book", "no_network_price")
    shops = ("open", "closed", "back_room")
    cases = product(shops, (False, True), (False, True), (0, 80), (0, 2), (0, 2), verdicts)
    vacation(stocked, date(2027, 1, 1), date(2027, 1, 2))
    profile = replace(stocked.profile, modules=stocked.profile.modules | {"back_room"})
    with session_for(stocked.engine, SYSTEM, profile) as session:
        session.add(StockHold(bookshop_id=alba, isbn=ISBN, copies=1, reference="R-1", created_at=NOW))
        session.flush()
        before: dict[str, object] = {}
        for shop, away, recalled, hours, copies, held, verdict in cases:
            case = {
                "shop": shop,
                "away": away,
                "recalled": recalled,
                "hours": hours,
                "copies": copies,
                "held": held,
                "verdict": verdict,
            }
            _arrange(session, alba, before, case)
            shown = "alba" in [offer.slug for offer in queries.offers(session, isbn=ISBN, at=NOW)]
            cause = queries.why_hidden(session, bookshop_id=alba, isbn=ISBN, at=NOW)
            assert shown == (cause is None), (case, cause)
            causes.add(cause)
        session.rollback()
    assert causes == {None, *Hidden}


def _arrange(session: TenantSession, alba: int, before: dict[str, object], case: dict[str, object]) -> None:
    """Set what differs from the case before, as other processes would: the directory must notice each."""
    given = {name: value for name, value in case.items() if before.get(name) != value}
    before |= case
    run = session.execute
    line = (StockLine.bookshop_id == alba) & (StockLine.isbn == ISBN)
    if shop := given.get("shop"):
        run(update(Bookshop).where(Bookshop.id == alba).values(state="suspended" if shop == "closed" else "active"))
        set_value(session, BACK_ROOM, shop == "back_room", at=NOW, bookshop_id=alba)
    if "away" in given:
        days = (date(2026, 11, 20), date(2026, 11, 30)) if given["away"] else (date(2027, 1, 1), date(2027, 1, 2))
        run(update(Vacation).where(Vacation.bookshop_id == alba).values(first_day=days[0], last_day=days[1]))
    if "recalled" in given:
        said = "recalled" if given["recalled"] else "available"
        run(update(Book).where(Book.isbn == ISBN).values(availability=said))
    if "hours" in given:
        file_at = NOW - timedelta(hours=int(str(given["hours"])))
        run(update(BookshopStock).where(BookshopStock.bookshop_id == alba).values(file_at=file_at))
    if "copies" in given or "verdict" in given:
        run(update(StockLine).where(line).values(quantity=case["copies"], verdict=case["verdict"]))
    if "held" in given:
        state, copies = ("open", given["held"]) if given["held"] else ("released", 1)
        run(update(StockHold).values(state=state, copies=copies))


def test_a_bookshop_that_never_sent_a_file(house: House) -> None:
    assert found(house) == []
    with house.session(house.cast.bookshop("alba")) as session:
        cause = queries.why_hidden(session, bookshop_id=house.cast.alba, isbn=ISBN, at=NOW)
        assert cause is Hidden.EXPIRED

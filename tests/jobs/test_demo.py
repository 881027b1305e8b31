"""The sample network of both countries: everything is there, everything holds, nothing is made around the actions."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config import migrate
from config.databases import at_database
from config.services import Endpoints, create_database, drop_database
from config.settings import ROOT, load
from jobs.commands.checking import rooms
from jobs.context import Context, open_context
from jobs.demo import PASSWORD, sign_ins
from jobs.demo import load as load_demo
from jobs.demo.books import unknown_isbn
from jobs.demo.resending import receive_all
from jobs.demo.supply import TITLES
from jobs.first_data import load_first_data, load_places
from jobs.queue import drain
from tests.cast import NOW
from tests.doubles.starting import StripeDouble
from trade.accounts.models import Person, Role
from trade.availability.queries import nearest, offers
from trade.availability.rules import MODULES, Label
from trade.base.crypto import password_matches
from trade.base.errors import Refused
from trade.base.tenancy import PUBLIC
from trade.billing.models import Invoice, MonthClose
from trade.catalogue.actions import apply_due_prices
from trade.catalogue.models import Book, BookCover, BookPrice
from trade.catalogue.queries import feeds as catalogue_feeds
from trade.catalogue.queries import search
from trade.catalogue.queries.telling import told_of
from trade.gift_cheques.models import Campaign, GiftCheque
from trade.members.models import Bookshop
from trade.orders.models import Order, Withdrawal
from trade.orders.states import ORDER
from trade.payments.models import Dispute, GatewayEvent, Refund
from trade.places.queries import find
from trade.privacy.models import DeletionRequest
from trade.reservations.models import Reservation
from trade.reservations.states import RESERVATION
from trade.stock.health import DayState
from trade.stock.models import BookshopStock, FeedRun, StockLine
from trade.stock.queries import feeds, histories, rare_titles
from trade.stock.rules import Freshness, Verdict
from trade.trastienda.asking import LiveSource
from trade.trastienda.queries import questions

BOOKSHOPS = {"es": 66, "fr": 65}
SENDING = {network: count - 1 for network, count in BOOKSHOPS.items()}
"""One of them has fallen silent."""


@dataclass
class Demo:
    """A loaded demo, and what loading it said."""

    context: Context
    told: dict[str, Any]
    network: str

    def all(self, statement: Any) -> list[Any]:
        with self.context.session() as session:
            return list(session.scalars(statement))


@pytest.fixture(scope="module", params=["es", "fr"])
def demo(
    request: pytest.FixtureRequest,
    endpoints: Endpoints,
    stand_in: StripeDouble,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Demo]:
    """The demo of a network in a database of its own."""
    network, name = request.param, f"demo_{request.param}_{os.getpid()}"
    owner_url = create_database(endpoints.database_owner_url, name)
    folder = tmp_path_factory.mktemp(f"demo-{network}")
    context = open_context(
        load(
            {
                "MOSTRADOR_HOME": str(folder),
                "MOSTRADOR_NETWORK": network,
                "DATABASE_URL": at_database(endpoints.database_url, name),
                "DATABASE_OWNER_URL": owner_url,
                "REDIS_URL": endpoints.redis_url,
                "MOSTRADOR_STRIPE": stand_in.address,
                "MOSTRADOR_CLOCK": str(folder / "clock"),
            }
        )
    )
    context.clock.move_to(NOW)
    try:
        migrate.upgrade(owner_url)
        with context.session() as session:
            load_first_data(session, at=NOW)
            load_places(session)
        yield Demo(context, load_demo(context), network)
    finally:
        context.engine.dispose()
        context.redis.close()
        drop_database(endpoints.database_owner_url, name)


def test_every_bookshop_of_the_country_is_active_and_sends_stock_but_alba(demo: Demo) -> None:
    shops = demo.all(select(Bookshop))
    states = Counter(shop.state for shop in shops)
    assert states == {"active": BOOKSHOPS[demo.network] + 1, "questionnaire_sent": 1, "answered": 1}
    silent = set(demo.all(select(Bookshop.slug).where(~Bookshop.id.in_(select(BookshopStock.bookshop_id)))))
    assert "alba" in silent and len(silent) == 3
    with demo.context.session() as session:
        ages = Counter(feed.freshness for feed in feeds(session, at=demo.context.now()))
    assert ages == {Freshness.FRESH: SENDING[demo.network], Freshness.NEVER: 1, Freshness.EXPIRED: 1}
    assert all(shop.latitude and shop.time_zone for shop in shops if shop.state == "active")


def test_the_real_books_are_there_with_sample_prices(demo: Demo) -> None:
    books = demo.all(select(Book))
    assert demo.told["books"] == 1_274
    assert len(books) == 1_274 + len(TITLES[demo.network]), "and those that no bookshop has on its shelves"
    assert all(book.price_cents and book.price_is_sample for book in books)
    assert all(book.weight_is_estimate for book in books if book.weight_grams)
    assert {book.category.key for book in books} == {"fixed_price", "imported", "textbook"}


def test_the_catalogue_has_feeds_of_two_sources_with_prices_to_come_and_covers(demo: Demo) -> None:
    with demo.context.session() as session:
        runs = [(run.state, run.refused, run.non_books) for run, _ in catalogue_feeds.runs(session)]
        assert runs == [("unchanged", 1, 1), ("done", 1, 1), ("done", 0, 0)]
        coming = session.scalars(select(BookPrice).where(BookPrice.applied_at.is_(None))).all()
        assert len(coming) == 8 and {price.source for price in coming} == {"sample-publisher"}
        assert len(session.scalars(select(BookCover)).all()) == 12
        told = {one.name: (one.source, len(one.others)) for one in told_of(session, isbn=coming[0].isbn)}
        assert (told["title"], told["availability"]) == (
            ("sample-publisher", 1 + (demo.network == "fr")),
            ("sample-publisher", 1),
        )
        assert apply_due_prices(session, at=NOW + timedelta(days=15)) == 8
        assert all(session.scalars(select(Book.price_is_sample))), "the dearer price is a sample too"
        session.rollback()


@pytest.mark.seed("F05", "T111", "T109")
def test_stock_has_unknown_titles_price_errors_and_rare_books(demo: Demo) -> None:
    verdicts = Counter(demo.all(select(StockLine.verdict).where(StockLine.quantity > 0)))
    total = verdicts.total()
    assert total > 20_000
    assert 0.03 < verdicts[Verdict.UNKNOWN_BOOK] / total < 0.06
    assert 0 < verdicts[Verdict.PRICE_ERROR] / total < 0.05
    assert verdicts[Verdict.VISIBLE] / total > 0.85
    assert verdicts[Verdict.NO_PRICE] > 0
    with demo.context.session() as session:
        rare_titles(session)
        formats = set(session.scalars(select(FeedRun.format)))
    assert formats == ({"cegald", "model_csv"} if demo.network == "es" else {"art_asc", "model_csv"})


def test_reservations_in_every_state(demo: Demo) -> None:
    found = Counter(demo.all(select(Reservation.state)))
    assert set(found) == set(RESERVATION.states)
    assert demo.all(select(Reservation.reference).where(Reservation.late_at.is_not(None)))


@pytest.mark.seed("T49", "T58", "T128", "T129")
def test_orders_of_every_kind_are_paid_at_the_stand_in(demo: Demo) -> None:
    """Each state but those that need trade between bookshops; money that came, went back, bounced, is disputed."""
    found = Counter(demo.all(select(Order.state)))
    assert set(found) == set(ORDER.states) - {"awaiting_payment", "in_management"}
    assert found["received"] >= 6 and found["in_process"] >= 3
    with demo.context.session() as session:
        for order in session.scalars(select(Order).where(Order.phase != "")):
            assert order.due_at is not None and order.due_at > NOW, "nothing is rejected as soon as the clock runs"
        soon = session.scalars(select(Order.due_at).where(Order.phase == "accept").order_by(Order.due_at)).first()
    assert soon is not None and soon - NOW < timedelta(hours=20)
    by_hand = {"by_hand"} if demo.context.profile.money_flow == "bookshop" else set()
    assert set(demo.all(select(Refund.state))) == {"done", "bounced"} | by_hand
    assert set(demo.all(select(Withdrawal.state))) == {"declared", "refunded"}
    assert demo.all(select(Dispute.reason)) == ["product_not_received"]
    assert set(demo.all(select(GatewayEvent.state))) == {"applied", "ignored"}
    guests = demo.all(select(Order.reader_email).where(Order.reader_id.is_(None)))
    assert bool(guests) == (demo.network == "fr")


@pytest.mark.seed("F42", "F06")
def test_a_file_that_broke_off_is_held_and_two_people_want_to_be_forgotten(demo: Demo) -> None:
    assert len(demo.all(select(FeedRun.id).where(FeedRun.state == "held"))) == 1
    assert Counter(demo.all(select(DeletionRequest.state))) == {"asked": 1, "identity_checked": 1}


@pytest.mark.seed("F05", "A32")
def test_the_board_has_something_to_tell(demo: Demo) -> None:
    with demo.context.session() as session:
        ids = session.scalars(select(BookshopStock.bookshop_id)).all()
        told = histories(session, bookshop_ids=ids, at=demo.context.now(), days=30).values()
    assert set(DayState) == {day.state for history in told for day in history.days}
    assert sum(any(day.cliff for day in history.days) for history in told) == 1
    assert all(day.titles is None or day.titles > 0 for history in told for day in history.days)


@pytest.mark.seed("T62", "T67")
def test_a_month_is_closed_and_its_papers_are_made(demo: Demo) -> None:
    assert demo.all(select(MonthClose.month)) == ["2026-10"]
    drain(demo.context)
    invoices = demo.all(select(Invoice))
    assert len(invoices) > 10 and all(invoice.pdf_sha256 for invoice in invoices)
    assert set(demo.all(select(Campaign.state))) == {"issued", "draft"}
    assert {"active", "partly_used", "used"} <= set(demo.all(select(GiftCheque.state)))


def test_somebody_of_each_role_can_sign_in(demo: Demo) -> None:
    with demo.context.session() as session:
        for one in sign_ins(demo.context):
            person = session.scalars(select(Person).where(Person.email == one.email)).one()
            assert password_matches(person.password_hash, PASSWORD)
            assert person.verified_at is not None
        roles = Counter(session.scalars(select(Role.name)))
    shops = BOOKSHOPS[demo.network] + 1
    assert roles == {"administrator": 1, "staff": 1, "accountant": 2, "owner": shops, "clerk": 1}


@pytest.mark.seed("F01")
def test_a_reader_finds_a_book_near_her(demo: Demo) -> None:
    words, place = {"es": ("cien anos soledad", "Barcelona"), "fr": ("camus", "Lyon")}[demo.network]
    with demo.context.session(PUBLIC) as session:
        spot = find(session, words=place)
        found = search(session, words=words)
        assert spot is not None and found.total > 0
        served = nearest(session, isbns=[book.isbn for book in found.books], at=demo.context.now(), near=spot.point)
    first = min(served.values(), key=lambda near: near.offer.kilometres or 0)
    assert first.offer.city == place and (first.offer.kilometres or 99) < 10


@pytest.mark.seed("T150", "T79", "T80", "T139")
def test_some_book_shows_each_label_that_the_network_can_say(demo: Demo) -> None:
    at, country = demo.context.now(), demo.context.profile.country
    isbns = [unknown_isbn(f"sample:{key}", country) for key in TITLES[demo.network]]
    isbns += demo.all(select(StockLine.isbn).where(StockLine.verdict == "visible").order_by(StockLine.isbn).limit(1))
    live = LiveSource(private=True)
    with demo.context.session(PUBLIC) as session:
        answers = live.ask(questions(session, at=at), isbns=isbns, at=at)
        shown = {
            offer.label for isbn in isbns for offer in offers(session, isbn=isbn, at=at, answers=answers, limit=100)
        }
    live.close()
    assert shown == {label for label in Label if demo.context.profile.has(MODULES.get(label, "reservations"))}


def test_every_invariant_holds(demo: Demo) -> None:
    with demo.context.session() as session:
        found = [(room, one) for room, told in rooms() for one in told(session)]
    assert [one.sentence for _, one in found if not one.holds] == []
    about = {room for room, one in found if one.checked}
    assert {"billing", "gift_cheques", "orders", "stock"} <= about, "about something"


def test_loading_again_only_re_sends_stock(demo: Demo) -> None:
    before = demo.all(select(func.count()).select_from(Bookshop))
    with demo.context.session() as session:
        recent = len(
            session.scalars(select(BookshopStock).where(BookshopStock.file_at > NOW - timedelta(hours=12))).all()
        )
        assert receive_all(session, demo.context, at=NOW) == SENDING[demo.network] - recent > 0
        assert receive_all(session, demo.context, at=NOW + timedelta(hours=13)) == SENDING[demo.network]
        session.rollback()
    assert load_demo(demo.context)["already"] is True
    assert demo.all(select(func.count()).select_from(Bookshop)) == before
    drain(demo.context)


@pytest.mark.seed("F05")
def test_at_night_stock_is_sent_anew_and_nothing_goes_stale(demo: Demo) -> None:
    tomorrow = NOW + timedelta(days=1)
    demo.context.clock.move_to(tomorrow)
    with demo.context.session() as session:
        receive_all(session, demo.context, at=tomorrow)
    drain(demo.context)
    newest = demo.all(select(FeedRun).where(FeedRun.received_at == tomorrow))
    assert len(newest) == SENDING[demo.network]
    assert {run.state for run in newest} <= {"applied", "unchanged"}
    moved = sum(run.added + run.changed + run.zeroed for run in newest) / sum(run.isbns for run in newest)
    assert 0.01 < moved < 0.06, "about two days' changes of two per cent"
    demo.context.clock.move_to(NOW)


def test_production_has_no_demo(demo: Demo) -> None:
    real = replace(demo.context, config=replace(demo.context.config, production=True))
    with pytest.raises(Refused, match="production"):
        load_demo(real)


def test_the_demo_writes_nothing_around_the_actions() -> None:
    """Nothing is added, inserted, changed or deleted but by an action."""
    found = []
    for path in sorted(Path(ROOT / "jobs" / "demo").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in {
                "add",
                "add_all",
                "insert",
                "update",
                "delete",
                "text",
            }:
                found.append(f"{path.name}: {ast.unparse(node)}")
    assert found == []


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")

"""Feeds become one book: what changes, what does not, prices on their day, interrupted runs, services, covers."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, text

import jobs.catalogue
from jobs.catalogue import ask_services, bring_in_prices, read_feed
from jobs.context import Context, open_context
from jobs.queue import drain
from tests.cast import BOOKS, NOW
from tests.conftest import House
from tests.trade.catalogue.feeds import campre, estado, picture
from trade.base.errors import NotFound, Refused
from trade.base.outbound import Unreachable
from trade.base.pictures import redrawn
from trade.catalogue import actions
from trade.catalogue.actions import Telling
from trade.catalogue.models import Book, BookCover, BookPrice, BookSource, CatalogueRun
from trade.catalogue.queries import feeds
from trade.catalogue.queries.covers import covers
from trade.catalogue.queries.prices import prices_at
from trade.catalogue.queries.telling import told_of
from trade.catalogue.records import BookRecord, NotABook
from trade.stock import actions as stock
from trade.stock.models import StockLine

pytestmark = pytest.mark.database
SOLITUDE, REED = BOOKS[0][0], BOOKS[1][0]
NEW = 9788433920423
ISBNS = (9788433920423, 9788433973337, 9788433998613, 9788499928784, 9788420674209)
FIRST_OF_DECEMBER = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
"""Midnight in Madrid."""


def take(house: House, data: bytes, *, at: datetime = NOW, source: str = "", name: str = "feed.txt") -> CatalogueRun:
    """A feed arrives and is read in one transaction."""
    with house.session() as session:
        run = actions.receive_feed(
            session,
            stream=BytesIO(data),
            name=name,
            origin="test",
            at=at,
            store=house.store,
            source=source,
            queued=False,
        )
        return actions.import_feed(session, run_id=run.id, at=at, store=house.store)


def tell(house: House, source: str, isbn: int, action: str = "full", at: datetime = NOW, **said: Any) -> Any:
    """A source says something of one book."""
    with house.session() as session:
        teller = actions.ensure_source(session, key=source)
        return actions.tell(session, source=teller, tellings=[Telling(isbn, said, action)], at=at, run_id=None)


def book(house: House, isbn: int) -> Book:
    """The book as it is now."""
    with house.session() as session:
        return session.get_one(Book, isbn)


def changes(house: House) -> dict[str, str]:
    """The last transaction that wrote each row of the catalogue."""
    with house.session() as session:
        tables = ("book", "author", "book_detail", "book_price", "book_source", "book_cover")
        return {
            table: str(session.scalar(text(f"SELECT array_agg(xmin ORDER BY ctid) FROM {table}"))) for table in tables
        }


@pytest.fixture
def context(house: House) -> Iterator[Context]:
    """The house as its jobs see it."""
    opened = open_context(house.config())
    yield opened
    opened.engine.dispose()
    opened.redis.close()


def test_the_same_bytes_twice_change_nothing(house: House) -> None:
    data = campre((NEW, 1890, "PANZA DE BURRO"), (SOLITUDE, 1590, "CIEN ANOS"), (NEW + 1, 1, "MISTYPED"))
    first = take(house, data)
    assert (first.state, first.new, first.changed, first.refused) == ("done", 1, 1, 1)
    before = changes(house)
    again = take(house, data)
    assert (again.state, again.new, again.changed, again.unchanged, again.refused) == ("unchanged", 0, 0, 2, 1)
    longer = take(house, data + b"\r\n")
    assert (longer.state, longer.new, longer.changed, longer.unchanged) == ("done", 0, 0, 2)
    assert changes(house) == before
    other = take(house, campre((SOLITUDE, 1690, "CIEN ANOS")))
    assert (other.new, other.changed) == (0, 1)
    assert changes(house) != before, "the control: a change is seen"


def test_a_feed_with_records_removed_changes_nothing_of_them(house: House) -> None:
    """Catalogue feeds tell changes: what they leave out stays."""
    take(house, campre((NEW, 1890, "A"), (SOLITUDE, 1590, "B"), day="20261101"))
    take(house, campre((SOLITUDE, 1590, "B"), day="20261101"))
    assert (book(house, NEW).price_cents, book(house, SOLITUDE).price_cents) == (1890, 1590)


@pytest.mark.seed("T148")
def test_a_dated_price_acts_on_its_date(house: House, context: Context) -> None:
    with house.session(house.cast.bookshop("alba")) as session:
        run = stock.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="model_csv",
            data=f"isbn;cantidad;pvp\r\n{SOLITUDE};2;14,95\r\n".encode(),
            name="stock.csv",
            origin="upload",
            at=NOW,
            store=house.store,
            queued=False,
        )
        stock.process(session, run_id=run.id, at=NOW, store=house.store)
    take(house, campre((SOLITUDE, 2200, "CIEN ANOS"), day="20261201"))
    just_before = FIRST_OF_DECEMBER - timedelta(seconds=1)
    with house.session() as session:
        assert actions.apply_due_prices(session, at=just_before) == 0
        assert prices_at(session, isbns=[SOLITUDE], at=just_before)[SOLITUDE].cents == 1495
        assert prices_at(session, isbns=[SOLITUDE], at=FIRST_OF_DECEMBER)[SOLITUDE].cents == 2200
    assert (book(house, SOLITUDE).price_cents, verdict(house)) == (1495, "visible")
    house.set_time(FIRST_OF_DECEMBER)
    with house.session() as session:
        assert bring_in_prices(session, context, {}) == {"books": 1}
        assert bring_in_prices(session, context, {}) == {"books": 0}
    assert (book(house, SOLITUDE).price_cents, verdict(house)) == (2200, "price_error")


def verdict(house: House) -> str:
    """What Alba's copies are judged to be."""
    with house.session() as session:
        return str(session.scalar(select(StockLine.verdict).where(StockLine.isbn == SOLITUDE)))


def test_a_coming_price_can_be_changed_and_taken_back(house: House) -> None:
    take(house, campre((SOLITUDE, 2200, "CIEN ANOS")))
    take(house, campre((SOLITUDE, 2300, "CIEN ANOS")))
    tell(house, "supplier", SOLITUDE, "delete")
    with house.session() as session:
        prices = session.scalars(select(BookPrice).where(BookPrice.isbn == SOLITUDE).order_by(BookPrice.id)).all()
        assert [(p.cents, p.withdrawn_at is not None) for p in prices] == [(1495, False), (2200, True), (2300, True)]
        assert actions.apply_due_prices(session, at=FIRST_OF_DECEMBER) == 0
    assert book(house, SOLITUDE).price_cents == 1495


def test_deleting_withdraws_that_source_only(house: House) -> None:
    tell(house, "publisher", NEW, title="Panza de burro", prices=[{"cents": 1790, "kind": "fixed"}])
    tell(house, "supplier", NEW, title="Panza", pages=176, availability="available")
    assert (book(house, NEW).title, book(house, NEW).pages) == ("Panza de burro", 176)
    told = tell(house, "publisher", NEW, "delete")
    assert (told.deleted, told.changed) == (1, 0)
    assert (book(house, NEW).title, book(house, NEW).price_cents) == ("Panza", None)
    tell(house, "supplier", NEW, "delete")
    left = book(house, NEW)
    assert (left.title, left.availability) == ("Panza", "not_ours"), "a book that nobody speaks of stays known"
    assert tell(house, "supplier", NEW, "delete").unchanged == 1


def test_titles_in_capitals_never_stand_in_a_better_ones_way(house: House) -> None:
    take(house, estado((SOLITUDE, "CIEN ANOS DE SOLEDAD", "9"), (NEW, "PANZA DE BURRO", "0")))
    assert book(house, SOLITUDE).title == "Cien años de soledad"
    assert book(house, SOLITUDE).availability == "discontinued"
    assert book(house, SOLITUDE).availability_source == "supplier"
    assert book(house, NEW).title == "PANZA DE BURRO"
    tell(house, "bibliography", NEW, title="Panza de burro")
    assert book(house, NEW).title == "Panza de burro"


def test_what_has_no_title_is_refused_until_somebody_names_it(house: House) -> None:
    told = tell(house, "supplier", NEW, "update", pages=10)
    assert (told.new, len(told.refused)) == (0, 1)
    with pytest.raises(Exception, match="No row"):
        book(house, NEW)


def test_the_order_of_sources_decides_and_can_be_changed(house: House) -> None:
    tell(house, "publisher", NEW, title="Panza de burro", pages=176)
    tell(house, "supplier", NEW, title="Panza de burro (rústica)", pages=180)
    with house.session() as session:
        supplier = actions.ensure_source(session, key="supplier")
        actions.move_source(session, source_id=supplier.id, group="facts", places=-1, at=NOW)
        assert actions.renew_shared(session, after=0, limit=10, at=NOW) == NEW
        assert actions.renew_shared(session, after=NEW, limit=10, at=NOW) is None
        told = {field.name: field for field in told_of(session, isbn=NEW)}
        assert (told["pages"].source, told["pages"].others) == ("supplier", [("publisher", 176)])
    assert book(house, NEW).pages == 180
    with house.session() as session, pytest.raises(NotFound):
        actions.move_source(session, source_id=10**6, group="facts", places=1, at=NOW)


def test_staff_say_a_price_before_every_feed_and_take_it_back(house: House) -> None:
    with house.session() as session:
        actions.set_price(session, isbn=SOLITUDE, cents=1000, at=NOW)
    take(house, campre((SOLITUDE, 2200, "CIEN ANOS"), day="20261101"), at=NOW + timedelta(hours=1))
    assert book(house, SOLITUDE).price_cents == 1000
    with house.session() as session:
        actions.follow_feeds(session, isbn=SOLITUDE, at=NOW + timedelta(hours=2))
    assert book(house, SOLITUDE).price_cents == 2200


def test_an_interrupted_run_goes_on_where_it_stopped(
    house: House, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trade.catalogue.actions.feeds.BATCH", 2)
    data = campre(*((isbn, 1000 + place, f"TITLE {place}") for place, isbn in enumerate(ISBNS)))
    with house.session() as session:
        run_id = actions.receive_feed(
            session, stream=BytesIO(data), name="x", origin="test", at=NOW, store=house.store, queued=False
        ).id
    real, batches = actions.take_batch, []

    def killed(session: Any, *, run_id: int, batch: Any, at: datetime) -> None:
        real(session, run_id=run_id, batch=batch, at=at)
        batches.append(len(batch))
        if len(batches) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(jobs.catalogue.actions, "take_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        read_feed(context, {"run_id": run_id})
    with house.session() as session:
        run = feeds.run(session, run_id=run_id)
        assert (run.state, run.position, run.new) == ("importing", 2, 2), "the second batch was rolled back as a whole"
    read_feed(context, {"run_id": run_id})
    with house.session() as session:
        run = feeds.run(session, run_id=run_id)
        assert (run.state, run.position, run.new, run.changed) == ("done", 5, 5, 0)
    assert batches == [2, 2, 2, 1]


@pytest.mark.parametrize("batch", [1, 2_000], ids=["between two batches", "in the midst of one"])
def test_a_file_damaged_further_on_keeps_what_was_read(
    house: House, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("trade.catalogue.actions.feeds.BATCH", batch)

    def broken(stream: Any) -> Iterator[Any]:
        yield BookRecord(NEW, 1, title="Panza de burro")
        yield NotABook(2, "2000100012345")
        raise Refused("It breaks here.")

    module = SimpleNamespace(NAME="sinli_campre", SOURCE_KIND="supplier", read=broken)
    monkeypatch.setattr("trade.catalogue.actions.feeds.formats", lambda: {"sinli_campre": module})
    with house.session() as session:
        run = actions.receive_feed(
            session,
            stream=BytesIO(b"x"),
            name="x",
            origin="test",
            at=NOW,
            store=house.store,
            format="sinli_campre",
            queued=False,
        )
        run = actions.import_feed(session, run_id=run.id, at=NOW, store=house.store)
        assert (run.state, run.position, run.new, run.non_books) == ("broken", 2, 1, 1)
        assert run.error["message"] == "It breaks here."
    assert book(house, NEW).title == "Panza de burro"


@pytest.mark.parametrize(("data", "reason"), [(b"", "empty"), (b"hello", "no catalogue feed")])
def test_what_is_no_feed_is_refused_before_anything_is_kept(house: House, data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        take(house, data)


def test_a_queued_feed_is_read_by_its_job(house: House, context: Context) -> None:
    with house.session() as session:
        run_id = actions.receive_feed(
            session, stream=BytesIO(campre((NEW, 1, "A"))), name="x", origin="upload", at=NOW, store=house.store
        ).id
    assert drain(context) >= 1
    with house.session() as session:
        assert feeds.run(session, run_id=run_id).state == "done"


# --- services ------------------------------------------------------------------------------------


def test_services_are_asked_since_they_told_last_and_failures_are_told(
    house: House, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, datetime]] = []

    def changes_since(credentials: Any, *, since: datetime, private: bool) -> Iterator[bytes]:
        asked.append((credentials["password"], since))
        if len(asked) == 2:
            raise Unreachable("Down.")
        yield campre((NEW, 1890, "PANZA DE BURRO"))

    real = jobs.catalogue.clients()["dilve"]
    fake = SimpleNamespace(NAME="dilve", FORMAT="sinli_campre", CREDENTIALS=real.CREDENTIALS, changes=changes_since)
    monkeypatch.setattr(jobs.catalogue, "clients", lambda: {"dilve": fake})
    with house.session() as session:
        source = actions.connect(
            session, client="dilve", values={"user": "u", "password": "p"}, pepper=context.pepper, at=NOW
        )
        assert b'"p"' not in (source.credentials or b"")
        with pytest.raises(Refused, match="missing"):
            actions.connect(session, client="cegal", values={"user": "u"}, pepper=context.pepper, at=NOW)
        session.rollback()
    with house.session() as session:
        actions.connect(session, client="dilve", values={"user": "u", "password": "p"}, pepper=context.pepper, at=NOW)
    ask_services(context, {})
    drain(context)
    house.set_time(NOW + timedelta(days=1))
    ask_services(context, {})
    told = [moment.replace(second=0, microsecond=0) for _, moment in asked]
    assert told == [NOW - timedelta(days=7), NOW], "the second time from where the service ended"
    with house.session() as session:
        states = [(run.state, run.origin) for run, _ in feeds.runs(session)]
        assert states == [("refused", "client"), ("done", "client")]
        assert [source.told_until for source in actions.connected(session)] == [asked[1][1]]
    assert book(house, NEW).title == "PANZA DE BURRO"


# --- covers --------------------------------------------------------------------------------------


def test_covers_are_drawn_anew_without_what_the_camera_noted() -> None:
    source = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (1200, 1800), "red").save(source, "JPEG", exif=exif)
    large, small = redrawn(source.getvalue(), boxes=((600, 900), (240, 360)))
    assert (large.width, large.height, small.width) == (600, 900, 240)
    assert b"secret place" not in large.data + small.data
    assert len(Image.open(BytesIO(large.data)).getexif()) == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no picture", "no picture"),
        (picture()[:400], "no picture"),
        (picture(40, 40), "too small"),
        (b"x" * (10 * 2**20 + 1), "more than"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
    ],
)
def test_what_is_no_cover_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        redrawn(data, boxes=((600, 900),))


def test_a_picture_of_too_many_pixels_is_never_decoded() -> None:
    bomb = BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")
    with pytest.raises(Refused, match="too many pixels"):
        redrawn(bomb.getvalue(), boxes=((600, 900),))


def test_a_zip_of_covers_named_by_isbn(house: House, context: Context) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(f"covers/{SOLITUDE}.jpg", picture())
        made.writestr(f"{REED}.JPG", picture(300, 300))
        made.writestr(f"{NEW}.jpg", picture())
        made.writestr("photo.png", picture(kind="PNG"))
        made.writestr("readme.txt", "not a picture")
    with house.session() as session:
        taken, left = actions.set_covers(session, data=packed.getvalue(), name="covers.zip", at=NOW, store=house.store)
        assert (taken, sorted(left)) == (2, [f"{NEW}.jpg", "photo.png"])
        assert set(covers(session, isbns=[SOLITUDE, REED, NEW])) == {SOLITUDE, REED}
        assert not actions.set_cover(
            session, isbn=SOLITUDE, data=picture(), source="supplier", at=NOW, store=house.store
        ), "the cover that staff sent stays"
        sha = covers(session, isbns=[SOLITUDE])[SOLITUDE]
        actions.set_cover(session, isbn=SOLITUDE, data=picture(500, 700), source="staff", at=NOW, store=house.store)
        assert house.store.path(sha).exists(), "what may be rolled back is kept"
        with pytest.raises(Refused, match="damaged"):
            actions.set_covers(session, data=b"PK\x03\x04 no zip", name="x.zip", at=NOW, store=house.store)
        actions.note_in_vain(session, isbn=BOOKS[2][0], source="feed", at=NOW)
        assert covers(session, isbns=[BOOKS[2][0]]) == {}
        assert session.get_one(BookCover, BOOKS[2][0]).sha256 == ""
        assert session.scalars(select(BookSource.isbn).where(BookSource.isbn == SOLITUDE)).all() == [SOLITUDE]
    drain(context)
    assert not house.store.path(sha).exists(), "a picture that no cover shows is deleted"
    with house.session() as session:
        shown = session.get_one(BookCover, SOLITUDE)
        assert house.store.path(shown.sha256).exists()
        assert not actions.forget_picture(session, sha256=shown.sha256, store=house.store), "a shown one stays"

"""Reads of stock: runs and their lines, what is available, the logs, how old everything is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from trade.base.errors import NotFound
from trade.base.invariants import Invariant, invariant
from trade.base.registry import adapters
from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.models import Book, Category
from trade.catalogue.rules import fold
from trade.members.models import Bookshop, StoredFile
from trade.stock import formats as folder
from trade.stock.models import (
    BookshopStock,
    FeedChange,
    FeedRejection,
    FeedRun,
    RareTitle,
    StockHold,
    StockLine,
)
from trade.stock.rules import (
    Freshness,
    FreshnessLimits,
    Guards,
    KnownBook,
    Last,
    Title,
    Verdict,
    freshness,
)
from trade.stock.settings import (
    HELD_PRICE_MOVED,
    HELD_PRICE_SHARE,
    HELD_REMOVED_SHARE,
    HIDE_HOURS,
    MARK_HOURS,
    WARN_HOURS,
)
from trade.stock.states import WAITING

LARGEST_PAGE = 200
MOST_NAMED = 20
Query = TypeVar("Query", bound="Select[*tuple[Any, ...]]")
FORMATS: Mapping[str, ModuleType] = adapters(folder)
"""The stock formats by name: each module has NAME, TITLE, VAT_INCLUDED, WHOLE_INVENTORY and ``read``."""

# --- runs --------------------------------------------------------------------------------------------


def run(session: TenantSession, *, run_id: int) -> FeedRun:
    """One run. Raises NotFound for a foreign or absent one."""
    found = session.get(FeedRun, run_id)
    if found is None:
        raise NotFound()
    return found


def runs(
    session: TenantSession, *, bookshop_id: int | None = None, limit: int = 20, offset: int = 0
) -> Sequence[FeedRun]:
    """The newest runs, of one bookshop where given."""
    statement = select(FeedRun).order_by(FeedRun.received_at.desc(), FeedRun.id.desc())
    if bookshop_id is not None:
        statement = statement.where(FeedRun.bookshop_id == bookshop_id)
    return session.scalars(_page(statement, limit, offset)).all()


def open_decision(session: TenantSession, *, bookshop_id: int) -> FeedRun | None:
    """The run that waits for a person, if one does; there is never more than one."""
    return session.scalar(
        select(FeedRun)
        .where(FeedRun.bookshop_id == bookshop_id, FeedRun.state.in_(WAITING))
        .order_by(FeedRun.id.desc())
        .limit(1)
    )


def rejections(
    session: TenantSession, *, run_id: int, kind: str = "refused", limit: int = 50, offset: int = 0
) -> Sequence[FeedRejection]:
    """The refused (or repeated) lines of a run, in the order of the file."""
    statement = (
        select(FeedRejection)
        .where(FeedRejection.run_id == run_id, FeedRejection.kind == kind)
        .order_by(FeedRejection.line)
    )
    return session.scalars(_page(statement, limit, offset)).all()


def changes(
    session: TenantSession, *, run_id: int, kind: str | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Row[FeedChange, str]]:
    """What a run changes, each with the title where the catalogue knows it."""
    statement = (
        select(FeedChange, Book.title)
        .outerjoin(Book, Book.isbn == FeedChange.isbn)
        .where(FeedChange.run_id == run_id)
        .order_by(FeedChange.id)
    )
    if kind is not None:
        statement = statement.where(FeedChange.kind == kind)
    return session.execute(_page(statement, limit, offset)).all()


def _page(statement: Query, limit: int, offset: int) -> Query:
    return statement.limit(min(max(limit, 1), LARGEST_PAGE)).offset(max(offset, 0))


# --- what a new file is compared with -----------------------------------------------------------------


@dataclass(frozen=True)
class Applied:
    """The last applied run of a bookshop: which file it was, and what it said."""

    run_id: int
    format: str
    sha256: str
    date: date | None
    sender: str


def last_applied(session: TenantSession, *, bookshop_id: int) -> Applied | None:
    """The last applied run of a bookshop; None before its first file."""
    row = session.execute(
        select(FeedRun.id, FeedRun.format, StoredFile.sha256, FeedRun.file_date, BookshopStock.sender)
        .select_from(BookshopStock)
        .join(FeedRun, FeedRun.id == BookshopStock.run_id)
        .join(StoredFile, StoredFile.id == FeedRun.file_id)
        .where(BookshopStock.bookshop_id == bookshop_id)
    ).one_or_none()
    return Applied(*row) if row else None


def stock_of(session: TenantSession, *, bookshop_id: int) -> dict[int, Title]:
    """Every line of a bookshop's stock as its last file said it."""
    rows = session.execute(
        select(StockLine.isbn, StockLine.quantity, StockLine.declared_cents, StockLine.several_prices).where(
            StockLine.bookshop_id == bookshop_id
        )
    )
    return {isbn: Title(quantity, cents, several) for isbn, quantity, cents, several in rows}


def last_known(session: TenantSession, *, bookshop_id: int, applied: Applied | None) -> Last:
    """What the guards compare a new file with."""
    if applied is None:
        return Last()
    return Last(stock_of(session, bookshop_id=bookshop_id), applied.date, applied.sender)


def known_books(session: TenantSession, *, isbns: Iterable[int]) -> dict[int, KnownBook]:
    """Price and category of those of the ISBNs that the catalogue knows."""
    rows = session.execute(
        select(Book.isbn, Book.price_cents, Category.key)
        .join(Category, Category.id == Book.category_id)
        .where(Book.isbn == func.any(list(isbns)))
    )
    return {isbn: KnownBook(price, key) for isbn, price, key in rows}


def guards(session: TenantSession, *, at: datetime) -> Guards:
    """The limits of a file that goes through by itself, as set."""
    settings = (HELD_REMOVED_SHARE, HELD_PRICE_MOVED, HELD_PRICE_SHARE)
    found = resolve_many(session, settings, at=at, bookshop_ids=[None])
    return Guards(*(found[None, setting.key].value for setting in settings))


# --- what is available -------------------------------------------------------------------------------


def held_copies() -> ColumnElement[int]:
    """Copies of a stock line that are set apart: a part of other queries on :class:`StockLine`."""
    return (
        select(func.coalesce(func.sum(StockHold.copies), 0))
        .where(
            StockHold.bookshop_id == StockLine.bookshop_id,
            StockHold.isbn == StockLine.isbn,
            StockHold.state != "released",
        )
        .correlate(StockLine)
        .scalar_subquery()
    )


def available(session: TenantSession, *, bookshop_id: int, isbn: int) -> int:
    """Copies that can be promised: those of the last file if it may be shown, minus those set apart."""
    free = session.scalar(
        select(StockLine.quantity - held_copies()).where(
            StockLine.bookshop_id == bookshop_id, StockLine.isbn == isbn, StockLine.verdict == Verdict.VISIBLE
        )
    )
    return max(free or 0, 0)


# --- logs --------------------------------------------------------------------------------------------


def titles(
    session: TenantSession, *, bookshop_id: int, words: str = "", verdict: str = "", limit: int = 50, offset: int = 0
) -> Sequence[Row[StockLine, Book | None, int]]:
    """The titles in stock with book and copies set apart, by ISBN, by words of the title or by verdict."""
    statement = (
        select(StockLine, Book, held_copies())
        .outerjoin(Book, Book.isbn == StockLine.isbn)
        .where(StockLine.bookshop_id == bookshop_id, StockLine.quantity > 0)
        .order_by(Book.sort_key, StockLine.isbn)
    )
    if verdict:
        statement = statement.where(StockLine.verdict == verdict)
    compact = words.replace("-", "").replace(" ", "")
    if compact.isascii() and compact.isdigit():
        statement = statement.where(StockLine.isbn == int(compact[:13]))
    elif words:
        statement = statement.where(*[Book.search_key.contains(word, autoescape=True) for word in fold(words).split()])
    return session.execute(_page(statement, limit, offset)).all()


def verdict_counts(session: TenantSession, *, bookshop_id: int) -> dict[str, int]:
    """How many titles in stock have each verdict."""
    rows = session.execute(
        select(StockLine.verdict, func.count())
        .where(StockLine.bookshop_id == bookshop_id, StockLine.quantity > 0)
        .group_by(StockLine.verdict)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Summary:
    """The stock of a bookshop in a few figures: its age, its titles, those hidden for their price."""

    file_at: datetime | None
    freshness: Freshness
    titles: int
    price_errors: int


def summary(session: TenantSession, *, bookshop_id: int, at: datetime) -> Summary:
    """What a bookseller wants to know of the stock at a glance."""
    row = session.get(BookshopStock, bookshop_id)
    file_at = row.file_at if row else None
    return Summary(
        file_at=file_at,
        freshness=freshness(received_at=file_at, at=at, limits=limits(session, at=at)),
        titles=row.titles if row else 0,
        price_errors=count_price_errors(session, bookshop_id=bookshop_id),
    )


def unknown(session: TenantSession, *, bookshop_id: int, limit: int = 50, offset: int = 0) -> Sequence[StockLine]:
    """Titles in stock that the catalogue does not know yet."""
    statement = (
        select(StockLine)
        .where(StockLine.bookshop_id == bookshop_id, StockLine.verdict == Verdict.UNKNOWN_BOOK, StockLine.quantity > 0)
        .order_by(StockLine.isbn)
    )
    return session.scalars(_page(statement, limit, offset)).all()


def _in_error(bookshop_id: int | None) -> ColumnElement[bool]:
    wrong = and_(StockLine.verdict == Verdict.PRICE_ERROR, StockLine.quantity > 0)
    return wrong if bookshop_id is None else and_(wrong, StockLine.bookshop_id == bookshop_id)


def price_errors(
    session: TenantSession, *, bookshop_id: int | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Row[StockLine, Book]]:
    """The price-error log (T111): real stock that is hidden since its price is too far from the network's.

    Furthest apart first. A title is here if and only if its verdict hides it for that.
    """
    apart = func.abs(Book.price_cents - StockLine.declared_cents) * 10_000 / StockLine.declared_cents
    statement = (
        select(StockLine, Book)
        .join(Book, Book.isbn == StockLine.isbn)
        .where(_in_error(bookshop_id))
        .order_by(apart.desc(), StockLine.bookshop_id, StockLine.isbn)
    )
    return session.execute(_page(statement, limit, offset)).all()


def count_price_errors(session: TenantSession, *, bookshop_id: int | None = None) -> int:
    """How many titles the price-error log holds."""
    return session.scalar(select(func.count()).select_from(StockLine).where(_in_error(bookshop_id))) or 0


def rare_titles(
    session: TenantSession, *, bookshop_id: int | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Row[RareTitle, Book]]:
    """The rare-books log (T109), titles that nobody else has first."""
    statement = (
        select(RareTitle, Book)
        .join(Book, Book.isbn == RareTitle.isbn)
        .order_by(RareTitle.holders, RareTitle.mark, Book.sort_key, RareTitle.id)
    )
    if bookshop_id is not None:
        statement = statement.where(RareTitle.bookshop_id == bookshop_id)
    return session.execute(_page(statement, limit, offset)).all()


# --- how old it is -----------------------------------------------------------------------------------


def limits(session: TenantSession, *, at: datetime) -> FreshnessLimits:
    """The hours after which stock is late, marked and hidden, as set."""
    settings = (WARN_HOURS, MARK_HOURS, HIDE_HOURS)
    found = resolve_many(session, settings, at=at, bookshop_ids=[None])
    return FreshnessLimits(*(found[None, setting.key].value for setting in settings))


def freshness_of(session: TenantSession, *, bookshop_id: int, at: datetime) -> Freshness:
    """How old the stock of one bookshop is."""
    file_at = session.scalar(select(BookshopStock.file_at).where(BookshopStock.bookshop_id == bookshop_id))
    return freshness(received_at=file_at, at=at, limits=limits(session, at=at))


@dataclass(frozen=True)
class FeedState:
    """One bookshop's feed as staff watch it."""

    bookshop_id: int
    slug: str
    name: str
    file_at: datetime | None
    titles: int
    freshness: Freshness
    waiting: bool


def feeds(session: TenantSession, *, at: datetime) -> list[FeedState]:
    """The feed of every active bookshop, silent ones first, then the oldest (F05, A32)."""
    allowed = limits(session, at=at)
    waiting = exists().where(FeedRun.bookshop_id == Bookshop.id, FeedRun.state.in_(WAITING))
    rows = session.execute(
        select(Bookshop.id, Bookshop.slug, Bookshop.name, BookshopStock.file_at, BookshopStock.titles, waiting)
        .outerjoin(BookshopStock, BookshopStock.bookshop_id == Bookshop.id)
        .where(Bookshop.state == "active")
        .order_by(BookshopStock.file_at.asc().nulls_first(), Bookshop.name)
    )
    return [
        FeedState(id_, slug, name, file_at, titles or 0, freshness(received_at=file_at, at=at, limits=allowed), open_)
        for id_, slug, name, file_at, titles, open_ in rows
    ]


# --- invariants --------------------------------------------------------------------------------------


def invariants(session: TenantSession) -> list[Invariant]:
    """What must hold of stock, whoever did what. Scope system."""
    lines = session.scalar(select(func.count()).select_from(StockLine)) or 0
    files = session.scalar(select(func.count()).select_from(FeedRun)) or 0
    holds = session.scalar(select(func.count()).select_from(StockHold)) or 0
    return [
        invariant(N_("Every stock line was written by an applied file of its bookshop"), lines, _orphans(session)),
        invariant(N_("Only known books with a price are shown"), lines, _wrong_verdicts(session)),
        invariant(N_("Every line of a stock file was accepted or refused"), files, _unaccounted(session)),
        invariant(N_("At most one stock file of a bookshop waits for a decision"), files, _undecided(session)),
        invariant(N_("No copy is set apart that no file ever had"), holds, _holds_of_nothing(session)),
    ]


def _named(session: TenantSession, wrong: ColumnElement[bool]) -> list[str]:
    rows = session.execute(select(StockLine.bookshop_id, StockLine.isbn).where(wrong).limit(MOST_NAMED))
    return [f"{bookshop_id}/{isbn}" for bookshop_id, isbn in rows]


def _orphans(session: TenantSession) -> list[str]:
    wrote = exists().where(
        FeedRun.id == StockLine.run_id, FeedRun.bookshop_id == StockLine.bookshop_id, FeedRun.state == "applied"
    )
    return _named(session, ~wrote)


def _wrong_verdicts(session: TenantSession) -> list[str]:
    known = exists().where(Book.isbn == StockLine.isbn)
    priced = exists().where(Book.isbn == StockLine.isbn, Book.price_cents.is_not(None))
    shown = and_(StockLine.verdict == Verdict.VISIBLE, ~priced)
    missing = and_(StockLine.verdict == Verdict.UNKNOWN_BOOK, known)
    return _named(session, or_(shown, missing))


def _unaccounted(session: TenantSession) -> list[str]:
    wrong = or_(
        FeedRun.read != FeedRun.accepted + FeedRun.refused, FeedRun.accepted != FeedRun.isbns + FeedRun.repeated
    )
    return [str(id_) for id_ in session.scalars(select(FeedRun.id).where(wrong).limit(MOST_NAMED))]


def _undecided(session: TenantSession) -> list[str]:
    waiting = (
        select(FeedRun.bookshop_id)
        .where(FeedRun.state.in_(WAITING))
        .group_by(FeedRun.bookshop_id)
        .having(func.count() > 1)
        .limit(MOST_NAMED)
    )
    return [str(id_) for id_ in session.scalars(waiting)]


def _holds_of_nothing(session: TenantSession) -> list[str]:
    known = exists().where(StockLine.bookshop_id == StockHold.bookshop_id, StockLine.isbn == StockHold.isbn)
    return list(session.scalars(select(StockHold.reference).where(~known).limit(MOST_NAMED)))

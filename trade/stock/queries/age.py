"""How old the stock of bookshops is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop
from trade.stock.models import BookshopStock, FeedRun
from trade.stock.queries.titles import count_price_errors
from trade.stock.rules import Freshness, FreshnessLimits, freshness
from trade.stock.settings import HIDE_HOURS, MARK_HOURS, WARN_HOURS
from trade.stock.states import WAITING


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


@dataclass(frozen=True)
class Summary:
    """The stock of a bookshop in a few figures: its file, its age, its titles, those hidden for their price."""

    run_id: int | None
    file_at: datetime | None
    freshness: Freshness
    titles: int
    price_errors: int


def summary(session: TenantSession, *, bookshop_id: int, at: datetime) -> Summary:
    """What a bookseller wants to know of the stock at a glance."""
    row = session.get(BookshopStock, bookshop_id)
    file_at = row.file_at if row else None
    return Summary(
        run_id=row.run_id if row else None,
        file_at=file_at,
        freshness=freshness(received_at=file_at, at=at, limits=limits(session, at=at)),
        titles=row.titles if row else 0,
        price_errors=count_price_errors(session, bookshop_id=bookshop_id),
    )

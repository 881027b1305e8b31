"""How a bookshop's stock arrives, with which keys, and by which adapters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop, StoredFile
from trade.stock.models import FeedRun, StockAdapter, StockArrival, StockToken
from trade.stock.readers import APPLIED

PULL = "pull"
WHOLE_PULL = "pull-whole.json"
OVERLAP = timedelta(minutes=10)
WHOLE_EVERY = timedelta(days=7)


def arrival(session: TenantSession, *, bookshop_id: int) -> StockArrival | None:
    """How the bookshop's stock arrives; None while nothing was chosen."""
    return session.get(StockArrival, bookshop_id)


def format_of(session: TenantSession, *, bookshop_id: int) -> str:
    """The format in which the bookshop's files are read: the chosen one, else that of its last file; or empty."""
    chosen = arrival(session, bookshop_id=bookshop_id)
    if chosen is not None and chosen.format:
        return chosen.format
    last = select(FeedRun.format).where(FeedRun.bookshop_id == bookshop_id).order_by(FeedRun.id.desc()).limit(1)
    return session.scalar(last) or ""


def tokens(session: TenantSession, *, bookshop_id: int) -> Sequence[StockToken]:
    """The keys of a bookshop that are not revoked, newest first."""
    return session.scalars(
        select(StockToken)
        .where(StockToken.bookshop_id == bookshop_id, StockToken.revoked_at.is_(None))
        .order_by(StockToken.id.desc())
        .limit(100)
    ).all()


def pulled(session: TenantSession) -> Sequence[int]:
    """The bookshops whose stock is fetched."""
    return session.scalars(
        select(StockArrival.bookshop_id)
        .join(Bookshop, Bookshop.id == StockArrival.bookshop_id)
        .where(StockArrival.pull_on, Bookshop.state == "active")
        .order_by(StockArrival.bookshop_id)
    ).all()


def ask_since(session: TenantSession, *, bookshop_id: int, at: datetime) -> datetime | None:
    """Since when changes are to be asked for; None for everything.

    Only what was applied counts, with some overlap; once a week everything is asked for, so that nothing drifts.
    """
    applied = (
        select(func.max(FeedRun.received_at), func.max(FeedRun.received_at).filter(StoredFile.name == WHOLE_PULL))
        .join(StoredFile, StoredFile.id == FeedRun.file_id)
        .where(FeedRun.bookshop_id == bookshop_id, FeedRun.origin == PULL, FeedRun.state.in_(APPLIED))
    )
    last, whole = session.execute(applied).one()
    if last is None or whole is None or at - whole > WHOLE_EVERY:
        return None
    return last - OVERLAP


def senders(session: TenantSession) -> dict[str, int]:
    """The bookshops that may send stock, by their slugs, in their order."""
    rows = session.execute(
        select(Bookshop.slug, Bookshop.id).where(Bookshop.state.not_in(("left", "refused"))).order_by(Bookshop.slug)
    )
    return {row.slug: row.id for row in rows}


def adapters(session: TenantSession) -> Sequence[StockAdapter]:
    """Every adapter: those in use, drafts, retired ones."""
    return session.scalars(select(StockAdapter).order_by(StockAdapter.state.desc(), StockAdapter.name)).all()


def adapter(session: TenantSession, *, key: str) -> StockAdapter:
    """One adapter. Raises NotFound."""
    found = session.scalar(select(StockAdapter).where(StockAdapter.key == key))
    if found is None:
        raise NotFound()
    return found


def users_of_formats(session: TenantSession, *, at: datetime) -> dict[str, int]:
    """How many bookshops sent a file in each format in the last thirty days."""
    counted = (
        select(FeedRun.format, func.count(FeedRun.bookshop_id.distinct()))
        .where(FeedRun.received_at > at - timedelta(days=30))
        .group_by(FeedRun.format)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def bookshops_using(session: TenantSession, *, format: str, at: datetime, limit: int = 50) -> Sequence[Row[str, str]]:
    """Name and slug of bookshops that sent a file in a format in the last thirty days."""
    sent = select(FeedRun.bookshop_id).where(FeedRun.format == format, FeedRun.received_at > at - timedelta(days=30))
    named = select(Bookshop.name, Bookshop.slug).where(Bookshop.id.in_(sent)).order_by(Bookshop.name).limit(limit)
    return session.execute(named).all()

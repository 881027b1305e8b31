"""What other portals may read of a bookshop's stock: what readers see, at the network's price (domain.md 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, BookPrice
from trade.members.models import Bookshop
from trade.stock.models import FeedRun, StockArrival, StockHold, StockLine
from trade.stock.queries.age import freshness_of
from trade.stock.queries.copies import held_copies
from trade.stock.queries.runs import removed
from trade.stock.rules import Freshness, Verdict

LARGEST_PAGE = 1_000
MOST_RUNS = 100
"""Who asks for what moved since a hundred files ago had better ask for everything."""


@dataclass(frozen=True)
class Shared:
    """One title as it is told to others: copies that can be promised, the network's price in cents."""

    isbn: int
    available: int
    cents: int | None


def is_called(session: TenantSession, *, bookshop_id: int, number: str) -> bool:
    """Whether others call this active bookshop by that number: its own (SIRET) or its name in addresses."""
    own = select(StockArrival.number).where(StockArrival.bookshop_id == bookshop_id).scalar_subquery()
    called = or_(Bookshop.slug == number, own == number)
    found = select(Bookshop.id).where(Bookshop.id == bookshop_id, Bookshop.state == "active", called)
    return session.scalar(found) is not None


def shared(
    session: TenantSession,
    *,
    bookshop_id: int,
    at: datetime,
    after: int = 0,
    limit: int = LARGEST_PAGE,
    since: datetime | None = None,
) -> tuple[int, Sequence[Shared]]:
    """How many titles there are in all, and those behind ``after`` in the order of their ISBNs.

    Without ``since`` what is available; with it what moved since, sold out ones with 0 copies. Stock that is too
    old for readers is not told to others either.
    """
    limit = min(limit, LARGEST_PAGE)
    if freshness_of(session, bookshop_id=bookshop_id, at=at) in {Freshness.NEVER, Freshness.EXPIRED}:
        return 0, []
    seen = StockLine.verdict == Verdict.VISIBLE
    free = func.greatest(case((seen, StockLine.quantity - held_copies()), else_=0), 0)
    told = (StockLine.bookshop_id == bookshop_id) & (_moved(since) if since else (seen & (free > 0)))
    total = session.scalar(select(func.count()).select_from(StockLine).where(told)) or 0
    rows = session.execute(
        select(StockLine.isbn, free, Book.price_cents)
        .outerjoin(Book, Book.isbn == StockLine.isbn)
        .where(told, StockLine.isbn > after)
        .order_by(StockLine.isbn)
        .limit(limit)
    )
    found = [Shared(*row) for row in rows]
    gone = _gone(session, bookshop_id, since) if since else set()
    found += [Shared(isbn, 0, None) for isbn in gone if isbn > after]
    return total + len(gone), sorted(found, key=lambda row: row.isbn)[:limit]


def _gone(session: TenantSession, bookshop_id: int, since: datetime) -> set[int]:
    """Titles that a file removed since and no later one brought back: no line is left of them."""
    runs = session.scalars(
        select(FeedRun.id)
        .where(FeedRun.bookshop_id == bookshop_id, FeedRun.state == "applied", FeedRun.finished_at >= since)
        .order_by(FeedRun.id.desc())
        .limit(MOST_RUNS)
    ).all()
    removed_since = {isbn for run_id in runs for isbn in removed(session, run_id=run_id)}
    if not removed_since:
        return set()
    back = session.scalars(
        select(StockLine.isbn).where(StockLine.bookshop_id == bookshop_id, StockLine.isbn.in_(removed_since))
    )
    return removed_since - set(back)


def _moved(since: datetime) -> ColumnElement[bool]:
    """A file, a verdict or a reservation changed how many can be promised, or the network's price is another.

    Prices are asked for here: to mark the lines of a repriced book would write a thousand rows for it.
    """
    held = exists().where(
        StockHold.bookshop_id == StockLine.bookshop_id,
        StockHold.isbn == StockLine.isbn,
        or_(StockHold.created_at >= since, StockHold.released_at >= since),
    )
    repriced = exists().where(BookPrice.isbn == StockLine.isbn, BookPrice.applied_at >= since)
    return or_(StockLine.changed_at >= since, held, repriced)

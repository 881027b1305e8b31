"""What is kept once a night: the rare-books log, the popularity of books; what is forgotten: old lines of runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Date, cast, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from trade.base.tenancy import TenantSession
from trade.catalogue.engines import note_changed
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.stock.models import FeedChange, FeedRejection, FeedRun, RareTitle, StockLine
from trade.stock.states import WAITING

MOST_HOLDERS = 2
TOLD_SHARE = 8
"""Search hears of a book when more than one in so many of its holders came or went."""
KEPT = timedelta(days=30)
"""How long the lines of a run are kept; its counts stay."""


def log_rare_titles(session: TenantSession, *, at: datetime) -> int:
    """Make the rare-books log anew (T109, A16): own copies of a book that one or two bookshops have.

    No distributor is asked: none is trusted yet. What a bookseller marked stays marked while the title is rare.
    Returns how many titles are in the log.
    """
    day = literal(at.date(), Date)
    holders = (
        select(StockLine.isbn, func.count().label("holders"))
        .join(Bookshop, Bookshop.id == StockLine.bookshop_id)
        .join(Book, Book.isbn == StockLine.isbn)
        .where(StockLine.quantity > 0, Bookshop.state == "active")
        .group_by(StockLine.isbn)
        .having(func.count() <= MOST_HOLDERS)
        .cte("holders")
        .prefix_with("MATERIALIZED")
    )
    rare = (
        select(StockLine.bookshop_id, StockLine.isbn, StockLine.quantity, holders.c.holders, cast(day, Date))
        .join(holders, holders.c.isbn == StockLine.isbn)
        .join(Bookshop, Bookshop.id == StockLine.bookshop_id)
        .where(StockLine.quantity > 0, Bookshop.state == "active")
    )
    new = insert(RareTitle).from_select(["bookshop_id", "isbn", "copies", "holders", "seen_on"], rare)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["bookshop_id", "isbn"],
            set_={name: new.excluded[name] for name in ("copies", "holders", "seen_on")},
        )
    )
    session.execute(delete(RareTitle).where(RareTitle.seen_on < day).execution_options(synchronize_session=False))
    _count_holders(session)
    return session.scalar(select(func.count()).select_from(RareTitle)) or 0


def _count_holders(session: TenantSession) -> None:
    """A book is as popular as the number of bookshops that have it. Search hears of what changes an order."""
    counted = (
        select(Book.isbn, Book.popularity.label("before"), func.count(StockLine.isbn).label("holders"))
        .outerjoin(StockLine, (StockLine.isbn == Book.isbn) & (StockLine.quantity > 0))
        .group_by(Book.isbn)
        .subquery()
    )
    changed = session.execute(
        update(Book)
        .where(Book.isbn == counted.c.isbn, Book.popularity != counted.c.holders)
        .values(popularity=counted.c.holders)
        .returning(Book.isbn, counted.c.before, counted.c.holders)
        .execution_options(synchronize_session=False)
    )
    note_changed(session, isbns=(isbn for isbn, before, now in changed if abs(now - before) * TOLD_SHARE > before))


def forget_old_lines(session: TenantSession, *, at: datetime) -> None:
    """Delete the single lines of runs that ended long ago."""
    old = select(FeedRun.id).where(FeedRun.received_at < at - KEPT, FeedRun.state.not_in(WAITING))
    for model in (FeedChange, FeedRejection):
        session.execute(delete(model).where(model.run_id.in_(old)).execution_options(synchronize_session=False))

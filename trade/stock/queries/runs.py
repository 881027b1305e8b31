"""Runs of stock files, their lines and changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.stock.models import FeedChange, FeedRejection, FeedRun
from trade.stock.queries.pages import page
from trade.stock.states import WAITING


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
    return session.scalars(page(statement, limit=limit, offset=offset)).all()


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
    return session.scalars(page(statement, limit=limit, offset=offset)).all()


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
    return session.execute(page(statement, limit=limit, offset=offset)).all()

"""What readers see of one bookshop's shelves, and why they do not see a title."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from trade.availability import rules
from trade.availability.queries.directory import known, marks_now
from trade.availability.rules import SALES_STOPPED, Hidden, StockFacts
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.stock.models import StockLine
from trade.stock.queries import held_copies, limits
from trade.stock.queries.pages import LARGEST_PAGE
from trade.stock.rules import Verdict, freshness


def shown(session: TenantSession, *, bookshop_id: int, at: datetime, limit: int = 24, offset: int = 0) -> list[Book]:
    """What readers see of one bookshop's shelves, newest arrivals first."""
    if not _is_open(session, bookshop_id, at):
        return []
    statement = (
        _on_shelf(select(Book), bookshop_id)
        .order_by(StockLine.changed_at.desc(), Book.sort_key, Book.isbn)
        .limit(min(max(limit, 1), LARGEST_PAGE))
        .offset(max(offset, 0))
    )
    return list(session.scalars(statement))


def of_these(session: TenantSession, *, bookshop_id: int, isbns: Sequence[int], at: datetime) -> list[int]:
    """Those of these books that readers see on one bookshop's shelves, in the given order."""
    if not isbns or not _is_open(session, bookshop_id, at):
        return []
    there = set(session.scalars(_on_shelf(select(Book.isbn), bookshop_id).where(Book.isbn == func.any(list(isbns)))))
    return [isbn for isbn in isbns if isbn in there]


def count_shown(session: TenantSession, *, bookshop_id: int, at: datetime) -> int:
    """How many titles readers see of one bookshop."""
    if not _is_open(session, bookshop_id, at):
        return 0
    return session.scalar(_on_shelf(select(func.count()).select_from(Book), bookshop_id)) or 0


def facts(session: TenantSession, *, bookshop_id: int, isbn: int, at: datetime) -> StockFacts:
    """What bears on whether readers see one title of one bookshop's shelves. Raises LookupError for no bookshop."""
    directory, files = known(session, marks=marks_now(session), at=at)
    place = directory.place(bookshop_id)
    if place is None:
        raise LookupError(bookshop_id)
    line = session.execute(
        select(StockLine.quantity, held_copies(), StockLine.verdict).where(
            StockLine.bookshop_id == bookshop_id, StockLine.isbn == isbn
        )
    ).one_or_none()
    copies, held, verdict = line if line is not None else (0, 0, Verdict.VISIBLE)
    said = session.scalar(select(Book.availability).where(Book.isbn == isbn))
    return StockFacts(
        active=bool(directory.active[place]),
        back_room=bool(directory.back_room[place]),
        in_vacation=bool(directory.day(at).away[place]),
        recalled=said in SALES_STOPPED,
        freshness=freshness(received_at=files.at(place), at=at, limits=limits(session, at=at)),
        copies=copies,
        held=held,
        verdict=Verdict(verdict),
    )


def why_hidden(session: TenantSession, *, bookshop_id: int, isbn: int, at: datetime) -> Hidden | None:
    """Why readers do not see a title on a bookshop's shelves; None where they do."""
    return rules.why_hidden(facts(session, bookshop_id=bookshop_id, isbn=isbn, at=at))


def _is_open(session: TenantSession, bookshop_id: int, at: datetime) -> bool:
    """Whether readers see anything of the shelves of a bookshop."""
    directory, files = known(session, marks=marks_now(session), at=at)
    place = directory.place(bookshop_id)
    if place is None:
        return False
    serving = directory.active & ~directory.back_room & ~directory.day(at).away
    return bool((serving & files.newer_than(at - directory.hide))[place])


def _on_shelf(statement: Select[*tuple[Any, ...]], bookshop_id: int) -> Select[*tuple[Any, ...]]:
    """Only books of which a copy may be shown."""
    free: ColumnElement[Any] = StockLine.quantity - held_copies()
    return statement.join(StockLine, StockLine.isbn == Book.isbn).where(
        StockLine.bookshop_id == bookshop_id,
        StockLine.verdict == Verdict.VISIBLE,
        StockLine.quantity > 0,
        free > 0,
        Book.price_cents.is_not(None),
        Book.availability.not_in(SALES_STOPPED),
    )

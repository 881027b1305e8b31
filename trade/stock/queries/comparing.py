"""What a new stock file is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, Category
from trade.members.models import StoredFile
from trade.stock.models import BookshopStock, FeedRun, StockLine
from trade.stock.rules import Guards, KnownBook, Last, Title
from trade.stock.settings import HELD_PRICE_MOVED, HELD_PRICE_SHARE, HELD_REMOVED_SHARE
from trade.stock.sheet import SEVERAL_PRICES


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
        select(StockLine.isbn, StockLine.quantity, StockLine.declared_cents, StockLine.price).where(
            StockLine.bookshop_id == bookshop_id
        )
    )
    return {isbn: Title(quantity, cents, price == SEVERAL_PRICES) for isbn, quantity, cents, price in rows}


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

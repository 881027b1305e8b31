"""The titles in stock, and the two logs: prices in error, rare books."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, and_, func, select

from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, Category
from trade.catalogue.rules import fold
from trade.stock.models import RareTitle, StockLine
from trade.stock.queries.copies import held_copies
from trade.stock.queries.pages import page
from trade.stock.rules import Gap, Verdict


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
    return session.execute(page(statement, limit=limit, offset=offset)).all()


def verdict_counts(session: TenantSession, *, bookshop_id: int) -> dict[str, int]:
    """How many titles in stock have each verdict."""
    rows = session.execute(
        select(StockLine.verdict, func.count())
        .where(StockLine.bookshop_id == bookshop_id, StockLine.quantity > 0)
        .group_by(StockLine.verdict)
    )
    return {row[0]: row[1] for row in rows}


def unknown(session: TenantSession, *, bookshop_id: int, limit: int = 50, offset: int = 0) -> Sequence[StockLine]:
    """Titles in stock that the catalogue does not know yet."""
    statement = (
        select(StockLine)
        .where(StockLine.bookshop_id == bookshop_id, StockLine.verdict == Verdict.UNKNOWN_BOOK, StockLine.quantity > 0)
        .order_by(StockLine.isbn)
    )
    return session.scalars(page(statement, limit=limit, offset=offset)).all()


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
    return session.execute(page(statement, limit=limit, offset=offset)).all()


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
    return session.execute(page(statement, limit=limit, offset=offset)).all()


def price_gaps(session: TenantSession, *, bookshop_id: int) -> list[Gap]:
    """The two prices of every title in stock that has both, with its category: what a threshold decides on."""
    rows = session.execute(
        select(Category.key, Book.price_cents, StockLine.declared_cents)
        .select_from(StockLine)
        .join(Book, Book.isbn == StockLine.isbn)
        .join(Category, Category.id == Book.category_id)
        .where(
            StockLine.bookshop_id == bookshop_id,
            StockLine.quantity > 0,
            StockLine.verdict.in_((Verdict.VISIBLE, Verdict.PRICE_ERROR)),
        )
    )
    return [
        Gap(category, network, declared)
        for category, network, declared in rows
        if network is not None and declared is not None
    ]

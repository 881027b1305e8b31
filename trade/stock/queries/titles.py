"""The titles in stock, the two logs (prices in error, rare books), and what another threshold would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, Category
from trade.catalogue.rules import fold
from trade.stock.models import AcceptedPrice, RareTitle, StockLine
from trade.stock.queries.copies import held_copies
from trade.stock.queries.pages import page
from trade.stock.rules import Gap, Verdict, price_within


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
) -> Sequence[Row[StockLine, Book, bool]]:
    """The price-error log (T111): real stock that is hidden since its price is too far from the network's.

    Each with whether the bookseller accepts that it is hidden at these prices; those come last, else the furthest
    apart first. A title is here if and only if its verdict hides it for that.
    """
    apart = func.abs(Book.price_cents - StockLine.declared_cents) * 10_000 / StockLine.declared_cents
    accepted = AcceptedPrice.isbn.is_not(None)
    statement = (
        select(StockLine, Book, accepted)
        .join(Book, Book.isbn == StockLine.isbn)
        .outerjoin(AcceptedPrice, _accepted_at_these_prices())
        .where(_in_error(bookshop_id))
        .order_by(accepted, apart.desc(), StockLine.bookshop_id, StockLine.isbn)
    )
    return session.execute(page(statement, limit=limit, offset=offset)).all()


def _accepted_at_these_prices() -> ColumnElement[bool]:
    return and_(
        AcceptedPrice.bookshop_id == StockLine.bookshop_id,
        AcceptedPrice.isbn == StockLine.isbn,
        AcceptedPrice.declared_cents == StockLine.declared_cents,
        AcceptedPrice.network_cents == Book.price_cents,
    )


def count_price_errors(session: TenantSession, *, bookshop_id: int | None = None, open_only: bool = False) -> int:
    """How many titles the price-error log holds; with ``open_only`` those that the bookseller has not accepted."""
    counted = select(func.count()).select_from(StockLine).where(_in_error(bookshop_id))
    if open_only:
        counted = (
            counted.join(Book, Book.isbn == StockLine.isbn)
            .outerjoin(AcceptedPrice, _accepted_at_these_prices())
            .where(AcceptedPrice.isbn.is_(None))
        )
    return session.scalar(counted) or 0


def rare_titles(
    session: TenantSession, *, bookshop_id: int | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Row[RareTitle, Book]]:
    """The rare-books log (T109): what is not marked yet first, then titles that nobody else has."""
    statement = (
        select(RareTitle, Book)
        .join(Book, Book.isbn == RareTitle.isbn)
        .order_by(RareTitle.mark != "", RareTitle.holders, Book.sort_key, RareTitle.id)
    )
    if bookshop_id is not None:
        statement = statement.where(RareTitle.bookshop_id == bookshop_id)
    return session.execute(page(statement, limit=limit, offset=offset)).all()


def price_gaps(session: TenantSession, *, bookshop_id: int) -> list[Gap]:
    """The two prices of every title in stock that has both, with its category: what a threshold decides on."""
    rows = session.execute(_priced(bookshop_id))
    return [Gap(category, network, declared) for _, category, network, declared in rows]


@dataclass(frozen=True)
class Moved:
    """A title that other thresholds would show, or hide."""

    book: Book
    declared: int
    shown: bool


@dataclass(frozen=True)
class Effect:
    """What other thresholds would do: how many titles they would show and hide, and some of each."""

    shown: int
    hidden: int
    samples: list[Moved]


def effect_of(
    session: TenantSession,
    *,
    bookshop_id: int,
    present: Mapping[str, int],
    wanted: Mapping[str, int],
    samples: int = 6,
) -> Effect:
    """The effect of other thresholds (per ten thousand, by category) on a bookshop's stock, before they are saved.

    A category without a threshold tolerates nothing, as in ``rules.verdict_on``. The samples are the furthest apart
    of those that would appear, and the nearest of those that would go.
    """
    rows = session.execute(_priced(bookshop_id)).all()
    moved = []
    for isbn, category, network, declared in rows:
        before = price_within(network, declared, threshold=present.get(category, 0))
        after = price_within(network, declared, threshold=wanted.get(category, 0))
        if before != after:
            moved.append((after, abs(network - declared) / max(declared, 1), isbn, declared))
    appear = sorted((entry for entry in moved if entry[0]), key=lambda entry: (-entry[1], entry[2]))
    go = sorted((entry for entry in moved if not entry[0]), key=lambda entry: (entry[1], entry[2]))
    chosen = appear[:samples] + go[:samples]
    books = {
        book.isbn: book for book in session.scalars(select(Book).where(Book.isbn.in_([entry[2] for entry in chosen])))
    }
    return Effect(len(appear), len(go), [Moved(books[isbn], declared, shown) for shown, _, isbn, declared in chosen])


def _priced(bookshop_id: int) -> Select[*tuple[Any, ...]]:
    """Every title in stock that has both prices."""
    return (
        select(StockLine.isbn, Category.key, Book.price_cents, StockLine.declared_cents)
        .select_from(StockLine)
        .join(Book, Book.isbn == StockLine.isbn)
        .join(Category, Category.id == Book.category_id)
        .where(
            StockLine.bookshop_id == bookshop_id,
            StockLine.quantity > 0,
            StockLine.verdict.in_((Verdict.VISIBLE, Verdict.PRICE_ERROR)),
            Book.price_cents.is_not(None),
            StockLine.declared_cents.is_not(None),
        )
    )

"""The stock of the whole network as columns: what the nightly logs are made from, in a system scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from trade.base.columns import read_columns
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, Category
from trade.catalogue.records import Availability
from trade.distributors.models import Distributor, DistributorStock, TrustedDistributor
from trade.members.models import Bookshop
from trade.stock.columns import Titles
from trade.stock.models import BookshopStock, RareTitle, StockLine, StockSnapshot
from trade.stock.packing import unpack_titles
from trade.stock.queries.comparing import Books, lines_of
from trade.stock.rules import Verdict
from trade.stock.sheet import NO_PRICE

Isbns = NDArray[np.int64]
Numbers = NDArray[np.int32]
#: Not rare however few bookshops have it: it is printed when somebody asks, or it is not out yet (A16).
NEVER_RARE = (Availability.PRINT_ON_DEMAND, Availability.FORTHCOMING)


@dataclass(frozen=True)
class Shelf:
    """What one active bookshop has; ``vat_included``: the prices of its titles hold VAT."""

    bookshop_id: int
    titles: Titles
    vat_included: bool


def shelves(session: TenantSession) -> Iterator[Shelf]:
    """The stock of every active bookshop, one after the other, from the packed snapshots."""
    rows = session.execute(
        select(Bookshop.id, func.coalesce(BookshopStock.vat_included, True), StockSnapshot.data)
        .outerjoin(BookshopStock, BookshopStock.bookshop_id == Bookshop.id)
        .outerjoin(StockSnapshot, StockSnapshot.bookshop_id == Bookshop.id)
        .where(Bookshop.state == "active")
        .order_by(Bookshop.id)
        .execution_options(yield_per=100)
    )
    for bookshop_id, vat_included, data in rows:
        titles = lines_of(session, bookshop_id=bookshop_id) if data is None else unpack_titles(data)
        yield Shelf(bookshop_id, titles.held, vat_included)


def every_book(session: TenantSession) -> Books:
    """Price, category and VAT of the whole catalogue."""
    categories = session.execute(select(Category.id, Category.key).order_by(Category.id)).all()
    columns = read_columns(
        session,
        select(
            Book.isbn,
            func.coalesce(Book.price_cents, NO_PRICE).label("price"),
            Book.category_id,
            func.coalesce(Book.vat_rate, -1).label("vat_rate"),
        ),
        isbn=np.int64,
        price=np.int32,
        category=np.int64,
        vat_rate=np.int32,
    )
    order = np.argsort(columns["isbn"])
    return Books(
        isbn=columns["isbn"][order],
        price=columns["price"][order],
        category=np.searchsorted([row.id for row in categories], columns["category"][order]),
        vat_rate=columns["vat_rate"][order],
        categories=tuple(row.key for row in categories),
    )


def price_errors_now(session: TenantSession) -> dict[int, Isbns]:
    """By bookshop, the ISBNs that are hidden for their price, sorted."""
    found = read_columns(
        session,
        select(StockLine.bookshop_id, StockLine.isbn).where(
            StockLine.verdict == Verdict.PRICE_ERROR, StockLine.quantity > 0
        ),
        bookshop=np.int32,
        isbn=np.int64,
    )
    order = np.lexsort((found["isbn"], found["bookshop"]))
    shops, isbns = found["bookshop"][order], found["isbn"][order]
    ids, begins = np.unique(shops, return_index=True)
    return dict(zip(ids.tolist(), np.split(isbns, begins[1:]), strict=True)) if len(ids) else {}


def not_rare(session: TenantSession) -> Isbns:
    """The ISBNs that are not rare whoever has them: those of distributors that somebody trusts, those that are printed
    on demand or not out yet, and those that the catalogue does not know."""
    trusted = select(TrustedDistributor.distributor_id).where(TrustedDistributor.switched_on)
    asked = (
        select(DistributorStock.isbn)
        .join(Distributor, Distributor.id == DistributorStock.distributor_id)
        .where(Distributor.state == "active", Distributor.id.in_(trusted)),
        select(Book.isbn).where(Book.availability.in_(NEVER_RARE)),
        select(StockLine.isbn).where(StockLine.verdict == Verdict.UNKNOWN_BOOK).distinct(),
    )
    found = [read_columns(session, statement, isbn=np.int64)["isbn"] for statement in asked]
    return np.unique(np.concatenate(found))


def rare_now(session: TenantSession) -> dict[str, NDArray[np.int64]]:
    """The rare-books log as it stands, as columns: bookshop_id, isbn, copies, holders."""
    columns = read_columns(
        session,
        select(RareTitle.bookshop_id, RareTitle.isbn, RareTitle.copies, RareTitle.holders),
        bookshop_id=np.int64,
        isbn=np.int64,
        copies=np.int32,
        holders=np.int32,
    )
    return {name: column.astype(np.int64) for name, column in columns.items()}


def popularity_now(session: TenantSession) -> tuple[Isbns, Numbers]:
    """Every book with the popularity that it has."""
    books = read_columns(session, select(Book.isbn, Book.popularity), isbn=np.int64, popularity=np.int32)
    return books["isbn"], books["popularity"]

"""The stock of the whole network as columns: what the nightly logs are made from, in a system scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from trade.base.columns import read_columns
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.records import Availability
from trade.distributors.models import Distributor, DistributorStock, TrustedDistributor
from trade.members.models import Bookshop
from trade.stock.models import RareTitle, StockLine
from trade.stock.rules import Verdict

Isbns = NDArray[np.int64]
Numbers = NDArray[np.int32]
#: Not rare however few bookshops have it: it is printed when somebody asks, or it is not out yet (A16).
NEVER_RARE = (Availability.PRINT_ON_DEMAND, Availability.FORTHCOMING)


@dataclass(frozen=True)
class Shelf:
    """What one bookshop has: titles in the order of their ISBNs, and copies of each."""

    bookshop_id: int
    isbn: Isbns
    copies: Numbers


def shelves(session: TenantSession) -> Iterator[Shelf]:
    """The stock of every active bookshop, one after the other."""
    active = session.scalars(select(Bookshop.id).where(Bookshop.state == "active").order_by(Bookshop.id)).all()
    for bookshop_id in active:
        lines = read_columns(
            session,
            select(StockLine.isbn, StockLine.quantity)
            .where(StockLine.bookshop_id == bookshop_id, StockLine.quantity > 0)
            .order_by(StockLine.isbn),
            isbn=np.int64,
            copies=np.int32,
        )
        yield Shelf(bookshop_id, lines["isbn"], lines["copies"])


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

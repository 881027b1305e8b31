"""Books are made from what all sources say of them: one set-based pass for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Integer, Table, Text, delete, func, insert, select, update

from trade.base.errors import Refused
from trade.base.sets import put_rows, row_table
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.actions.categories import ensure_categories
from trade.catalogue.actions.pricing import keep_prices
from trade.catalogue.actions.sources import ranks_of
from trade.catalogue.engines import note_changed
from trade.catalogue.models import Author, Book, BookDetail
from trade.catalogue.records import Availability
from trade.catalogue.rules import Made, Said, made
from trade.catalogue.settings import VAT_RATES
from trade.stock.actions import rejudge_books

JUDGED = ("price_cents", "category_id", "availability")
"""What a verdict on stock depends on."""

Row = dict[str, Any]


def renew(
    session: TenantSession, *, statements: Mapping[int, Mapping[str, Said]], isbns: Sequence[int], at: datetime
) -> None:
    """Make these books anew from the statements on them; write only what differs, and judge their stock again.

    A book of which nobody speaks any more stays as it was, but nobody delivers it. Raises Refused for a category
    that does not exist.
    """
    maker = _Maker(session, at)
    books = {isbn: maker.book(isbn, said) for isbn in isbns if (said := statements.get(isbn))}
    before = _books(session, isbns)
    orphans = [isbn for isbn in isbns if isbn not in books and isbn in before]
    _forsake(session, orphans)
    written = [row for isbn, (row, _) in books.items() if before.get(isbn) != row]
    if written:
        session.execute(put_rows(_table(Book), written))
    renamed = _keep_contributors(session, {isbn: book.contributors for isbn, (_, book) in books.items()}, before)
    _keep_details(session, {isbn: book.details for isbn, (_, book) in books.items()})
    keep_prices(session, lines={isbn: book.prices for isbn, (_, book) in books.items()}, known=before.keys(), at=at)
    note_changed(session, isbns={row["isbn"] for row in written} | renamed | set(orphans))
    moved = [row["isbn"] for row in written if _judged_otherwise(before.get(row["isbn"]), row)]
    if moved or orphans:
        rejudge_books(session, isbns=[*moved, *orphans], at=at)


class _Maker:
    """Makes the rows of one batch; what is the same for all of its books is asked once."""

    def __init__(self, session: TenantSession, at: datetime) -> None:
        self.ranks = ranks_of(session)
        self.categories = ensure_categories(session)
        self.rates: Mapping[str, int] = value_of(session, VAT_RATES, at=at)
        self.country = session.profile.country
        self.today = at.astimezone(ZoneInfo(session.profile.time_zone)).date()

    def book(self, isbn: int, statements: Mapping[str, Said]) -> tuple[Row, Made]:
        """The row of a book, and all that its sources make of it."""
        book = made(statements, isbn=isbn, ranks=self.ranks, country=self.country, today=self.today, rates=self.rates)
        if book.category not in self.categories:
            raise Refused(N_("There is no category “%(category)s”."), category=book.category)
        return book.values | {"category_id": self.categories[book.category]}, book


def _books(session: TenantSession, isbns: Sequence[int]) -> dict[int, Row]:
    columns = [column for column in _table(Book).c if column.name not in {"popularity", "created_at"}]
    found = session.execute(select(*columns).where(Book.isbn == func.any(list(isbns)))).mappings()
    return {row["isbn"]: dict(row) for row in found}


def _judged_otherwise(before: Row | None, now: Row) -> bool:
    return before is None or any(before[name] != now[name] for name in JUDGED)


def _forsake(session: TenantSession, isbns: list[int]) -> None:
    if isbns:
        session.execute(
            update(Book)
            .where(Book.isbn == func.any(isbns))
            .values(availability=Availability.NOT_OURS, availability_source="", available_on=None)
            .execution_options(synchronize_session=False)
        )


def _keep_contributors(
    session: TenantSession, wanted: Mapping[int, list[tuple[str, str]]], before: Mapping[int, Row]
) -> set[int]:
    """Write the contributors of the books where they differ; returns which those are."""
    present: dict[int, list[tuple[str, str]]] = {}
    known = [isbn for isbn in wanted if isbn in before]
    if known:
        kept = select(Author.isbn, Author.name, Author.role).where(Author.isbn == func.any(known))
        for isbn, name, role in session.execute(kept.order_by(Author.isbn, Author.position)):
            present.setdefault(isbn, []).append((name, role))
    changed = {isbn for isbn, names in wanted.items() if present.get(isbn, []) != names}
    gone = [isbn for isbn in changed if isbn in present]
    if gone:
        session.execute(
            delete(Author).where(Author.isbn == func.any(gone)).execution_options(synchronize_session=False)
        )
    rows = [
        {"isbn": isbn, "position": place, "name": name, "role": role}
        for isbn in changed
        for place, (name, role) in enumerate(wanted[isbn])
    ]
    if rows:
        given = row_table({"isbn": BigInteger, "position": Integer, "name": Text, "role": Text}, rows)
        session.execute(insert(Author).from_select(list(rows[0]), select(*given.c)))
    return changed


def _keep_details(session: TenantSession, wanted: Mapping[int, Row]) -> None:
    """Write the long things where they differ; a book without any has no row."""
    found = session.execute(select(*_table(BookDetail).c).where(BookDetail.isbn == func.any(list(wanted)))).mappings()
    present = {row["isbn"]: dict(row) for row in found}
    rows = [
        row
        for isbn, row in wanted.items()
        if row != present.get(isbn) and (isbn in present or any(row[name] for name in row if name != "isbn"))
    ]
    if rows:
        session.execute(put_rows(_table(BookDetail), rows))


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table

"""What must hold of the catalogue: books are what their sources say, have one price, are found, and are books.

What would take minutes for millions of books is looked at in a sample, another one each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, Table, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from trade.base.invariants import MOST_SHOWN, Invariant, invariant
from trade.base.models import Effect
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.engines import AsItIs, Ask, Word, index_as_it_is
from trade.catalogue.engines.analysis import telling
from trade.catalogue.models import (
    Author,
    Book,
    BookDetail,
    BookPrice,
    BookSource,
    CatalogueSource,
    Category,
    SearchChange,
    SearchCopy,
)
from trade.catalogue.records import Form
from trade.catalogue.rules import PRICE_COLUMNS, Said, made, opened

SAMPLE: Final = 1_000
"""So many books are compared with what their sources say, and looked for in the index."""
RENEWING: Final = "catalogue.renew"
"""The effect that follows a new order of sources: until it is done, books of several sources may be behind."""
_NO_DAY: Final = date.min

Sources = Mapping[str, Said]


def invariants(session: TenantSession) -> list[Invariant]:
    """What must hold of the catalogue, whoever told what (``bin/mostrador check``). Scope system."""
    books = session.scalar(select(func.count()).select_from(Book)) or 0
    sample = _sample(session, books)
    told = _told(session, sample)
    coming = session.scalar(select(func.count()).select_from(BookPrice).where(_waiting())) or 0
    index = index_as_it_is(session)
    looked_for = sample if index is not None else []
    return [
        invariant(N_("Every book says what its sources say of it"), len(told), _made_otherwise(session, told)),
        invariant(N_("Every book has the one price that is in force"), books, session.scalars(_priced_otherwise())),
        invariant(N_("No two prices of a book begin on the same coming day"), coming, session.scalars(_begun_twice())),
        invariant(N_("Changes are noted for the search index in use"), int(index is not None), _behind(session, index)),
        invariant(N_("The search index finds every book as it is"), len(looked_for), _lost(session, index, looked_for)),
        invariant(N_("Nothing but books is in the catalogue"), books, session.scalars(_no_books())),
    ]


def _sample(session: TenantSession, books: int) -> list[int]:
    """Some books of the whole catalogue, or all of a small one."""
    table = _table(Book)
    if books <= SAMPLE:
        return list(session.scalars(select(table.c.isbn)))
    some = table.tablesample(func.system(min(100.0, 300.0 * SAMPLE / books)))
    return list(session.scalars(select(some.c.isbn).limit(SAMPLE)))


# --- what its sources say ---------------------------------------------------------------------------


def _told(session: TenantSession, isbns: Sequence[int]) -> dict[int, Sources]:
    """What is said of those books of which somebody speaks."""
    rows = (
        select(BookSource.isbn, CatalogueSource.key, BookSource.fields)
        .join(CatalogueSource, CatalogueSource.id == BookSource.source_id)
        .where(BookSource.isbn == func.any(list(isbns)))
    )
    told: dict[int, dict[str, Said]] = {}
    for isbn, key, fields in session.execute(rows):
        told.setdefault(isbn, {})[key] = opened(fields)
    if session.scalar(select(exists().where(Effect.kind == RENEWING, Effect.state == "pending"))):
        return {isbn: said for isbn, said in told.items() if len(said) == 1}
    return dict(told)


def _made_otherwise(session: TenantSession, told: Mapping[int, Sources]) -> list[str]:
    """Books with the first of their columns that its sources would make otherwise."""
    ranks = {row.key: row.ranks for row in session.execute(select(CatalogueSource.key, CatalogueSource.ranks))}
    books = _rows(session, select(*_table(Book).c, Category.key.label("category")).join(Category), Book.isbn, told)
    details = _rows(session, select(*_table(BookDetail).c), BookDetail.isbn, told)
    people: dict[int, list[tuple[str, str]]] = {}
    named = select(Author.isbn, Author.name, Author.role).where(Author.isbn == func.any(list(told)))
    for isbn, name, role in session.execute(named.order_by(Author.isbn, Author.position)):
        people.setdefault(isbn, []).append((name, role))
    broken = []
    for isbn, said in told.items():
        country = session.profile.country
        book = made(said, isbn=isbn, ranks=ranks, country=country, today=_NO_DAY, rates={})
        wanted: dict[str, Any] = {**book.values, "category": book.category, "contributors": book.contributors}
        wanted |= {name: value for name, value in book.details.items() if isbn in details or value}
        found = {**books.get(isbn, {}), **details.get(isbn, {}), "contributors": people.get(isbn, [])}
        left_out = () if _is_priced_for_good(said) else (*PRICE_COLUMNS, "category")
        wrong = [name for name, value in wanted.items() if name not in left_out and found.get(name) != value]
        broken += [f"{isbn} {name}" for name in wrong[:1]]
    return broken


def _rows(
    session: TenantSession, rows: Select[Any], isbn: Any, wanted: Mapping[int, object]
) -> dict[int, dict[str, Any]]:
    found = session.execute(rows.where(isbn == func.any(list(wanted)))).mappings()
    return {row["isbn"]: dict(row) for row in found}


def _is_priced_for_good(said: Sources) -> bool:
    """Whether the price follows from what is said alone: not from the day, nor from the usual VAT of that time."""
    prices = [price for each in said.values() for price in each.get("prices") or ()]
    return all(
        price.keys().isdisjoint(("from", "until")) and ("rate" in price or not price.get("net")) for price in prices
    )


# --- prices -------------------------------------------------------------------------------------------


def _waiting() -> ColumnElement[bool]:
    return and_(BookPrice.applied_at.is_(None), BookPrice.withdrawn_at.is_(None))


def _priced_otherwise() -> Select[int]:
    """Books whose price is neither the last that came into force nor one whose day came while a feed was read."""
    last = (
        select(BookPrice.isbn, BookPrice.cents)
        .where(BookPrice.applied_at.is_not(None), BookPrice.withdrawn_at.is_(None))
        .ext(distinct_on(BookPrice.isbn))
        .order_by(BookPrice.isbn, BookPrice.valid_from.desc(), BookPrice.id.desc())
        .subquery("last")
    )
    due = exists().where(
        _waiting(), BookPrice.isbn == Book.isbn, BookPrice.cents.is_not_distinct_from(Book.price_cents)
    )
    wrong = (Book.price_cents.is_distinct_from(last.c.cents), ~due)
    return select(Book.isbn).outerjoin(last, last.c.isbn == Book.isbn).where(*wrong).limit(MOST_SHOWN)


def _begun_twice() -> Select[int]:
    several = func.count() > 1
    return (
        select(BookPrice.isbn)
        .where(_waiting())
        .group_by(BookPrice.isbn, BookPrice.valid_from)
        .having(several)
        .limit(MOST_SHOWN)
    )


# --- the search index ---------------------------------------------------------------------------------


def _behind(session: TenantSession, index: AsItIs | None) -> list[str]:
    """The copy of this machine, where changes are noted for another generation and nobody builds it now."""
    if index is None or index.busy:
        return []
    registered = session.scalar(select(SearchCopy.generation).where(SearchCopy.name == index.name))
    return [] if registered == index.generation else [index.name]


def _lost(session: TenantSession, index: AsItIs | None, isbns: Sequence[int]) -> list[int]:
    """Books that the index does not find by their title, though no change of them waits to be read."""
    if index is None or not (lost := _not_found(session, index, isbns)):
        return []
    # One that changed and was read again between the two looks is found by the second.
    return _not_found(session, index_as_it_is(session) or index, lost)


def _not_found(session: TenantSession, index: AsItIs, isbns: Sequence[int]) -> list[int]:
    titles = session.execute(select(Book.isbn, Book.title).where(Book.isbn == func.any(list(isbns)))).all()
    copies = select(SearchCopy.id).where(SearchCopy.name == index.name).scalar_subquery()
    waiting = set(session.scalars(select(SearchChange.isbn).where(SearchChange.copy_id == copies)))
    return [
        isbn
        for isbn, title in titles
        if isbn not in waiting
        and index.engine.count(Ask(tuple(Word(word) for word in telling(title)), isbns=(isbn, isbn))) != 1
    ]


# --- books --------------------------------------------------------------------------------------------


def _no_books() -> Select[int]:
    """What a feed calls no book, music (979-0), and numbers that are no ISBN."""
    digits = ((Book.isbn // literal(10**place, BigInteger)) % 10 * (3 if place % 2 else 1) for place in range(13))
    summed: Any = sum(digits, literal(0, BigInteger))
    number = Book.isbn.between(9_780_000_000_000, 9_799_999_999_999) & ~Book.isbn.between(
        9_790_000_000_000, 9_790_999_999_999
    )
    is_book = and_(number, summed % 10 == 0)
    return select(Book.isbn).where(or_(Book.form == Form.NOT_A_BOOK, ~is_book)).limit(MOST_SHOWN)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table

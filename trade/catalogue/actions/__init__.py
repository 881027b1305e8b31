"""Putting books, prices and categories into the catalogue; stock that waited for them is judged anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from trade.base import journal
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.models import Author, Book, BookPrice, Category, SearchWord
from trade.catalogue.queries import book as known_book
from trade.catalogue.rules import NewBook, search_key, set_upright, sort_key
from trade.stock.actions import rejudge_books

BATCH = 500

CATEGORIES = (
    ("fixed_price", {"es": "Libros de precio fijo", "fr": "Livres à prix unique", "en": "Fixed-price books"}),
    ("textbook", {"es": "Libros de texto", "fr": "Manuels scolaires", "en": "Textbooks"}),
    ("imported", {"es": "Libros importados", "fr": "Livres importés", "en": "Imported books"}),
    ("non_book", {"es": "Otros artículos", "fr": "Autres articles", "en": "Other articles"}),
)
"""The categories a network starts with (A14); staff add others."""


def ensure_categories(session: TenantSession) -> dict[str, int]:
    """Make sure that the first categories exist; returns the id of every category by its key."""
    rows = [{"key": key, "names": names, "position": place} for place, (key, names) in enumerate(CATEGORIES)]
    session.execute(upsert(Category).values(rows).on_conflict_do_nothing(index_elements=["key"]))
    return {row.key: row.id for row in session.execute(select(Category.key, Category.id))}


def add_books(session: TenantSession, *, books: Iterable[NewBook], at: datetime, source: str) -> int:
    """Add books, or bring known ones up to date; returns how many. A new price is dated ``at``.

    Raises Refused for a category that does not exist.
    """
    categories = ensure_categories(session)
    upright = list({book.isbn: set_upright(book) for book in books}.values())
    for start in range(0, len(upright), BATCH):
        some = upright[start : start + BATCH]
        _store(session, some, categories, at, source)
        rejudge_books(session, isbns=[book.isbn for book in some], at=at)
    return len(upright)


def set_price(session: TenantSession, *, isbn: int, cents: int, at: datetime, source: str) -> None:
    """Change the network's price of a book (VAT included); the old one stays in its history.

    Raises NotFound for an unknown book, Refused for a price that is not positive.
    """
    book = known_book(session, isbn=isbn)
    if cents <= 0:
        raise Refused(N_("A price is more than zero."), field="price")
    if book.price_cents == cents:
        return
    book.price_cents = cents
    book.price_is_sample = False
    session.add(BookPrice(isbn=isbn, cents=cents, valid_from=at, source=source))
    session.flush()
    journal.write(session, action="book.priced", thing="book", thing_id=isbn, at=at, details={"cents": cents})
    rejudge_books(session, isbns=[isbn], at=at)


def _store(
    session: TenantSession, books: Sequence[NewBook], categories: dict[str, int], at: datetime, source: str
) -> None:
    isbns = [book.isbn for book in books]
    known = {
        isbn: (price, words)
        for isbn, price, words in session.execute(
            select(Book.isbn, Book.price_cents, Book.search_key).where(Book.isbn.in_(isbns))
        )
    }
    rows = [_row(book, categories) for book in books]
    given = upsert(Book).values(rows)
    session.execute(
        given.on_conflict_do_update(
            index_elements=["isbn"], set_={name: given.excluded[name] for name in rows[0] if name != "isbn"}
        )
    )
    _store_authors(session, books)
    _store_prices(session, books, {isbn: price for isbn, (price, _) in known.items()}, at, source)
    _count_words(session, rows, {isbn: words for isbn, (_, words) in known.items()})


def _row(book: NewBook, categories: dict[str, int]) -> dict[str, Any]:
    if book.category not in categories:
        raise Refused(N_("There is no category “%(category)s”."), category=book.category)
    return {
        "isbn": book.isbn,
        "title": book.title,
        "subtitle": book.subtitle,
        "publisher": book.publisher,
        "year": book.year,
        "language": book.language,
        "pages": book.pages,
        "weight_grams": book.weight_grams,
        "weight_is_estimate": book.weight_is_estimate,
        "subject": book.subject,
        "collection": book.collection,
        "category_id": categories[book.category],
        "price_cents": book.price_cents,
        "price_is_sample": book.price_is_sample,
        "search_key": search_key(title=book.title, subtitle=book.subtitle, authors=book.authors),
        "sort_key": sort_key(book.title),
    }


def _store_authors(session: TenantSession, books: Sequence[NewBook]) -> None:
    session.execute(delete(Author).where(Author.isbn.in_([book.isbn for book in books])))
    rows = [
        {"isbn": book.isbn, "position": place, "name": name}
        for book in books
        for place, name in enumerate(book.authors)
    ]
    if rows:
        session.execute(insert(Author), rows)


def _store_prices(
    session: TenantSession, books: Sequence[NewBook], known: dict[int, int | None], at: datetime, source: str
) -> None:
    rows = [
        {"isbn": book.isbn, "cents": book.price_cents, "valid_from": at, "source": source}
        for book in books
        if book.price_cents is not None and known.get(book.isbn) != book.price_cents
    ]
    if rows:
        session.execute(insert(BookPrice), rows)


def _count_words(session: TenantSession, rows: Sequence[dict[str, Any]], before: dict[int, str]) -> None:
    """Keep the number of books per word: the new words of each book count one up, those it lost one down."""
    moved: Counter[str] = Counter()
    for row in rows:
        moved.update(set(row["search_key"].split()))
        moved.subtract(set(before.get(row["isbn"], "").split()))
    changed = [{"word": word, "books": count} for word, count in sorted(moved.items()) if count]
    if changed:
        given = upsert(SearchWord).values(changed)
        session.execute(
            given.on_conflict_do_update(
                index_elements=["word"], set_={"books": SearchWord.books + given.excluded.books}
            )
        )

"""Reading books of the catalogue by what they are."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, lazyload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Author, Book, Category


def book(session: TenantSession, *, isbn: int) -> Book:
    """The book of that ISBN. Raises NotFound where the catalogue does not know it."""
    found = session.get(Book, isbn)
    if found is None:
        raise NotFound()
    return found


def whole_book(session: TenantSession, *, isbn: int) -> Book:
    """The book with everything its page tells, in two statements. Raises NotFound where the catalogue has it not."""
    statement = select(Book).where(Book.isbn == isbn)
    everything = (joinedload(Book.detail), selectinload(Book.contributors), lazyload(Book.authors))
    found = session.scalars(statement.options(*everything)).one_or_none()
    if found is None:
        raise NotFound()
    set_committed_value(found, "authors", [person for person in found.contributors if person.role == "author"])
    return found


def books(session: TenantSession, *, isbns: Iterable[int]) -> dict[int, Book]:
    """The known ones of these books by ISBN, authors and categories loaded."""
    wanted = list(isbns)
    if not wanted:
        return {}
    return {found.isbn: found for found in session.scalars(select(Book).where(Book.isbn == func.any(wanted)))}


def newest(session: TenantSession, *, limit: int) -> list[Book]:
    """The books that joined the catalogue last."""
    return list(session.scalars(select(Book).order_by(Book.created_at.desc(), Book.isbn).limit(limit)))


def categories(session: TenantSession) -> list[Category]:
    """The categories in their order."""
    return list(session.scalars(select(Category).order_by(Category.position, Category.id)))


def by_author(session: TenantSession, *, book: Book, limit: int) -> list[Book]:
    """Other books of a book's first author, those asked for most first; their authors are not read."""
    if not book.authors:
        return []
    same = select(Author.isbn).where(Author.name == book.authors[0].name, Author.isbn != book.isbn)
    return list(
        session.scalars(
            select(Book)
            .where(Book.isbn.in_(same))
            .options(lazyload(Book.authors))
            .order_by(Book.popularity.desc(), Book.sort_key)
            .limit(limit)
        )
    )


def count(session: TenantSession) -> int:
    """How many books the catalogue has."""
    return session.scalar(select(func.count()).select_from(Book)) or 0


def isbns(session: TenantSession, *, offset: int, limit: int) -> list[int]:
    """A slice of all ISBNs in order."""
    return list(session.scalars(select(Book.isbn).order_by(Book.isbn).offset(offset).limit(limit)))

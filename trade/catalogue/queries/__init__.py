"""Finding books: by words in any writing, forgiving typing errors, or by ISBN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from sqlalchemy import func, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.catalogue.engines import postgres as engine
from trade.catalogue.models import Author, Book, Category
from trade.catalogue.rules import corrections, forgiven, isbn_in, words_of

LONGEST_SEARCH = 200
MOST_WORDS = 8
#: How many readings of a search with no hit are tried.
MOST_READINGS = 16
MOST_OPTIONS = 4
LARGEST_PAGE = 100


@dataclass(frozen=True)
class Found:
    """How many books were found in all, one page of them, and the words searched where a typing error was forgiven."""

    total: int = 0
    books: list[Book] = field(default_factory=list)
    corrected: str = ""


@dataclass(frozen=True)
class Suggestion:
    """What the reader may be about to type: kind is title, author, series or publisher; a title has its ISBN."""

    kind: str
    text: str
    isbn: int | None = None


def suggest(session: TenantSession, *, typed: str, limit: int = 8) -> list[Suggestion]:
    """What begins with what was typed so far, what most bookshops have first."""
    return []


def search(session: TenantSession, *, words: str, limit: int = 20, offset: int = 0, exact: bool = False) -> Found:
    """Books that hold every word, best first; an ISBN in any writing finds its book.

    Accents, case, punctuation, articles and the order of names do not matter; the last word may be unfinished.
    Where nothing is found, a typing error is forgiven unless the words are to be taken exactly.
    """
    limit, offset = min(max(limit, 1), LARGEST_PAGE), max(offset, 0)
    isbn = isbn_in(words)
    if isbn is not None:
        return _by_isbn(session, isbn, offset)
    folded = words_of(words[:LONGEST_SEARCH])[:MOST_WORDS]
    if not folded:
        return Found()
    found = _page(session, folded, limit, offset)
    if found.total or exact:
        return found
    meant = _meant(session, folded)
    if not meant:
        return Found()
    found = _page(session, meant, limit, offset)
    return Found(found.total, found.books, " ".join(meant))


def _by_isbn(session: TenantSession, isbn: int, offset: int) -> Found:
    known = session.get(Book, isbn)
    return Found(1, [known] if offset == 0 else []) if known else Found()


def _page(session: TenantSession, words: Sequence[str], limit: int, offset: int) -> Found:
    total, isbns = engine.find(session, words=words, limit=limit, offset=offset)
    known = books(session, isbns=isbns)
    return Found(total, [known[isbn] for isbn in isbns])


def _meant(session: TenantSession, words: list[str]) -> list[str]:
    """What was probably meant by words that find nothing: the reading with most books; empty where none has any."""
    known = engine.known_words(session, words=words)
    options = {word: _options(session, word) for word in words}
    for readings in (_unknown_corrected(words, known, options), _one_read_otherwise(words, options)):
        totals = [(engine.count(session, words=reading), reading) for reading in readings[:MOST_READINGS]]
        total, best = max(totals, key=lambda pair: pair[0], default=(0, []))
        if total:
            return best
    return []


def _options(session: TenantSession, word: str) -> list[str]:
    """The likeliest corrections of a word."""
    return corrections(word, engine.alike(session, word=word))[:MOST_OPTIONS] if forgiven(word) else []


def _unknown_corrected(words: list[str], known: set[str], options: Mapping[str, list[str]]) -> list[list[str]]:
    """Readings that keep every known word and correct every other one."""
    if known.issuperset(words):
        return []
    choices = [[word] if word in known else options[word] or [word] for word in words]
    return [list(reading) for reading in product(*choices)]


def _one_read_otherwise(words: list[str], options: Mapping[str, list[str]]) -> list[list[str]]:
    """Readings in which one word, known or not, was another: a slip can make a word of the catalogue."""
    return [
        [*words[:place], option, *words[place + 1 :]] for place, word in enumerate(words) for option in options[word]
    ]


def book(session: TenantSession, *, isbn: int) -> Book:
    """The book of that ISBN. Raises NotFound where the catalogue does not know it."""
    found = session.get(Book, isbn)
    if found is None:
        raise NotFound()
    return found


def books(session: TenantSession, *, isbns: Iterable[int]) -> dict[int, Book]:
    """The known ones of these books by ISBN, authors and categories loaded."""
    wanted = list(isbns)
    if not wanted:
        return {}
    return {found.isbn: found for found in session.scalars(select(Book).where(Book.isbn.in_(wanted)))}


def newest(session: TenantSession, *, limit: int) -> list[Book]:
    """The books that joined the catalogue last."""
    return list(session.scalars(select(Book).order_by(Book.created_at.desc(), Book.isbn).limit(limit)))


def categories(session: TenantSession) -> list[Category]:
    """The categories in their order."""
    return list(session.scalars(select(Category).order_by(Category.position, Category.id)))


def by_author(session: TenantSession, *, book: Book, limit: int) -> list[Book]:
    """Other books of a book's first author, those asked for most first."""
    if not book.authors:
        return []
    same = select(Author.isbn).where(Author.name == book.authors[0].name, Author.isbn != book.isbn)
    return list(
        session.scalars(
            select(Book).where(Book.isbn.in_(same)).order_by(Book.popularity.desc(), Book.sort_key).limit(limit)
        )
    )


def count(session: TenantSession) -> int:
    """How many books the catalogue has."""
    return session.scalar(select(func.count()).select_from(Book)) or 0


def isbns(session: TenantSession, *, offset: int, limit: int) -> list[int]:
    """A slice of all ISBNs in order."""
    return list(session.scalars(select(Book.isbn).order_by(Book.isbn).offset(offset).limit(limit)))

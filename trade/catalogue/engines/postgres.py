"""Search in PostgreSQL: every word at the beginning of a word of the book, by a trigram index.

Good up to some hundred thousand books; past that, another engine takes this file's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, literal, or_, select

from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book, SearchWord
from trade.catalogue.rules import sort_key

NAME = "postgres"

#: Trigrams that two words must share to be looked at: low, since the edit distance decides.
ALIKE = 0.2
MOST_ALIKE = 60


def find(session: TenantSession, *, words: Sequence[str], limit: int, offset: int) -> tuple[int, list[int]]:
    """How many books hold all the folded words, and the ISBNs of one page of them, best first."""
    total = count(session, words=words)
    if total <= offset:
        return total, []
    page = select(Book.isbn).where(_holds_all(words)).order_by(*_best_first(words)).limit(limit).offset(offset)
    return total, list(session.scalars(page))


def count(session: TenantSession, *, words: Sequence[str]) -> int:
    """How many books hold all the folded words."""
    return session.scalar(select(func.count()).select_from(Book).where(_holds_all(words))) or 0


def known_words(session: TenantSession, *, words: Sequence[str]) -> set[str]:
    """Those of the words with which a word of the catalogue begins."""
    if not words:
        return set()
    begins = [(word, SearchWord.word.like(f"{word}%")) for word in words]
    found = select(*(select(SearchWord.word).where(begin, SearchWord.books > 0).exists() for _, begin in begins))
    return {word for (word, _), known in zip(begins, session.execute(found).one(), strict=True) if known}


def alike(session: TenantSession, *, word: str) -> list[tuple[str, int]]:
    """Words of the catalogue that look like this one, with the number of books each stands in."""
    session.execute(select(func.set_config("pg_trgm.similarity_threshold", str(ALIKE), True)))
    near = (
        select(SearchWord.word, SearchWord.books)
        .where(SearchWord.word.op("%")(word), SearchWord.books > 0)
        .order_by(func.similarity(SearchWord.word, word).desc(), SearchWord.books.desc(), SearchWord.word)
        .limit(MOST_ALIKE)
    )
    return [(found, books) for found, books in session.execute(near)]


def _holds_all(words: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(_holds(Book.search_key, word) for word in words))


def _holds(text: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    return text.like(f"% {word}%")


def _best_first(words: Sequence[str]) -> list[SQLColumnExpression[Any]]:
    """The title asked for, titles beginning so, titles with all words; whole words; then what most bookshops have."""
    phrase = sort_key(" ".join(words))
    title = literal(" ") + Book.sort_key
    rank = case(
        (Book.sort_key == phrase, 0),
        (or_(Book.sort_key.like(f"{phrase} %"), Book.sort_key.like(f"{phrase}%")), 1),
        (and_(*(_holds(title, word) for word in words)), 2),
        else_=3,
    )
    whole = sum((case((Book.search_key.like(f"% {word} %"), 1), else_=0) for word in words), literal(0))
    return [rank, whole.desc(), Book.popularity.desc(), Book.sort_key, Book.isbn]

"""Finding books: by words in any writing, forgiving typing errors, or by ISBN; and suggesting while somebody types."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.catalogue.engines import EVERYTHING, Ask, Engine, Hits, Narrowed, Word, engine_of
from trade.catalogue.engines.analysis import SMALL, words
from trade.catalogue.models import Book
from trade.catalogue.queries.books import books
from trade.catalogue.queries.meaning import meant
from trade.catalogue.rules import fold, isbn_in, words_of

LONGEST_SEARCH: Final = 200
MOST_WORDS: Final = 8
LARGEST_PAGE: Final = 100
DEEPEST: Final = 10_000
FEW: Final = 20
"""Fewer hits than this, and the last word is also taken for the beginning of a word."""
SHORTEST_BEGINNING: Final = 4
SHORTEST_ASKED: Final = 2
"""Letters that a beginning has at least, and where nothing is found otherwise: short ones begin very many words."""
_NUMBER = re.compile(r"^(?:isbn|ean)?(97[89][0-9]{5,9})$")


@dataclass(frozen=True)
class Searched:
    """What was asked of the index and its answer. ``corrected``: the words, where a typing error was forgiven."""

    ask: Ask | None = None
    hits: Hits = field(default_factory=Hits)
    corrected: str = ""


@dataclass(frozen=True)
class Found:
    """How many books were found in all, one page of them, and the words searched where a typing error was forgiven."""

    total: int = 0
    books: list[Book] = field(default_factory=list)
    corrected: str = ""


@dataclass(frozen=True)
class Suggestion:
    """What the reader may be about to type: a title with its ISBN, an author, series, subject or publisher."""

    kind: str
    text: str
    isbn: int | None = None
    by: str = ""


def search(session: TenantSession, *, words: str, limit: int = 20, offset: int = 0, exact: bool = False) -> Found:
    """Books that hold every word, best first; an ISBN in any writing finds its book, eight digits their books.

    Accents, case, punctuation, articles and the order of names do not matter; the last word may be unfinished.
    Where nothing is found, a typing error is forgiven unless the words are to be taken exactly.
    """
    found = searched(session, words=words, limit=limit, offset=offset, exact=exact)
    known = books(session, isbns=found.hits.isbns)
    return Found(found.hits.total, [known[isbn] for isbn in found.hits.isbns if isbn in known], found.corrected)


def searched(
    session: TenantSession,
    *,
    words: str,
    narrowed: Narrowed = EVERYTHING,
    limit: int = 20,
    offset: int = 0,
    exact: bool = False,
) -> Searched:
    """The same as :func:`search`, by ISBN and score, narrowed; and what was asked of the index."""
    found = answer(engine_of(session), words=words, narrowed=narrowed, limit=limit, offset=offset, exact=exact)
    isbn = None if found.hits.total else isbn_in(words)
    if isbn is None or narrowed != EVERYTHING:
        return found
    return replace(found, hits=_by_number(session, isbn, offset))


def answer(
    engine: Engine,
    *,
    words: str,
    narrowed: Narrowed = EVERYTHING,
    limit: int = 20,
    offset: int = 0,
    exact: bool = False,
) -> Searched:
    """What the index alone answers."""
    limit, offset = min(max(limit, 1), DEEPEST), min(max(offset, 0), DEEPEST)
    ask = _numbered(words, narrowed)
    if ask is not None:
        return Searched(ask, engine.hits(ask, limit=limit, offset=offset))
    typed = words_of(words[:LONGEST_SEARCH])[:MOST_WORDS]
    if not typed:
        return Searched()
    ask = Ask(telling_of(typed), narrowed=narrowed, typed=fold(words[:LONGEST_SEARCH]))
    found = _widened(engine, Searched(ask, engine.hits(ask, limit=limit, offset=offset)), limit, offset)
    if found.hits.total or exact:
        return found
    corrected = meant(engine, typed)
    if not corrected:
        return found
    ask = Ask(telling_of(corrected), narrowed=narrowed)
    found = _widened(engine, Searched(ask, engine.hits(ask, limit=limit, offset=offset)), limit, offset)
    return replace(found, corrected=" ".join(corrected))


def nearly(session: TenantSession, *, words: str, limit: int) -> list[int]:
    """ISBNs of books that hold all of the words but one, or at least one of two: for a search that finds nothing."""
    told = telling_of(words_of(words[:LONGEST_SEARCH])[:MOST_WORDS])
    if len(told) < 2:
        return []
    return engine_of(session).hits(Ask(told, least=len(told) - 1), limit=limit, offset=0).isbns


def suggest(session: TenantSession, *, typed: str, limit: int = 8) -> list[Suggestion]:
    """What begins with what was typed so far, what most bookshops have first."""
    found = engine_of(session).suggest(typed[:LONGEST_SEARCH], limit=min(max(limit, 1), FEW))
    return [Suggestion(each.kind, each.text, each.isbn or None, each.by) for each in found]


def telling_of(typed: list[str]) -> tuple[Word, ...]:
    """The words to look for: without small ones unless nothing else is left, numbers without leading noughts."""
    told = [word for word in typed if word not in SMALL] or typed
    return tuple(Word(part) for word in told for part in words(word))


def _by_number(session: TenantSession, isbn: int, offset: int) -> Hits:
    """A book that came this second, or while no index is there, is found by its ISBN in the catalogue itself."""
    known = session.scalar(select(Book.isbn).where(Book.isbn == isbn))
    return Hits() if known is None else Hits(1, [] if offset else [known], [] if offset else [1.0])


def _numbered(words: str, narrowed: Narrowed) -> Ask | None:
    """The ISBN that a search consists of, or the beginning of one, as a span of numbers."""
    isbn = isbn_in(words)
    if isbn is not None:
        return Ask(isbns=(isbn, isbn), narrowed=narrowed)
    begun = _NUMBER.match("".join(character for character in words.lower() if character.isalnum()))
    if begun is None or len(begun[1]) > 12:
        return None
    span = 10 ** (13 - len(begun[1]))
    return Ask(isbns=(int(begun[1]) * span, int(begun[1]) * span + span - 1), narrowed=narrowed)


def _widened(engine: Engine, found: Searched, limit: int, offset: int) -> Searched:
    """The same with the last word unfinished where few books hold all words as they stand."""
    ask = found.ask
    shortest = SHORTEST_BEGINNING if found.hits.total else SHORTEST_ASKED
    if ask is None or found.hits.total >= FEW or len(ask.words[-1].text) < shortest:
        return found
    wider = replace(ask, words=(*ask.words[:-1], Word(ask.words[-1].text, unfinished=True)))
    hits = engine.hits(wider, limit=limit, offset=offset)
    return Searched(wider, hits) if hits.total > found.hits.total else found

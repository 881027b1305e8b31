"""The search index: a copy of the catalogue made for finding, one on each web machine, that can be thrown away.

PostgreSQL stays the truth. Whoever changes a book notes it with :func:`note_changed` in the same transaction; the
index process reads noted books again (:mod:`trade.catalogue.engines.keeping`). :class:`Engine` is all that the
catalogue asks of an index: another engine is one more file beside :mod:`trade.catalogue.engines.tantivy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, cast

from sqlalchemy import ARRAY, BigInteger, bindparam, func, insert, select, true

from trade.base.tenancy import NoScope, TenantSession
from trade.catalogue.models import SearchChange, SearchCopy

REGISTERING = 727_011
"""The advisory lock that a new copy takes alone and every noter shares: no change slips in between unseen."""


def note_changed(session: TenantSession, *, isbns: Iterable[int]) -> None:
    """Ask every copy of the index to read these books again after the commit; known or not, changed or gone.

    For system and staff sessions, once a batch: the cost is two statements whatever the number of books.
    """
    changed = sorted(set(isbns))
    if not changed:
        return
    session.execute(select(func.pg_advisory_xact_lock_shared(REGISTERING)))
    given = func.unnest(bindparam("isbns", changed, ARRAY(BigInteger))).table_valued("isbn", name="given")
    books = given.render_derived()
    rows = select(SearchCopy.id, books.c.isbn).select_from(SearchCopy).join(books, true())
    session.execute(insert(SearchChange).from_select(["copy_id", "isbn"], rows))


MOST_CHOICES = 12
"""So many values of a facet are counted, the commonest ones."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of one book, as it is written in the catalogue. ``popularity``: how many hold it."""

    isbn: int
    title: str
    subtitle: str = ""
    authors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    collection: str = ""
    publisher: str = ""
    subject: str = ""
    language: str = ""
    form: str = ""
    price_cents: int | None = None
    popularity: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """One folded word that is looked for: it may be the beginning of a word, or hold some typing errors."""

    text: str
    unfinished: bool = False
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the hits are narrowed to: any of each, all of all. Prices in cents, both ends included."""

    languages: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None


EVERYTHING = Narrowed()


@dataclass(frozen=True, slots=True)
class Ask:
    """Books that hold every word, narrowed; or with ISBNs from and to. ``least``: so many of the words will do.

    ``typed`` are all folded words, small ones too: of two titles the one with the same article comes first.
    """

    words: tuple[Word, ...] = ()
    isbns: tuple[int, int] | None = None
    narrowed: Narrowed = EVERYTHING
    least: int | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """How many books were found, and the ISBNs of a page of them, best first, each with its score."""

    total: int = 0
    isbns: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Suggested:
    """Something that begins with what was typed. ``isbn`` is 0 for what is no book."""

    kind: str
    text: str
    by: str = ""
    isbn: int = 0


class Writer(Protocol):
    """Changes of an index, seen by its readers when the writer is closed without an error."""

    def replace(self, isbns: Iterable[int], entries: Iterable[Entry]) -> None: ...

    def add_names(self, kind: str, names: Iterable[tuple[str, int]]) -> None: ...


class Engine(Protocol):
    """All that the catalogue asks of a search index."""

    def hits(self, ask: Ask, *, limit: int, offset: int) -> Hits: ...

    def count(self, ask: Ask) -> int: ...

    def books_with(self, word: str) -> int: ...

    def written(self, ask: Ask, *, limit: int) -> list[str]: ...

    def facets(self, ask: Ask, *, prices: Sequence[tuple[int, int | None]]) -> Mapping[str, Mapping[str, int]]: ...

    def suggest(self, typed: str, *, limit: int) -> list[Suggested]: ...

    def writing(self, *, bulk: bool) -> AbstractContextManager[Writer]: ...


@dataclass(frozen=True)
class AsItIs:
    """This machine's index as it lies: the copy's name in the database, its generation, and whether it is written."""

    name: str
    generation: str
    busy: bool
    engine: Engine


class Search(Protocol):
    """What a session carries: where the newest engine is."""

    @property
    def ready(self) -> bool: ...

    def engine(self) -> Engine: ...

    def as_it_is(self) -> AsItIs | None: ...


def engine_of(session: TenantSession) -> Engine:
    """The newest index that this session's process sees. Raises NoScope where the session was given none."""
    return _search_of(session).engine()


def is_ready(session: TenantSession) -> bool:
    """Whether an index is there at all; else every answer is empty for now."""
    return _search_of(session).ready


def index_as_it_is(session: TenantSession) -> AsItIs | None:
    """The index of this machine without bringing it up to date first; None where there is none."""
    search = session.info.get("search")
    return None if search is None else cast(Search, search).as_it_is()


def _search_of(session: TenantSession) -> Search:
    search = session.info.get("search")
    if search is None:
        raise NoScope("No search was given to this session.")
    return cast(Search, search)

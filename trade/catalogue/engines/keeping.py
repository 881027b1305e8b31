"""Keeping the index: building it anew from PostgreSQL, and reading changed books again.

Nothing is lost by a kill at any point. Noted changes are deleted in the transaction that ends after the index was
committed: at worst they are read twice. A generation is registered in the database before its first book is read, so
that no change between the reading and the swap is missed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from trade.base.tenancy import TenantSession
from trade.catalogue.engines import REGISTERING, Entry, Writer
from trade.catalogue.engines.folder import Busy, Generation, IndexFolder, IndexReader
from trade.catalogue.engines.tantivy import TantivyIndex
from trade.catalogue.models import Author, Book, SearchChange, SearchCopy

Sessions = Callable[[], AbstractContextManager[TenantSession]]
"""Opens system sessions, each of which commits at its end."""
Told = Callable[[int, int], None]
"""Is told how many books of how many are in the index."""

BATCH: Final = 2_000
PAUSES, PAUSE = 20.0, 0.02
"""Seconds that a pause of those who note changes is waited for, and between two tries."""
PATIENCE: Final = 30.0
"""Seconds that a command waits for another writer of the index."""
MOST_POPULAR: Final = 50_000
LEAST_POPULAR: Final = 8
"""Of so many books at most, each held by so many bookshops at least, a broad search looks at first."""
UNSEEN: Final = timedelta(days=7)
"""A copy that was not seen for so long is struck off."""


def up_to_date(session: TenantSession, folder: IndexFolder) -> bool:
    """Whether the folder's index is registered and no change waits for it."""
    generation, copy = folder.current(), _copy(session, folder)
    if generation is None or copy is None or copy.generation != generation.token:
        return False
    return session.scalar(select(SearchChange.id).where(SearchChange.copy_id == copy.id).limit(1)) is None


def catch_up(reader: IndexReader, sessions: Sessions, *, at: datetime, tell: Told | None = None) -> int:
    """Read every changed book again, or build the index where there is none; returns how many books were read.

    Raises Busy where another process writes for longer than the patience.
    """
    with sessions() as session:
        if up_to_date(session, reader.folder):
            return 0
    with reader.folder.locked(seconds=PATIENCE):
        with sessions() as session:
            opened, copy = reader.folder.opened(), _copy(session, reader.folder)
        if opened is None or copy is None or copy.generation != opened[0].token:
            return _build(reader, sessions, at=at, tell=tell)
        engine, read = opened[1], 0
        while changed := _read_changed(engine, sessions, copy.id):
            read += changed
            if tell is not None:
                tell(read, read)
        return read


def rebuild(reader: IndexReader, sessions: Sessions, *, at: datetime, tell: Told | None = None) -> int:
    """Build the index anew beside the one in force, then swap; returns how many books it holds. Raises Busy."""
    with reader.folder.locked(seconds=PATIENCE):
        return _build(reader, sessions, at=at, tell=tell)


def seen(session: TenantSession, folder: IndexFolder, *, at: datetime) -> None:
    """Say that this copy lives, and strike off copies that were not seen for a week with what waits for them."""
    session.execute(update(SearchCopy).where(SearchCopy.name == folder.name).values(seen_at=at))
    session.execute(delete(SearchCopy).where(SearchCopy.seen_at < at - UNSEEN))


def _copy(session: TenantSession, folder: IndexFolder) -> SearchCopy | None:
    return session.scalar(select(SearchCopy).where(SearchCopy.name == folder.name))


def _build(reader: IndexReader, sessions: Sessions, *, at: datetime, tell: Told | None) -> int:
    folder = reader.folder
    with sessions() as session:
        books = session.scalar(select(func.count()).select_from(Book)) or 0
        by_holders = select(Book.popularity).order_by(Book.popularity.desc())
        popular = session.scalar(by_holders.offset(MOST_POPULAR).limit(1)) or 0
    generation = folder.begin(books=books, popular=max(popular + 1, LEAST_POPULAR))
    _register(sessions, folder, generation, at)
    engine, read = generation.open(), 0
    with engine.writing(bulk=books > BATCH) as writer:
        for entries in _every_book(sessions):
            writer.replace((), entries)
            read += len(entries)
            if tell is not None:
                tell(read, books)
        with sessions() as session:
            _write_names(session, writer)
    folder.put_in_force(generation)
    reader.opened(now=True)
    return read


def _register(sessions: Sessions, folder: IndexFolder, generation: Generation, at: datetime) -> None:
    """From now on changes are noted for the generation; older ones are in what it reads.

    Tried in the pauses of those who note, never queued for: a waiting one would keep new ones out. Raises Busy.
    """
    deadline = time.perf_counter() + PAUSES
    while True:
        with sessions() as session:
            if session.scalar(select(func.pg_try_advisory_xact_lock(REGISTERING))):
                return _note_copy(session, folder, generation, at)
        if time.perf_counter() > deadline:
            raise Busy()
        time.sleep(PAUSE)


def _note_copy(session: TenantSession, folder: IndexFolder, generation: Generation, at: datetime) -> None:
    given = upsert(SearchCopy).values(name=folder.name, generation=generation.token, seen_at=at)
    copy_id = session.scalar(
        given.on_conflict_do_update(
            index_elements=["name"],
            set_={"generation": given.excluded.generation, "seen_at": given.excluded.seen_at},
        ).returning(SearchCopy.id)
    )
    session.execute(delete(SearchChange).where(SearchChange.copy_id == copy_id))


def _every_book(sessions: Sessions) -> Iterator[list[Entry]]:
    """All books in order of their ISBN, a slice at a time: memory stays flat and no transaction stays open.

    The next slice is read while the caller works on this one.
    """
    with ThreadPoolExecutor(1) as ahead:
        entries = _slice(sessions, 0)
        while entries:
            coming = ahead.submit(_slice, sessions, entries[-1].isbn)
            yield entries
            entries = coming.result()


def _slice(sessions: Sessions, last: int) -> list[Entry]:
    with sessions() as session:
        isbns = session.scalars(select(Book.isbn).where(Book.isbn > last).order_by(Book.isbn).limit(BATCH))
        return read_books(session, isbns)


def _read_changed(engine: TantivyIndex, sessions: Sessions, copy_id: int) -> int:
    """Read a batch of changed books again; returns how many."""
    with sessions() as session:
        waiting = select(SearchChange.id, SearchChange.isbn).where(SearchChange.copy_id == copy_id)
        rows = session.execute(waiting.order_by(SearchChange.id).limit(BATCH)).all()
        if not rows:
            return 0
        isbns = {isbn for _, isbn in rows}
        entries = read_books(session, isbns)
        with engine.writing(bulk=False) as writer:
            writer.replace(isbns, entries)
            for kind, names in _names_of(entries).items():
                writer.add_names(kind, names)
        session.execute(delete(SearchChange).where(SearchChange.id == func.any([number for number, _ in rows])))
    return len(isbns)


def read_books(session: TenantSession, isbns: Iterable[int]) -> list[Entry]:
    """These books as the index wants them, in order of their ISBN; unknown ones are left out."""
    wanted = sorted(isbns)
    if not wanted:
        return []
    named: defaultdict[int, dict[bool, list[str]]] = defaultdict(lambda: {True: [], False: []})
    people = select(Author.isbn, Author.name, Author.role == "author").where(Author.isbn == func.any(wanted))
    for isbn, name, wrote in session.execute(people.order_by(Author.isbn, Author.position)):
        named[isbn][wrote].append(name)
    columns = (
        Book.isbn, Book.title, Book.subtitle, Book.collection, Book.collection_number, Book.publisher, Book.subject,
        Book.subject_code, Book.language, Book.form, Book.price_cents, Book.popularity,
    )  # fmt: skip
    return [
        Entry(
            isbn=row.isbn,
            title=row.title,
            subtitle=row.subtitle,
            authors=tuple(named[row.isbn][True]),
            others=tuple(named[row.isbn][False]),
            collection=f"{row.collection} {row.collection_number}".strip(),
            publisher=row.publisher,
            subject=row.subject or row.subject_code,
            language=row.language,
            form=row.form,
            price_cents=row.price_cents,
            popularity=row.popularity,
        )
        for row in session.execute(select(*columns).where(Book.isbn == func.any(wanted)).order_by(Book.isbn))
    ]


def _write_names(session: TenantSession, writer: Writer) -> None:
    """Authors, series, subjects and publishers, each with how many hold what is theirs; counted by the database."""
    held = func.coalesce(func.sum(Book.popularity), 0)
    authors = select(Author.name, held).join(Book, Book.isbn == Author.isbn).where(Author.role == "author")
    asked = {
        "author": authors.group_by(Author.name),
        "series": select(Book.collection, held).where(Book.collection != "").group_by(Book.collection),
        "subject": select(Book.subject, held).where(Book.subject != "").group_by(Book.subject),
        "publisher": select(Book.publisher, held).where(Book.publisher != "").group_by(Book.publisher),
    }
    for kind, statement in asked.items():
        rows = session.execute(statement.execution_options(yield_per=BATCH))
        writer.add_names(kind, ((name, int(number)) for name, number in rows))


def _names_of(entries: Iterable[Entry]) -> dict[str, list[tuple[str, int]]]:
    """Names that changed books may bring, each with how many hold the book."""
    found: dict[str, list[tuple[str, int]]] = {"author": [], "publisher": []}
    for entry in entries:
        found["author"] += [(name, entry.popularity) for name in entry.authors]
        found["publisher"] += [(entry.publisher, entry.popularity)] if entry.publisher else []
    return found


__all__ = ["Busy", "IndexFolder", "IndexReader", "Sessions", "catch_up", "read_books", "rebuild", "seen", "up_to_date"]

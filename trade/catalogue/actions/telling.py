"""Sources tell of books: what each says is kept, and the books are made anew from all that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Table, delete, func, select

from trade.base.sets import put_rows
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.catalogue.actions.locks import lock_catalogue
from trade.catalogue.actions.renewing import renew
from trade.catalogue.models import Book, BookSource, CatalogueSource
from trade.catalogue.rules import Said, combined, digest_of, opened, squeezed, written

UNTITLED: Final = N_("The catalogue does not know this book, and the record has no title.")


@dataclass(frozen=True, slots=True)
class Telling:
    """What a source says of one book, from which place of its file. ``action`` as in ``BookRecord``."""

    isbn: int
    said: Said
    action: str = "full"
    place: int = 0


@dataclass
class Told:
    """What came of a batch: how many books were new, changed, unchanged, deleted; the tellings not taken, and why."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: list[tuple[Telling, Text]] = field(default_factory=list)


def tell(
    session: TenantSession, *, source: CatalogueSource, tellings: Sequence[Telling], at: datetime, run_id: int | None
) -> Told:
    """Take in a batch of tellings of one source; where it speaks twice of a book, the later word goes on the former.

    A book that only this source named loses its availability when the source withdraws; it stays known.
    """
    lock_catalogue(session)
    isbns = list({telling.isbn for telling in tellings})
    before = _kept(session, source, isbns)
    known = set(session.scalars(select(Book.isbn).where(Book.isbn == func.any(isbns))))
    told = Told()
    now = _listen(tellings, before, known, told)
    changed: dict[int, Said] = {}
    rows = []
    for isbn, said in now.items():
        if said is None:
            continue
        plain = written(said)
        digest = digest_of(plain)
        if isbn in before and before[isbn][0] == digest:
            told.unchanged += 1
            continue
        told.changed += isbn in known
        told.new += isbn not in known
        changed[isbn] = said
        rows.append(
            {
                "isbn": isbn,
                "source_id": source.id,
                "fields": squeezed(plain),
                "digest": digest,
                "received_at": at,
                "run_id": run_id,
            }
        )
    withdrawn = [isbn for isbn, said in now.items() if said is None]
    told.deleted += len(withdrawn)
    if rows:
        session.execute(put_rows(_table(), rows))
    if withdrawn:
        gone = (BookSource.isbn == func.any(withdrawn), BookSource.source_id == source.id)
        session.execute(delete(BookSource).where(*gone).execution_options(synchronize_session=False))
    if rows or withdrawn:
        others = statements(session, isbns=[*changed, *withdrawn], but=source.id)
        for isbn, said in changed.items():
            others.setdefault(isbn, {})[source.key] = said
        renew(session, statements=others, isbns=[*changed, *withdrawn], at=at)
    return told


def renew_shared(session: TenantSession, *, after: int, limit: int, at: datetime) -> int | None:
    """Make a slice of the books that several sources speak of anew, after the order of sources changed.

    Returns the last ISBN looked at, to go on after it, or None where that was the end.
    """
    lock_catalogue(session)
    several = (
        select(BookSource.isbn)
        .where(BookSource.isbn > after)
        .group_by(BookSource.isbn)
        .having(func.count() > 1)
        .order_by(BookSource.isbn)
        .limit(limit)
    )
    isbns = list(session.scalars(several))
    if not isbns:
        return None
    renew(session, statements=statements(session, isbns=isbns), isbns=isbns, at=at)
    return isbns[-1]


def statements(session: TenantSession, *, isbns: Sequence[int], but: int | None = None) -> dict[int, dict[str, Said]]:
    """What each source (but one) says of these books: by ISBN, by the source's key."""
    rows = (
        select(BookSource.isbn, CatalogueSource.key, BookSource.fields)
        .join(CatalogueSource, CatalogueSource.id == BookSource.source_id)
        .where(BookSource.isbn == func.any(list(isbns)))
    )
    found: dict[int, dict[str, Said]] = {}
    for isbn, key, fields in session.execute(rows if but is None else rows.where(BookSource.source_id != but)):
        found.setdefault(isbn, {})[key] = opened(fields)
    return found


def _kept(session: TenantSession, source: CatalogueSource, isbns: list[int]) -> dict[int, tuple[int, bytes]]:
    rows = select(BookSource.isbn, BookSource.digest, BookSource.fields).where(
        BookSource.isbn == func.any(isbns), BookSource.source_id == source.id
    )
    return {isbn: (digest, fields) for isbn, digest, fields in session.execute(rows)}


def _listen(
    tellings: Sequence[Telling], before: Mapping[int, tuple[int, bytes]], known: set[int], told: Told
) -> dict[int, Said | None]:
    """What the source says of each book after the batch; None where it withdrew. Repeats are counted as unchanged."""
    now: dict[int, Said | None] = {}
    for telling in tellings:
        isbn = telling.isbn
        if telling.action == "delete":
            if isbn in before or isbn in now:
                told.unchanged += isbn in now
                now[isbn] = None
            else:
                told.unchanged += 1
            continue
        if isbn in now:
            told.unchanged += 1
            now[isbn] = combined(now[isbn], telling.said, action=telling.action)
        elif isbn in before:
            now[isbn] = combined(opened(before[isbn][1]), telling.said, action=telling.action)
        elif isbn not in known and not (telling.said.get("title") or telling.said.get("rough_title")):
            told.refused.append((telling, Text(UNTITLED)))
        else:
            now[isbn] = telling.said
    return now


def _table() -> Table:
    table: Table = BookSource.__table__  # type: ignore[assignment]
    return table

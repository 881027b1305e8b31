"""Covers: taken from uploads and feeds, drawn anew in two sizes, kept in the file store by their content."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final
from uuid import uuid4

from sqlalchemy import exists, or_, select

from trade.base import journal, outbox
from trade.base.errors import Refused
from trade.base.files import FileStore
from trade.base.pictures import MOST_BYTES, redrawn
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.actions.sources import STAFF, ranks_of
from trade.catalogue.models import BookCover
from trade.catalogue.queries import book as known_book
from trade.catalogue.rules import LAST, isbn_in

LARGE: Final = (600, 900)
SMALL: Final = (240, 360)
"""Pixels that a cover fits into: on the book's own page, and in lists (for screens of two dots a pixel)."""
MOST_PICTURES: Final = 500
PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})
FORGET_PICTURE: Final = "catalogue.forget_picture"
IN_VAIN: Final = ""
"""The SHA-256 of a cover that was looked for and is not to be had."""


def set_cover(session: TenantSession, *, isbn: int, data: bytes, source: str, at: datetime, store: FileStore) -> bool:
    """Give a book its cover; False where one of a source that is believed before is there.

    Raises NotFound for an unknown book, Refused for what is no picture.
    """
    known_book(session, isbn=isbn)
    present = session.get(BookCover, isbn)
    if present is not None and present.sha256 != IN_VAIN and not _goes_before(session, source, present.source):
        return False
    large, small = redrawn(data, boxes=(LARGE, SMALL))
    before = {present.sha256, present.small_sha256} if present is not None else set()
    cover = present or BookCover(isbn=isbn)
    cover.sha256, cover.small_sha256 = store.put(large.data), store.put(small.data)
    cover.width, cover.height, cover.source, cover.created_at = large.width, large.height, source, at
    session.add(cover)
    session.flush()
    _forget(session, before)
    if source == STAFF:
        journal.write(session, action="book.cover_set", thing="book", thing_id=isbn, at=at)
    return True


def remove_cover(session: TenantSession, *, isbn: int, at: datetime) -> None:
    """Take the cover of a book away; harmless where there is none."""
    present = session.get(BookCover, isbn)
    if present is None:
        return
    before = {present.sha256, present.small_sha256}
    session.delete(present)
    session.flush()
    _forget(session, before)
    journal.write(session, action="book.cover_removed", thing="book", thing_id=isbn, at=at)


def set_covers(
    session: TenantSession, *, data: bytes, name: str, at: datetime, store: FileStore, source: str = STAFF
) -> tuple[int, list[str]]:
    """Covers of several books: pictures whose names are ISBNs, as SINLI LIBROS attaches them, alone or in a zip.

    Returns how many were taken and the names of those that were not (no ISBN, unknown book, no picture). Raises
    Refused for a damaged zip or too many pictures.
    """
    taken, left = 0, []
    for picture_name, picture in _pictures(data, name):
        isbn = isbn_in(PurePosixPath(picture_name).stem)
        try:
            if isbn is None:
                raise Refused(N_("The name of a cover is the ISBN of its book."))
            taken += set_cover(session, isbn=isbn, data=picture, source=source, at=at, store=store)
        except Refused:
            left.append(picture_name[-80:])
    return taken, left


def note_in_vain(session: TenantSession, *, isbn: int, source: str, at: datetime) -> None:
    """A cover was looked for and is not to be had: it is not looked for again soon."""
    present = session.get(BookCover, isbn)
    if present is None:
        nothing = {"sha256": IN_VAIN, "small_sha256": IN_VAIN, "width": 0, "height": 0}
        session.add(BookCover(isbn=isbn, source=source, created_at=at, **nothing))
    elif present.sha256 == IN_VAIN:
        present.created_at = at


def _pictures(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    if not data.startswith(b"PK"):
        yield name, data
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            members = [one for one in packed.infolist() if PurePosixPath(one.filename).suffix.lower() in PICTURES]
            if len(members) > MOST_PICTURES:
                raise Refused(N_("A zip may hold at most %(limit)s covers."), limit=MOST_PICTURES, field="file")
            for member in members:
                with packed.open(member) as opened:
                    yield PurePosixPath(member.filename).name, opened.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        raise Refused(N_("The zip is damaged or locked."), field="file") from error


def _goes_before(session: TenantSession, source: str, other: str) -> bool:
    ranks = ranks_of(session)
    mine, theirs = (ranks.get(key, {}).get("display", LAST) for key in (source, other))
    return mine <= theirs


def _forget(session: TenantSession, digests: set[str]) -> None:
    """Ask for pictures to be deleted: after the commit, for one that is rolled back keeps its picture."""
    for digest in digests - {IN_VAIN}:
        payload = {"sha256": digest}
        outbox.post(session, kind=FORGET_PICTURE, key=f"{FORGET_PICTURE}:{uuid4()}", payload=payload)


def forget_picture(session: TenantSession, *, sha256: str, store: FileStore) -> bool:
    """Delete a picture, unless a cover shows it (again)."""
    if session.scalar(select(exists().where(or_(BookCover.sha256 == sha256, BookCover.small_sha256 == sha256)))):
        return False
    store.forget(sha256)
    return True

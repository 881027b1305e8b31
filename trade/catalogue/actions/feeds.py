"""A catalogue feed arrives, is read a batch at a time, and ends; what was read before a break stays.

The caller decides how much one transaction holds: a job commits after each batch (``jobs/catalogue.py``), a small
feed goes in whole (:func:`import_feed`). ``position`` is written with the batch, so nothing is read in twice or lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from io import SEEK_END
from itertools import islice
from typing import BinaryIO, Final

from sqlalchemy import insert, select

from trade.base import outbox
from trade.base.errors import Refused, concerning
from trade.base.files import FileStore
from trade.base.journal import fire
from trade.base.packed import unpacked
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.catalogue.actions.sources import ensure_source
from trade.catalogue.actions.telling import Telling, tell
from trade.catalogue.formats import HEAD, formats, recognised
from trade.catalogue.models import CatalogueRejection, CatalogueRun, CatalogueSource
from trade.catalogue.queries.feeds import run as find_run
from trade.catalogue.records import BookRecord, CatalogueEntry, Form, NotABook, RejectedRecord
from trade.catalogue.rules import said_in
from trade.catalogue.states import CATALOGUE_RUN
from trade.members.models import StoredFile

IMPORT: Final = "catalogue.import"
BATCH: Final = 2_000
MOST_REMARKS: Final = 2_000
"""Refused records that are kept one by one; the counts know all of them."""
LARGEST: Final = 8 << 30
LARGEST_UPLOAD: Final = 2_000_000_000
"""What a browser may send: a whole ONIX catalogue has a gigabyte. More comes by the command line."""
LONGEST_NAME: Final = 120
PIECE: Final = 1 << 20
UNUSUAL: Final = "not_a_book"

Progress = Callable[[str, int, int], None]
Batches = Iterator[tuple[list[CatalogueEntry], int]]


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def receive_feed(
    session: TenantSession,
    *,
    stream: BinaryIO,
    name: str,
    origin: str,
    at: datetime,
    store: FileStore,
    format: str = "",
    source: str = "",
    queued: bool = True,
) -> CatalogueRun:
    """Keep the file and open its run; a job reads it where ``queued``, else the caller does.

    The stream must be seekable. A gzip or zip with one file in it stays as it came and is unpacked when it is read.
    Without a ``format`` the file's first bytes tell it; without a ``source`` it is the usual one of the format. Raises
    Refused for an unknown format, a file that is none, an empty file or one that is too large.
    """
    # Before a byte of it is copied: a file that is too large fills no disk.
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    if not size:
        raise Refused(N_("The file is empty."), field="file")
    if size > LARGEST:
        raise Refused(N_("The file is larger than %(gigabytes)s GB."), gigabytes=LARGEST >> 30, field="file")
    with concerning("file"):
        head = _head(stream)
    if format and format not in formats():
        raise Refused(N_("There is no catalogue format “%(format)s”."), format=format, field="format")
    with concerning("file"):
        reader = formats()[format] if format else recognised(head)
    sha256, size = store.put_stream(stream)
    teller = ensure_source(session, key=source or reader.SOURCE_KIND)
    media_type = "application/xml" if head.lstrip(b"\xef\xbb\xbf").startswith(b"<") else "text/plain"
    file = StoredFile(purpose="catalogue", name=name[-LONGEST_NAME:], media_type=media_type, sha256=sha256, size=size)
    session.add(file)
    session.flush()
    run = CatalogueRun(
        source_id=teller.id,
        format=reader.NAME,
        file_id=file.id,
        origin=origin,
        state=CATALOGUE_RUN.first,
        received_at=at,
    )
    session.add(run)
    session.flush()
    if queued:
        outbox.post(session, kind=IMPORT, key=f"{IMPORT}:{run.id}", payload={"run_id": run.id})
    return run


def _head(stream: BinaryIO) -> bytes:
    """A file's first bytes. An archive is unpacked to its end once: of one that is cut, nothing is taken in."""
    plain = unpacked(stream, largest=LARGEST)
    head = plain.read(HEAD)
    if plain is not stream:
        while plain.read(PIECE):
            pass
    stream.seek(0)
    return head


def begin(session: TenantSession, *, run_id: int, at: datetime) -> bool:
    """Begin a run, or go on with one that was interrupted; False where it has ended.

    The same bytes as the source's last file end at once as unchanged, with the counts of that one. Raises NotFound.
    """
    run = find_run(session, run_id=run_id)
    if run.state != CATALOGUE_RUN.first:
        return run.state == "importing"
    same = _same_as_last(session, run)
    if same is None:
        fire(session, CATALOGUE_RUN, run, "begin", role="platform", at=at)
        return True
    told = (CatalogueRejection.place, CatalogueRejection.reason, CatalogueRejection.values, CatalogueRejection.excerpt)
    kept = session.execute(select(*told).where(CatalogueRejection.run_id == same.id)).mappings()
    if rows := [{**row, "run_id": run.id} for row in kept]:
        session.execute(insert(CatalogueRejection), rows)
    counts = {name: getattr(same, name) for name in ("position", "refused", "non_books", "reasons", "non_book_codes")}
    unchanged = same.new + same.changed + same.unchanged + same.deleted
    fire(
        session,
        CATALOGUE_RUN,
        run,
        "find_unchanged",
        role="platform",
        at=at,
        finished_at=at,
        unchanged=unchanged,
        **counts,
    )
    return False


def entries(session: TenantSession, *, run_id: int, store: FileStore) -> tuple[Batches, int]:
    """The batches of a run that are still to be taken in, each with the bytes read so far; and the file's size.

    The batches need no session. Getting one raises Refused where the file is not of its format or damaged there.
    """
    run = find_run(session, run_id=run_id)
    file = session.get_one(StoredFile, run.file_id)
    reader, done = formats()[run.format], run.position
    return _batches(reader.read, store.open(file.sha256), done), file.size


def _batches(read: Callable[[BinaryIO], Iterator[CatalogueEntry]], stream: BinaryIO, done: int) -> Batches:
    with closing(stream):
        records = islice(read(unpacked(stream, largest=LARGEST)), done, None)
        broken: Refused | None = None
        while broken is None:
            batch: list[CatalogueEntry] = []
            try:
                for entry in islice(records, BATCH):
                    batch.append(entry)  # one by one: those before a damage stay
            except Refused as refused:
                broken = refused  # what stands before the damage is taken in first
            if batch:
                yield batch, stream.tell()
            elif broken is None:
                return
        raise broken


def take_batch(session: TenantSession, *, run_id: int, batch: Sequence[CatalogueEntry], at: datetime) -> None:
    """Take in one batch of a run that has begun: books, counts and place in the file, all or nothing."""
    run = find_run(session, run_id=run_id, lock=True)
    source = session.get_one(CatalogueSource, run.source_id)
    country = session.profile.country
    records = [entry for entry in batch if isinstance(entry, BookRecord) and entry.form != Form.NOT_A_BOOK]
    tellings = [Telling(one.isbn, said_in(one, country=country), one.action, one.place) for one in records]
    told = tell(session, source=source, tellings=tellings, at=at, run_id=run.id)
    refused = [entry for entry in batch if isinstance(entry, RejectedRecord)]
    refused += [RejectedRecord(telling.place, reason, str(telling.isbn)) for telling, reason in told.refused]
    others = Counter(entry.code if isinstance(entry, NotABook) else UNUSUAL for entry in batch if _is_other(entry))
    _keep_refused(session, run, refused)
    run.reasons = dict(Counter(run.reasons) + Counter(entry.reason.message for entry in refused))
    run.non_book_codes = _fewest(Counter(run.non_book_codes) + others)
    run.new += told.new
    run.changed += told.changed
    run.unchanged += told.unchanged
    run.deleted += told.deleted
    run.refused += len(refused)
    run.non_books += others.total()
    run.position += len(batch)
    session.flush()


def end(session: TenantSession, *, run_id: int, at: datetime, milliseconds: int = 0) -> CatalogueRun:
    """All records are in."""
    run = find_run(session, run_id=run_id)
    fire(session, CATALOGUE_RUN, run, "end", role="platform", at=at, finished_at=at, milliseconds=milliseconds)
    return run


def give_up(session: TenantSession, *, run_id: int, refused: Refused, at: datetime) -> CatalogueRun:
    """The file cannot be read on; what was read of it stays."""
    run = find_run(session, run_id=run_id)
    error = {"message": refused.text.message, "values": _plain(refused.text)}
    move = "break_off" if run.position else "refuse"
    fire(session, CATALOGUE_RUN, run, move, role="platform", at=at, error=error, finished_at=at)
    return run


def import_feed(
    session: TenantSession, *, run_id: int, at: datetime, store: FileStore, progress: Progress = quiet
) -> CatalogueRun:
    """Read a received feed to its end in one transaction. Harmless when called again. Raises NotFound."""
    if begin(session, run_id=run_id, at=at):
        try:
            batches, size = entries(session, run_id=run_id, store=store)
            for batch, done in batches:
                take_batch(session, run_id=run_id, batch=batch, at=at)
                progress("reading", done, size)
        except Refused as refused:
            return give_up(session, run_id=run_id, refused=refused, at=at)
        return end(session, run_id=run_id, at=at)
    return find_run(session, run_id=run_id)


def _same_as_last(session: TenantSession, run: CatalogueRun) -> CatalogueRun | None:
    """The last ended run of the source, if it was of the same file in the same format."""
    last = session.scalar(
        select(CatalogueRun)
        .where(CatalogueRun.source_id == run.source_id, CatalogueRun.id < run.id, CatalogueRun.state != "received")
        .order_by(CatalogueRun.id.desc())
        .limit(1)
    )
    if last is None or last.state not in {"done", "unchanged"} or last.format != run.format:
        return None
    files = select(StoredFile.sha256).where(StoredFile.id.in_([last.file_id, run.file_id])).distinct()
    return last if last.file_id and len(session.scalars(files).all()) == 1 else None


def _is_other(entry: CatalogueEntry) -> bool:
    return isinstance(entry, NotABook) or (isinstance(entry, BookRecord) and entry.form == Form.NOT_A_BOOK)


def _fewest(codes: Counter[str]) -> dict[str, int]:
    """The most frequent codes: barcodes of other things may be of any number."""
    return dict(codes.most_common(50))


def _keep_refused(session: TenantSession, run: CatalogueRun, refused: Sequence[RejectedRecord]) -> None:
    kept = refused[: max(MOST_REMARKS - run.refused, 0)]
    rows = [
        {
            "run_id": run.id,
            "place": entry.place,
            "reason": entry.reason.message,
            "values": _plain(entry.reason),
            "excerpt": entry.excerpt,
        }
        for entry in kept
    ]
    if rows:
        session.execute(insert(CatalogueRejection), rows)


def _plain(reason: Text) -> dict[str, object]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in reason.values.items()}

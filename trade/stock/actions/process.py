"""A received file is read, compared with the bookshop's stock, and applied, held, or kept as a dry run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import select

from trade.base.clock import stopwatch
from trade.base.errors import NotFound, Refused
from trade.base.files import FileStore
from trade.base.journal import fire
from trade.base.listening import listening
from trade.base.tenancy import TenantSession
from trade.base.text import Text as SaidText
from trade.members.models import StoredFile
from trade.stock.actions.decide import end, part_of, supersede
from trade.stock.actions.locks import lock_stock
from trade.stock.actions.mails import tell_held
from trade.stock.actions.unchanged import end_unchanged, milliseconds, say_unchanged, unknown_lines
from trade.stock.actions.writing import Source, write_stock
from trade.stock.arrival import unpack
from trade.stock.columns import ADDED, CHANGED, ZEROED, Changes
from trade.stock.models import FeedMemory, FeedRun
from trade.stock.packing import Remark, pack_changes, pack_remarks
from trade.stock.queries import Applied, Books, Snapshot, Terms, books, last_applied, snapshot, terms
from trade.stock.queries import run as find_run
from trade.stock.readers import Reader, may_be_the_same, reader_of
from trade.stock.rules import (
    Last,
    Reading,
    Repeated,
    Tally,
    difference,
    explained,
    remark,
    suspicions,
    tally,
)
from trade.stock.states import FEED_RUN

Progress = Callable[[str, int, int], None]
REPLAY = "replay"
MOST_REMARKS = 2_000
"""Refused lines that are kept one by one (as many repeated ISBNs are); the counts know all of them."""
MOST_NUMBERS = 7_000
"""Numbers of repeated lines that are kept in all: with the refused ones they fit into one download."""


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def process(
    session: TenantSession, *, run_id: int, at: datetime, store: FileStore, progress: Progress = quiet
) -> FeedRun:
    """Read and compare a received run, then apply it, or leave it held or compared. Harmless when called again.

    The same bytes as the last applied file, or a file that says the same, are "unchanged": only the age of the stock
    is renewed. A dry run is never: it waits for a person. An unreadable file ends refused, with the reason in
    ``error``. Files of one bookshop take effect in the order of their arrival. Raises NotFound.
    """
    took = stopwatch()
    run, file = _locked(session, run_id)
    if run.state != FEED_RUN.first:
        return run
    last = last_applied(session, bookshop_id=run.bookshop_id, at=at, but=run.id)
    if last is not None and run.origin != REPLAY and _repeats(session, run, file, last):
        say_unchanged(session, run=run, last=last, at=at, took=took)
        supersede(session, run=run, at=at)
        return run
    try:
        data, name = unpack(store.get(file.sha256), file.name)
        reader = reader_of(session, name=run.format, file_name=name, bookshop_id=run.bookshop_id)
        if not reader.whole_inventory and _older_first(session, run, at, store):
            last = last_applied(session, bookshop_id=run.bookshop_id, at=at, but=run.id)
            reader = reader_of(session, name=run.format, file_name=name, bookshop_id=run.bookshop_id)
        reading = _read(reader, data, progress)
    except Refused as refused:
        return _refused(session, run, refused, at, took)
    its = terms(session, bookshop_ids=[run.bookshop_id], at=at)[run.bookshop_id]
    _compare(_Comparison(session, run, reader, reading, last, its, at, progress), took)
    return run


def _repeats(session: TenantSession, run: FeedRun, file: StoredFile, last: Applied) -> bool:
    """Whether the run's file is that of the last applied one, and not the next of a numbered row that says the same.

    A dry run is compared all the same: only what is applied makes the stock younger.
    """
    same = run.apply_when_safe and last.is_same_file(run.format, file.sha256)
    return same and may_be_the_same(session, name=run.format, file_name=file.name, bookshop_id=run.bookshop_id)


def _locked(session: TenantSession, run_id: int) -> tuple[FeedRun, StoredFile]:
    """The run as it is once nobody else writes its bookshop's stock, and its file."""
    bookshop_id = session.scope.bookshop_id or find_run(session, run_id=run_id).bookshop_id
    lock_stock(session, bookshop_id=bookshop_id)
    found = session.execute(
        select(FeedRun, StoredFile)
        .join(StoredFile, StoredFile.id == FeedRun.file_id)
        .where(FeedRun.id == run_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found.FeedRun, found.StoredFile


def _older_first(session: TenantSession, run: FeedRun, at: datetime, store: FileStore) -> bool:
    """A file that only tells what moved builds on those before it: whichever has not been read yet is read first."""
    older = session.scalars(
        select(FeedRun.id)
        .where(FeedRun.bookshop_id == run.bookshop_id, FeedRun.id < run.id, FeedRun.state == FEED_RUN.first)
        .order_by(FeedRun.id)
    ).all()
    for run_id in older:
        process(session, run_id=run_id, at=at, store=store)
    return bool(older)


def _read(reader: Reader, data: bytes, progress: Progress) -> Reading:
    """The lines of the file; how many of them are read is told while they are."""
    progress("reading", 0, 0)
    with listening(lambda done, of: progress("reading", done, of)):
        return reader.read(data)


def _refused(
    session: TenantSession, run: FeedRun, refused: Refused, at: datetime, took: Callable[[], float]
) -> FeedRun:
    error = {"message": refused.text.message, "values": _plain(refused.text.values)}
    facts: dict[str, Any] = {"error": error, "finished_at": at, "took_ms": milliseconds(took)}
    fire(session, FEED_RUN, run, "refuse", role=part_of(session), at=at, **facts)
    return run


# --- comparing ---------------------------------------------------------------------------------------


@dataclass
class _Comparison:
    """A run that was read, and all that it is compared by."""

    session: TenantSession
    run: FeedRun
    reader: Reader
    reading: Reading
    last: Applied | None
    terms: Terms
    at: datetime
    progress: Progress

    @property
    def whole(self) -> bool:
        told = self.reading.header.whole
        return self.reader.whole_inventory if told is None else told


@dataclass(frozen=True)
class _Compared:
    """What a file says beside the stock it was compared with."""

    total: Tally
    before: Snapshot
    changes: Changes
    known: Books
    unknown: Any
    reasons: Sequence[SaidText]


def _compare(this: _Comparison, took: Callable[[], float]) -> None:
    """Compare a file that was read, and say what came of it."""
    session, run, last = this.session, this.run, this.last
    found = _found(this)
    facts = _facts(this, found)
    _remember(session, run, this.reading)
    if last is None or last.open_runs:
        supersede(session, run=run, at=this.at, received=this.whole)
    nothing_new = run.apply_when_safe and not len(found.changes) and not found.reasons
    if last is not None and nothing_new and last.judged_by == last.settings_now:
        end_unchanged(session, run=run, last=last, at=this.at, facts={**facts, "took_ms": milliseconds(took)})
    elif found.reasons or not run.apply_when_safe:
        _leave_to_a_person(this, {**facts, "changes": pack_changes(found.changes)}, took)
    else:
        _apply(this, found, {**facts, "changes": pack_changes(found.changes)}, took)
    this.progress("done", len(found.total.titles), len(found.total.titles))


def _found(this: _Comparison) -> _Compared:
    last, vat_now = this.last, this.reader.vat_included
    total = tally(this.reading, rule=this.terms.repeated)
    this.progress("comparing", 0, len(total.titles))
    before = snapshot(this.session, bookshop_id=this.run.bookshop_id)
    vat_before = last.vat_included if last else vat_now
    changes = difference(before.titles, total.titles, whole=this.whole, other_vat=vat_before != vat_now)
    known, unknown = _known(this, total, before, changes)
    reasons = suspicions(
        last=Last(before.titles, last.date, last.sender) if last else Last(),
        header=this.reading.header,
        total=total,
        changes=changes,
        today=this.at.date(),
        guards=this.terms.guards,
        whole=this.whole,
    )
    if len(changes):
        facts = known.facts(changes.isbn, this.terms)
        changes = explained(changes, facts, vat_before=vat_before, vat_after=vat_now)
    return _Compared(total, before, changes, known, unknown, reasons)


def _facts(this: _Comparison, found: _Compared) -> dict[str, Any]:
    """What the run keeps of the comparison."""
    header = this.reading.header
    return {
        **_counts(found.total, found.changes),
        "unknown": found.unknown,
        "titles_before": len(found.before.titles),
        "file_date": header.date,
        "sender": header.sender,
        "vat_included": this.reader.vat_included,
        "hold_reasons": [{"message": reason.message, "values": _plain(reason.values)} for reason in found.reasons],
        "remarks": _remarks(found.total, this.terms.repeated),
        "previous_id": this.last.run_id if this.last else None,
        "base_sha256": found.before.content_sha256,
    }


def _leave_to_a_person(this: _Comparison, facts: dict[str, Any], took: Callable[[], float]) -> None:
    session, run = this.session, this.run
    name = "hold" if run.apply_when_safe else "compare"
    facts["took_ms"] = milliseconds(took)
    fire(session, FEED_RUN, run, name, role=part_of(session), at=this.at, **facts)
    if name == "hold":
        tell_held(session, run=run, at=this.at)


def _apply(this: _Comparison, found: _Compared, facts: dict[str, Any], took: Callable[[], float]) -> None:
    run, header = this.run, this.reading.header
    this.progress("applying", 0, len(found.total.titles))
    as_of = run.as_of or run.received_at
    source = Source(run.id, run.bookshop_id, this.reader.vat_included, as_of, header.date, header.sender)
    write_stock(
        this.session,
        source=source,
        changes=found.changes,
        before=found.before,
        last=this.last,
        known=found.known,
        its=this.terms,
        at=this.at,
    )
    facts |= {"took_ms": milliseconds(took), "as_of": source.as_of}
    end(this.session, run=run, move="apply", at=this.at, **facts)


def _known(this: _Comparison, total: Tally, before: Snapshot, changes: Changes) -> tuple[Books, Any]:
    """What the catalogue knows of the titles that move, and how many titles of the file it does not know.

    Of a whole file after another one only what moves, and what is named without copies, is looked up: the rest was
    judged when it was written.
    """
    named = total.titles.isbn
    if this.last is None or not this.whole:
        known = books(this.session, isbns=np.union1d(named, changes.isbn))
        return known, int(len(named) - np.count_nonzero(known.knows(named)))
    _, held = before.titles.places(named)
    without_copies = named[(total.titles.quantity == 0) & ~held]
    known = books(this.session, isbns=np.union1d(changes.isbn, without_copies))
    _, there = total.titles.places(changes.isbn)
    news = np.concatenate([changes.isbn[changes.kind == ADDED], without_copies])
    gone = changes.isbn[(changes.kind == ZEROED) & ~there]
    more = np.count_nonzero(~known.knows(news)) - np.count_nonzero(~known.knows(gone))
    return known, unknown_lines(this.run.bookshop_id) + int(more)


def _counts(total: Tally, changes: Changes) -> dict[str, int]:
    return {
        "read": total.read,
        "accepted": total.accepted,
        "refused": len(total.rejected),
        "repeated": total.repeated,
        "isbns": len(total.titles),
        "added": changes.count(ADDED),
        "changed": changes.count(CHANGED),
        "zeroed": changes.count(ZEROED),
        "mispriced": int(np.count_nonzero(changes.hidden)),
    }


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in values.items()}


def _remarks(total: Tally, rule: Repeated) -> bytes | None:
    refused = [
        Remark("refused", line.number, line.reason.message, _plain(line.reason.values), line.excerpt)
        for line in total.rejected[:MOST_REMARKS]
    ]
    repeated, room = [], MOST_NUMBERS
    for repeat in total.repeats:
        reason, lines = remark(repeat, rule=rule), repeat.lines[:room]
        room -= len(lines)
        repeated.append(Remark("repeated", repeat.lines[1], reason.message, _plain(reason.values), "", lines))
    return pack_remarks([*refused, *repeated])


def _remember(session: TenantSession, run: FeedRun, reading: Reading) -> None:
    """Keep what the format must know of this file to read the next one."""
    if reading.memory is not None:
        memory = reading.memory
        session.add(FeedMemory(run_id=run.id, bookshop_id=run.bookshop_id, number=memory.number, data=memory.data))
        session.flush()

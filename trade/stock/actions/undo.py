"""What was done with a file is done again or undone: replay its raw bytes, or bring back the stock before it."""

from __future__ import annotations

from datetime import datetime

from trade.base import journal
from trade.base.errors import Conflict, Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.stock.actions.decide import end, part_of, supersede
from trade.stock.actions.locks import lock_stock
from trade.stock.actions.process import REPLAY
from trade.stock.actions.receive import ask_import
from trade.stock.actions.writing import Source, write_stock
from trade.stock.columns import ADDED, CHANGED, ZEROED, Changes
from trade.stock.models import FeedRun
from trade.stock.packing import pack_changes, unpack_changes
from trade.stock.queries import Applied, books, last_applied, snapshot, terms
from trade.stock.queries import run as find_run
from trade.stock.rules import explained, fits, undone
from trade.stock.states import FEED_RUN

REVERT = "revert"
"""The origin of a run that brings an older stock back."""


def replay(
    session: TenantSession, *, run_id: int, at: datetime, apply_when_safe: bool = True, queued: bool = True
) -> FeedRun:
    """Read the raw file of a run again, as a new run: after a format was corrected, or the stock has changed.

    It is compared, held and applied like any other file; the stock is then as old as the file's first arrival. Raises
    NotFound.
    """
    old = find_run(session, run_id=run_id)
    run = _open(session, old, origin=REPLAY, at=at, apply_when_safe=apply_when_safe)
    run.as_of = old.as_of or old.received_at
    journal.write(
        session,
        action="feed_run.replay",
        thing=FEED_RUN.name,
        thing_id=run.id,
        at=at,
        bookshop_id=run.bookshop_id,
        details={"run": old.id},
    )
    if queued:
        ask_import(session, run=run)
    return run


def revert(session: TenantSession, *, run_id: int, at: datetime) -> FeedRun:
    """Undo the last applied run: the stock is again what it was before, and as old. Returns the run that does it.

    That run is the inverse of the changes that the undone one kept, and stands for the file before it. Raises
    NotFound, Conflict where the run is not the last applied one, Refused for a bookshop's first file and for one
    whose changes are no longer kept.
    """
    run = find_run(session, run_id=run_id)
    lock_stock(session, bookshop_id=run.bookshop_id)
    session.refresh(run)
    last = last_applied(session, bookshop_id=run.bookshop_id, at=at)
    if last is None or last.run_id != run.id or run.state != "applied":
        raise Conflict(N_("Only the last applied file can be undone."))
    if run.previous_id is None:
        raise Refused(N_("This was the first file: there is no stock before it. Send a corrected file."))
    before = snapshot(session, bookshop_id=run.bookshop_id)
    done = unpack_changes(run.changes) if run.changes is not None else None
    if done is None or not fits(before.titles, done):
        raise Refused(N_("What this file changed is no longer kept. Send an earlier file again."))
    return _revert(session, run, find_run(session, run_id=run.previous_id), done, last, at)


def _revert(
    session: TenantSession, run: FeedRun, previous: FeedRun, done: Changes, last: Applied, at: datetime
) -> FeedRun:
    back = _open(session, previous, origin=REVERT, at=at, apply_when_safe=True)
    before = snapshot(session, bookshop_id=run.bookshop_id)
    known = books(session, isbns=done.isbn)
    its = terms(session, bookshop_ids=[run.bookshop_id], at=at)[run.bookshop_id]
    facts = known.facts(done.isbn, its)
    changes = explained(undone(done), facts, vat_before=run.vat_included, vat_after=previous.vat_included)
    supersede(session, run=back, at=at)
    fire(session, FEED_RUN, run, "revert", role=part_of(session), at=at)
    as_of = previous.as_of or previous.received_at
    source = Source(back.id, back.bookshop_id, previous.vat_included, as_of, None, previous.sender, brings_back=True)
    write_stock(session, source=source, changes=changes, before=before, last=last, known=known, its=its, at=at)
    end(
        session,
        run=back,
        move="apply",
        at=at,
        as_of=as_of,
        file_date=previous.file_date,
        sender=previous.sender,
        vat_included=previous.vat_included,
        previous_id=run.id,
        base_sha256=before.content_sha256,
        titles_before=len(before.titles),
        added=changes.count(ADDED),
        changed=changes.count(CHANGED),
        zeroed=changes.count(ZEROED),
        changes=pack_changes(changes),
        **{name: getattr(previous, name) for name in ("read", "accepted", "refused", "repeated", "isbns", "unknown")},
    )
    return back


def _open(session: TenantSession, old: FeedRun, *, origin: str, at: datetime, apply_when_safe: bool) -> FeedRun:
    run = FeedRun(
        bookshop_id=old.bookshop_id,
        format=old.format,
        file_id=old.file_id,
        origin=origin,
        state=FEED_RUN.first,
        apply_when_safe=apply_when_safe,
        received_at=at,
    )
    session.add(run)
    session.flush()
    return run

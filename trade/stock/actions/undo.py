"""What was done with files is done again or undone: replay raw bytes, or bring back the stock before them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from trade.base import journal
from trade.base.clock import stopwatch
from trade.base.errors import Conflict
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.stock.actions.decide import end, part_of, supersede
from trade.stock.actions.locks import lock_stock
from trade.stock.actions.process import REPLAY
from trade.stock.actions.receive import ask_import
from trade.stock.actions.writing import Source, write_stock
from trade.stock.columns import ADDED, CHANGED, ZEROED, Changes
from trade.stock.models import FeedMemory, FeedRun, StockHold, StockLine
from trade.stock.packing import pack_changes
from trade.stock.queries import WayBack, books, terms, way_back
from trade.stock.queries import run as find_run
from trade.stock.rules import explained
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


def revert(session: TenantSession, *, run_id: int, at: datetime, over: int | None = None) -> FeedRun:
    """Undo an applied run and all that were applied after it: the stock is again what it was before, and as old.

    Returns the run that does it: the kept changes of them all, undone, as one; it stands for the file before them.
    Copies that left the bookshop since stay out of the stock. ``over``: the last applied run when this was decided.
    Raises what ``queries.way_back`` raises, and Conflict where another file was applied since it was decided.
    """
    took = stopwatch()
    run = find_run(session, run_id=run_id)
    lock_stock(session, bookshop_id=run.bookshop_id)
    session.refresh(run)
    way = way_back(session, run_id=run_id, at=at)
    if over is not None and way.last.run_id != over:
        raise Conflict(N_("Another file was applied meanwhile. Look again at what would change."))
    back = _open(session, way.target, origin=REVERT, at=at, apply_when_safe=True)
    supersede(session, run=back, at=at)
    for undone in way.undone:
        if undone.state == "applied":
            fire(session, FEED_RUN, undone, "revert", role=part_of(session), at=at)
    changes = _bring_back(session, way, back, at)
    _end(session, way, back, changes, at, round(took() * 1_000))
    return back


def _bring_back(session: TenantSession, way: WayBack, back: FeedRun, at: datetime) -> Changes:
    target, last, shop = way.target, way.last, way.target.bookshop_id
    known = books(session, isbns=way.changes.isbn)
    its = terms(session, bookshop_ids=[shop], at=at)[shop]
    facts = known.facts(way.changes.isbn, its)
    changes = explained(way.changes, facts, vat_before=last.vat_included, vat_after=target.vat_included)
    as_of = target.as_of or target.received_at
    sender = _sender(session, target)
    source = Source(back.id, shop, target.vat_included, as_of, None, sender, brings_back=True)
    write_stock(session, source=source, changes=changes, before=way.before, last=last, known=known, its=its, at=at)
    _keep_out_what_left(session, way)
    later = delete(FeedMemory).where(FeedMemory.bookshop_id == shop, FeedMemory.run_id > target.id)
    session.execute(later.execution_options(synchronize_session=False))
    return changes


def _sender(session: TenantSession, target: FeedRun) -> str:
    """Who sent for the bookshop when this run was applied."""
    named = select(FeedRun.sender).where(
        FeedRun.bookshop_id == target.bookshop_id, FeedRun.id <= target.id, FeedRun.sender != ""
    )
    named = named.where(FeedRun.state.in_(("applied", "reverted"))).order_by(FeedRun.id.desc()).limit(1)
    return session.scalar(named) or ""


def _keep_out_what_left(session: TenantSession, way: WayBack) -> None:
    """Copies of which the undone files knew that they had left: the older stock counts them again, wrongly."""
    there = (
        select(StockLine.isbn)
        .where(StockLine.bookshop_id == StockHold.bookshop_id, StockLine.isbn == StockHold.isbn)
        .correlate(StockHold)
        .exists()
    )
    session.execute(
        update(StockHold)
        .where(
            StockHold.bookshop_id == way.target.bookshop_id,
            StockHold.settled_by.in_([run.id for run in way.undone]),
            there,
        )
        .values(state="until_next_file", settled_by=None)
        .execution_options(synchronize_session=False)
    )


def _end(session: TenantSession, way: WayBack, back: FeedRun, changes: Changes, at: datetime, took_ms: int) -> None:
    target = way.target
    end(
        session,
        run=back,
        move="apply",
        at=at,
        as_of=target.as_of or target.received_at,
        file_date=target.file_date,
        sender=target.sender,
        vat_included=target.vat_included,
        previous_id=way.last.run_id,
        base_sha256=way.before.content_sha256,
        titles_before=len(way.before.titles),
        added=changes.count(ADDED),
        changed=changes.count(CHANGED),
        zeroed=changes.count(ZEROED),
        took_ms=took_ms,
        changes=pack_changes(changes),
        **{name: getattr(target, name) for name in ("read", "accepted", "refused", "repeated", "isbns", "unknown")},
    )


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

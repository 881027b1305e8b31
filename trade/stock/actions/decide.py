"""A compared file becomes the bookshop's stock, or does not: what was shown is what is applied."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from trade.base.clock import stopwatch
from trade.base.errors import Conflict, Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.stock.actions.locks import lock_stock
from trade.stock.actions.writing import Source, write_stock
from trade.stock.models import FeedRun
from trade.stock.packing import unpack_changes
from trade.stock.queries import books, last_applied, snapshot, terms
from trade.stock.queries import run as find_run
from trade.stock.states import FEED_RUN, OPEN, WAITING

PARTS = {"bookshop": "bookshop", "staff": "staff"}


def part_of(session: TenantSession) -> str:
    """The session's part in the life of a stock file: bookshop, staff, or the platform itself."""
    return PARTS.get(session.scope.kind, "platform")


def apply(session: TenantSession, *, run_id: int, at: datetime, force: bool = False) -> FeedRun:
    """Apply a run that waits. ``force`` is needed where there is a reason to hold it. Its sender is known from now on.

    Raises NotFound, Conflict where it no longer waits or the stock is no longer what it was compared with, Refused
    for a suspicious run without ``force``.
    """
    took = stopwatch()
    run = _waiting(session, run_id)
    if run.hold_reasons and not force:
        raise Refused(N_("This file is suspicious. Look at what it would change, then confirm that you want it."))
    before = snapshot(session, bookshop_id=run.bookshop_id)
    if run.changes is None or before.content_sha256 != run.base_sha256:
        raise Conflict(N_("The stock has changed since this file was compared with it. Read the file again."))
    last = last_applied(session, bookshop_id=run.bookshop_id, at=at)
    changes = unpack_changes(run.changes)
    known = books(session, isbns=changes.isbn)
    its = terms(session, bookshop_ids=[run.bookshop_id], at=at)[run.bookshop_id]
    as_of = run.as_of or run.received_at
    if last is not None and not len(changes):
        as_of = max(as_of, last.file_at)
    source = Source(run.id, run.bookshop_id, run.vat_included, as_of, run.file_date, run.sender)
    write_stock(session, source=source, changes=changes, before=before, last=last, known=known, its=its, at=at)
    facts = {"as_of": as_of, "took_ms": (run.took_ms or 0) + round(took() * 1_000)}
    end(session, run=run, move="release" if run.state == "held" else "apply", at=at, **facts)
    return run


def reject(session: TenantSession, *, run_id: int, at: datetime) -> FeedRun:
    """Do not apply a run that waits; the stock stays as it is. Raises NotFound, Conflict."""
    run = _waiting(session, run_id)
    end(session, run=run, move="reject", at=at)
    return run


def _waiting(session: TenantSession, run_id: int) -> FeedRun:
    run = find_run(session, run_id=run_id)
    lock_stock(session, bookshop_id=run.bookshop_id)
    session.refresh(run)
    if run.state not in WAITING:
        raise Conflict(N_("This file no longer waits for a decision: look at the newest one."))
    return run


def end(session: TenantSession, *, run: FeedRun, move: str, at: datetime, **changes: Any) -> None:
    """End a run by this move, in the name of whoever acts."""
    changes |= {"finished_at": at, "decided_by": session.scope.person_id}
    fire(session, FEED_RUN, run, move, role=part_of(session), at=at, **changes)


def supersede(session: TenantSession, *, run: FeedRun, at: datetime, received: bool = True) -> None:
    """Overtake the older runs of the bookshop that wait for a decision, or (``received``) to be read."""
    states = OPEN if received else WAITING
    older = select(FeedRun).where(
        FeedRun.bookshop_id == run.bookshop_id, FeedRun.id < run.id, FeedRun.state.in_(states)
    )
    for overtaken in session.scalars(older).all():
        fire(session, FEED_RUN, overtaken, "overtake", role=part_of(session), at=at, finished_at=at)

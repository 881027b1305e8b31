"""The way back to an older stock: the applied files of a bookshop one behind the other, and what undoing them does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import aliased

from trade.base.errors import Conflict, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.stock.columns import Changes
from trade.stock.models import BookshopStock, FeedRun
from trade.stock.packing import unpack_changes
from trade.stock.queries.comparing import Applied, Snapshot, last_applied, snapshot
from trade.stock.queries.runs import run as find_run
from trade.stock.rules import brought_back, difference

NOT_KEPT = N_("What was changed since is no longer kept. Send an earlier file again.")


class Step(NamedTuple):
    """An applied run on the way back; ``kept``: what it changed is still known, so that it can be undone."""

    run_id: int
    previous_id: int | None
    finished_at: datetime | None
    kept: bool

    @property
    def can_be_undone(self) -> bool:
        """Whether there is a stock before it, and the way there is known."""
        return self.kept and self.previous_id is not None


def steps(session: TenantSession, *, bookshop_id: int) -> list[Step]:
    """The applied runs that led to a bookshop's stock, the last one first, as far back as changes are kept."""
    kept = FeedRun.changes.is_not(None).label("kept")
    way = (
        select(FeedRun.id, FeedRun.previous_id, FeedRun.finished_at, kept)
        .join(BookshopStock, BookshopStock.run_id == FeedRun.id)
        .where(BookshopStock.bookshop_id == bookshop_id)
        .cte("way", recursive=True)
    )
    older = aliased(FeedRun)
    columns = (older.id, older.previous_id, older.finished_at, older.changes.is_not(None))
    way = way.union_all(select(*columns).join(way, older.id == way.c.previous_id).where(way.c.kept))
    return [Step(*row) for row in session.execute(select(way).order_by(way.c.id.desc()))]


def can_revert(session: TenantSession, *, run_id: int) -> bool:
    """Whether the stock before a run can be brought back: it led to the stock of now, and the way back is known."""
    bookshop_id = find_run(session, run_id=run_id).bookshop_id
    return any(step.run_id == run_id and step.can_be_undone for step in steps(session, bookshop_id=bookshop_id))


def first_after(session: TenantSession, *, bookshop_id: int, on: date) -> int:
    """The first run after a day of the network: what brings back the stock of that day's end is undoing it.

    Raises Conflict where no file was applied since, Refused where there was no stock yet or the way is not known.
    """
    end = datetime.combine(on + timedelta(days=1), time(), ZoneInfo(session.profile.time_zone))
    way = steps(session, bookshop_id=bookshop_id)
    later = [step for step in way if step.finished_at is not None and step.finished_at >= end]
    if not later:
        raise Conflict(N_("No file was applied since: this is the stock of now."))
    if len(later) == len(way):
        raise Refused(NOT_KEPT if way[-1].previous_id else N_("At the end of that day there was no stock yet."))
    return later[-1].run_id


@dataclass(frozen=True)
class WayBack:
    """What bringing back the stock before a run does: ``target`` is the run whose stock comes back, ``undone`` those
    that are undone, the last one first; ``changes`` are over the stock of now, with prices as written; ``titles``
    are those with copies then.
    """

    target: FeedRun
    undone: Sequence[FeedRun]
    last: Applied
    before: Snapshot
    changes: Changes
    titles: int


def way_back(session: TenantSession, *, run_id: int, at: datetime) -> WayBack:
    """What bringing back the stock before this run would do: the kept changes of it and of all later runs, undone.

    Raises NotFound, Conflict where the run did not lead to the stock of now or nothing would change, Refused for a
    bookshop's first file and where the changes are no longer kept.
    """
    run = find_run(session, run_id=run_id)
    last = last_applied(session, bookshop_id=run.bookshop_id, at=at)
    if last is None or run.state not in ("applied", "reverted"):
        raise Conflict(N_("Only a file that was applied can be undone."))
    if run.previous_id is None:
        raise Refused(N_("This was the first file: there is no stock before it. Send a corrected file."))
    way = [step for step in steps(session, bookshop_id=run.bookshop_id) if step.run_id >= run.id]
    if not way or way[-1].run_id != run.id or not all(step.can_be_undone for step in way):
        raise Refused(NOT_KEPT)
    rows = session.execute(
        select(FeedRun, FeedRun.changes)
        .where(FeedRun.id.in_([step.run_id for step in way]))
        .order_by(FeedRun.id.desc())
    ).all()
    before = snapshot(session, bookshop_id=run.bookshop_id)
    target = find_run(session, run_id=run.previous_id)
    try:
        stock = brought_back(before.titles, (unpack_changes(packed or b"") for _, packed in rows))
    except ValueError:
        raise Refused(NOT_KEPT) from None
    changes = difference(before.titles, stock, other_vat=last.vat_included != target.vat_included)
    if not len(changes):
        raise Conflict(N_("Nothing would change: this is the stock of now."))
    return WayBack(target, [row.FeedRun for row in rows], last, before, changes, len(stock))

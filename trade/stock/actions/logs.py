"""What is forgotten once a night: the single lines of old runs, and sold-out titles that nobody holds any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from trade.base import outbox
from trade.base.tenancy import TenantSession
from trade.stock.models import BookshopStock, FeedRun, StockHold, StockLine
from trade.stock.queries import NOT_SHOWN
from trade.stock.states import OPEN

KEPT = timedelta(days=30)
"""How long the single lines of a run are kept; its counts stay."""


LOGS = "stock.rare"


def ask_logs(session: TenantSession, *, at: datetime) -> None:
    """Let both logs be made anew now, not only in the night; a job does it, once a minute at most."""
    outbox.post(session, kind=LOGS, key=f"{LOGS}:asked:{at:%Y-%m-%dT%H:%M}", payload={"asked_at": at.isoformat()})


def forget_old_lines(session: TenantSession, *, at: datetime) -> None:
    """Drop what runs of long ago changed and refused line by line, but for those that can still be decided or undone.

    Sold-out titles that were kept for a hold go with it.
    """
    old = FeedRun.received_at < at - KEPT
    kept = select(BookshopStock.run_id)
    single = FeedRun.changes.is_not(None) | FeedRun.remarks.is_not(None)
    session.execute(
        update(FeedRun)
        .where(old, single, FeedRun.state.not_in(OPEN), FeedRun.id.not_in(kept))
        .values(changes=None, remarks=None)
        .execution_options(synchronize_session=False)
    )
    held = (
        select(StockHold.id)
        .where(
            StockHold.bookshop_id == StockLine.bookshop_id,
            StockHold.isbn == StockLine.isbn,
            StockHold.state != "released",
        )
        .exists()
    )
    sold_out = delete(StockLine).where(NOT_SHOWN, StockLine.quantity == 0, ~held)
    session.execute(sold_out.execution_options(synchronize_session=False))

"""What is forgotten once a night: the single lines of old runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from trade.base.tenancy import TenantSession
from trade.stock.models import FeedChange, FeedRejection, FeedRun
from trade.stock.states import WAITING

KEPT = timedelta(days=30)
"""How long the lines of a run are kept; its counts stay."""


def forget_old_lines(session: TenantSession, *, at: datetime) -> None:
    """Delete the single lines of runs that ended long ago."""
    old = select(FeedRun.id).where(FeedRun.received_at < at - KEPT, FeedRun.state.not_in(WAITING))
    for model in (FeedChange, FeedRejection):
        session.execute(delete(model).where(model.run_id.in_(old)).execution_options(synchronize_session=False))

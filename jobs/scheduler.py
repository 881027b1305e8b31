"""The scheduler: turns the table of :mod:`jobs.schedule` into effects. ``python -m jobs.scheduler``."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from config import logging
from config.settings import load
from jobs.context import Context, open_context
from jobs.schedule import SCHEDULE, Entry
from trade.base import outbox
from trade.base.models import Effect, ScheduledRun
from trade.base.tenancy import TenantSession

SECONDS_BETWEEN_LOOKS = 10

log = structlog.get_logger(__name__)


def tick(context: Context, *, at: datetime, schedule: Iterable[Entry] = SCHEDULE) -> list[str]:
    """Post what has fallen due by `at` and was not posted before; returns the kinds."""
    local = at.astimezone(ZoneInfo(context.profile.time_zone))
    posted = []
    for entry in schedule:
        if entry.demo_only and context.config.production:
            continue
        with context.session() as session:
            if _post_once(session, entry.kind, entry.period(local)):
                posted.append(entry.kind)
    return posted


def _post_once(session: TenantSession, kind: str, period: str) -> bool:
    """Post the effect of a period with the row that says so; False where the row is there already."""
    row = insert(ScheduledRun).values(kind=kind, period=period, subject="")
    run_id = session.scalar(row.on_conflict_do_nothing().returning(ScheduledRun.id))
    if run_id is None:
        return False
    key = f"{kind}:{period}"
    outbox.post(session, kind=kind, key=key, payload={"period": period})
    run = session.get_one(ScheduledRun, run_id)
    run.effect_id = session.scalar(select(Effect.id).where(Effect.key == key))
    return True


def serve(context: Context) -> None:
    """Look at the table for ever; a database that is away for a while is waited for."""
    while True:
        try:
            for kind in tick(context, at=context.now()):
                log.info("fell due", kind=kind)
        except OperationalError as error:
            log.warning("scheduler waits", reason=type(error).__name__)
        time.sleep(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    settings = load()
    logging.configure(level=settings.log_level, json=settings.production)
    serve(open_context(settings))

"""Background work on the catalogue: reading feeds a batch at a time, and prices whose day has come."""

from __future__ import annotations

from time import monotonic
from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.catalogue import actions


def read_feed(context: Context, payload: dict[str, Any]) -> None:
    """Read a feed to its end, committing each batch: a killed worker goes on behind the last one."""
    run_id, started = payload["run_id"], monotonic()
    with context.session() as session:
        begun = actions.begin(session, run_id=run_id, at=context.now())
    if not begun:
        return
    try:
        with context.session() as session:
            batches, size = actions.entries(session, run_id=run_id, store=context.store)
        for batch, done in batches:
            with context.session() as session:
                actions.take_batch(session, run_id=run_id, batch=batch, at=context.now())
            context.progress(f"catalogue:{run_id}", done, size, "reading")
    except Refused as refused:
        with context.session() as session:
            actions.give_up(session, run_id=run_id, refused=refused, at=context.now())
        return
    with context.session() as session:
        spent = int((monotonic() - started) * 1000)
        actions.end(session, run_id=run_id, at=context.now(), milliseconds=spent)


@handles("catalogue.import", outside=read_feed)
def feed_read(session: TenantSession, context: Context, payload: dict[str, Any], answer: None) -> dict[str, Any]:
    """Nothing is left to do: the run itself tells what came of it."""
    return {"run": payload["run_id"]}


@handles("catalogue.prices")
def bring_in_prices(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Prices that were announced for a day act on it."""
    return {"books": actions.apply_due_prices(session, at=context.now())}


def renew_shared(context: Context, payload: dict[str, Any]) -> None:
    """Make the books of several sources anew, a slice at a time, after their order was changed."""
    after: int | None = 0
    while after is not None:
        with context.session() as session:
            after = actions.renew_shared(session, after=after, limit=actions.BATCH, at=context.now())


@handles("catalogue.renew", outside=renew_shared)
def renewed(session: TenantSession, context: Context, payload: dict[str, Any], answer: None) -> dict[str, Any]:
    """All is done outside: each slice is a transaction of its own."""
    return {}

"""Background work on stock: reading a received file, the nightly logs, watching for silence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.tenancy import TenantSession
from trade.stock import actions, queries

SELDOM = 0.2
"""Seconds between two steps that a watching screen is told of."""


@handles("stock.import", scope="bookshop")
def import_one(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Read, compare and apply one received file; the screen watches its progress."""
    run_id = payload["run_id"]
    progress = _watched(context, f"stock:{run_id}")
    run = actions.process(session, run_id=run_id, at=context.now(), store=context.store, progress=progress)
    return {"state": run.state}


def _watched(context: Context, key: str) -> Callable[[str, int, int], None]:
    """Tells how far a job is: its beginning and its end, and what lies between no more often than eyes can follow."""
    told_at = -SELDOM

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal told_at
        now = time.perf_counter()
        if stage == "done" or now - told_at >= SELDOM:
            told_at = now
            context.progress(key, done, total, stage)

    return progress


def judge_anew(context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Judge the stock of the whole network anew, a bookshop at a time: nobody waits for all of them."""
    with context.session() as session:
        bookshops = list(queries.with_stock(session))
    moved = 0
    for bookshop_id in bookshops:
        with context.session() as session:
            moved += actions.judge_bookshop(session, bookshop_id=bookshop_id, at=context.now())
    return {"bookshops": len(bookshops), "titles": moved}


@handles("stock.rejudge", outside=judge_anew)
def judged_anew(
    session: TenantSession, context: Context, payload: dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    """What the new values moved."""
    return answer


@handles("stock.settings")
def look_for_settings(session: TenantSession, context: Context, payload: dict[str, Any]) -> None:
    """Values whose day has come act on it."""
    actions.judge_later(session, at=context.now())


@handles("stock.rare")
def keep_logs(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Make both logs anew after the night's files; forget the lines of old runs and accepted prices."""
    actions.forget_old_lines(session, at=context.now())
    actions.forget_accepted(session)
    checked = actions.check_price_errors(session, at=context.now())
    rare = actions.log_rare_titles(session, at=context.now())
    return {"rare": rare, "price_errors": checked.price_errors, "repaired": checked.repaired}


@handles("stock.watch")
def watch(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Write to bookshops that have sent no file for too long (F05)."""
    return {"silent": actions.warn_silent(session, at=context.now())}

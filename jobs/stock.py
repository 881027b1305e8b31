"""Background work on stock: reading a received file, the nightly logs, watching for silence."""

from __future__ import annotations

from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.tenancy import TenantSession
from trade.stock import actions


@handles("stock.import", scope="bookshop")
def import_one(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Read, compare and apply one received file; the screen watches its progress."""
    run_id = payload["run_id"]

    def progress(stage: str, done: int, total: int) -> None:
        context.progress(f"stock:{run_id}", done, total, stage)

    run = actions.process(session, run_id=run_id, at=context.now(), store=context.store, progress=progress)
    return {"state": run.state}


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

"""What the clock does to reservations: marks late ones, lets uncollected ones lapse."""

from __future__ import annotations

from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.tenancy import TenantSession
from trade.reservations import actions


@handles("reservations.mark_late")
def mark_late(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Mark what passed its deadline; both sides are told once."""
    return {"marked": actions.mark_late(session, at=context.clock.now())}


@handles("reservations.lapse")
def lapse(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Free the copies of reservations that nobody collected."""
    return {"lapsed": actions.lapse_uncollected(session, at=context.clock.now())}

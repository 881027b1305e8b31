"""Presales move by themselves: on sale from the day they open, published on their day (T54)."""

from __future__ import annotations

from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.availability import actions
from trade.base.tenancy import TenantSession


@handles("presales.move")
def move(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """What opens or is published today."""
    return {"moved": actions.move_due_presales(session, at=context.now())}

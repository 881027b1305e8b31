"""What the clock and readers do to orders: warnings, rejections past the deadline, money after a cancellation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.tenancy import TenantSession
from trade.orders import actions


@handles("sales.watch")
def watch(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Warn bookshops whose time runs out; reject and refund what passed its deadline."""
    warned, rejected = actions.watch(session, at=context.clock.now())
    return {"warned": warned, "rejected": rejected}


@handles("sales.cancelled")
def cancelled(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Free the copies of an order that its reader cancelled, and give the money back."""
    actions.settle_cancelled(session, order_id=payload["order_id"], at=context.clock.now())
    return {}


@handles("sales.withdraw")
def withdraw(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Declare a withdrawal that was asked for by number, or tell the reader how to go on; nothing for no order."""
    asked_at = datetime.fromisoformat(payload["asked_at"])
    actions.settle_asked(session, order_id=payload["order_id"], whole=payload["whole"], asked_at=asked_at)
    return {}

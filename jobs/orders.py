"""What the clock and readers do to orders: warnings, rejections past the deadline, money after a cancellation."""

from __future__ import annotations

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

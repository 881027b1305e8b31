"""What is written when money comes, goes back, or is quarrelled about."""

from __future__ import annotations

from trade.payments.actions.accounts import (
    access_of,
    connect,
    disconnect,
    hook_of,
    note_check,
    reseal,
    webhook_secret_of,
)
from trade.payments.actions.hearing import apply_event, receive
from trade.payments.actions.paying import Misfit, Outcome, apply, expire_unopened, intend, opened, refused, wanted
from trade.payments.actions.refunding import MOVED_EFFECT, again, done_by_hand, gateway_refused, refund, refund_order
from trade.payments.actions.refunding import apply as apply_refund

__all__ = [
    "MOVED_EFFECT",
    "Misfit",
    "Outcome",
    "access_of",
    "again",
    "apply",
    "apply_event",
    "apply_refund",
    "connect",
    "disconnect",
    "done_by_hand",
    "expire_unopened",
    "gateway_refused",
    "hook_of",
    "intend",
    "note_check",
    "opened",
    "receive",
    "refund",
    "refund_order",
    "refused",
    "reseal",
    "wanted",
    "webhook_secret_of",
]

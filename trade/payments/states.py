"""The life of a payment: intended (committed, nobody called), open (the gateway shows its page), then its end.

A late success after ``expired`` or ``failed`` is possible at every gateway: the money then came, and ``pay`` takes it;
what to do with it (keep or refund) is the order's decision. Of two that pay one order, the second is ``surplus``: it
goes back.
"""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

_PLATFORM = frozenset({"platform"})

PAYMENT = Machine(
    name="payment",
    first="intended",
    states={
        "intended": State(N_("Being prepared"), "open"),
        "open": State(N_("Waiting for the reader"), "working"),
        "failed": State(N_("Declined"), "refused", final=True),
        "expired": State(N_("Expired"), "refused", final=True),
        "paid": State(N_("Paid"), "done", final=True),
        "surplus": State(N_("Paid twice"), "late", final=True),
    },
    moves=(
        Move("open", ("intended",), "open", _PLATFORM, N_("Open")),
        Move("fail", ("intended", "open"), "failed", _PLATFORM, N_("Declined")),
        Move("expire", ("intended", "open"), "expired", _PLATFORM, N_("Expired")),
        Move("pay", ("intended", "open", "failed", "expired"), "paid", _PLATFORM, N_("Paid"), mark=True),
        Move("pay_again", ("intended", "open", "failed", "expired"), "surplus", _PLATFORM, N_("Paid twice"), mark=True),
    ),
)

REFUND = Machine(
    name="refund",
    first="asked",
    states={
        "asked": State(N_("Asked for"), "working"),
        "by_hand": State(N_("To be done by the bookshop"), "open"),
        "failed": State(N_("Failed"), "late"),
        "done": State(N_("Refunded"), "done", final=True),
        "bounced": State(N_("Sent back by the bank"), "late", final=True),
    },
    moves=(
        Move("finish", ("asked", "by_hand", "failed"), "done", frozenset({"platform", "bookshop"}), N_("Refunded")),
        Move("fail", ("asked",), "failed", _PLATFORM, N_("Failed")),
        Move("hand_over", ("asked", "failed"), "by_hand", _PLATFORM, N_("Leave to the bookshop")),
        Move("bounce", ("done",), "bounced", _PLATFORM, N_("Sent back by the bank"), mark=True),
        Move("again", ("failed", "by_hand"), "asked", frozenset({"platform", "bookshop", "staff"}), N_("Try again")),
    ),
)

"""The life of a campaign and of a cheque (requirements 1.3)."""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

BOOKSHOP, STAFF, PLATFORM = "bookshop", "staff", "platform"
SPENDABLE = ("active", "partly_used")

CAMPAIGN = Machine(
    name="campaign",
    first="draft",
    states={
        "draft": State(N_("Draft"), "open"),
        "issued": State(N_("Issued"), "done", final=True),
        "dropped": State(N_("Dropped"), "refused", final=True),
    },
    moves=[
        Move("issue", ("draft",), "issued", frozenset({STAFF}), N_("Issue the cheques")),
        Move("drop", ("draft",), "dropped", frozenset({STAFF}), N_("Drop the draft")),
    ],
)

_BOTH = frozenset({BOOKSHOP, STAFF})
CHEQUE = Machine(
    name="gift_cheque",
    first="active",
    states={
        "active": State(N_("Active"), "open"),
        "partly_used": State(N_("Partly used"), "working"),
        "used": State(N_("Used"), "done"),
        "expired": State(N_("Expired"), "refused", final=True),
        "blocked": State(N_("Blocked"), "late"),
    },
    moves=[
        Move("redeem_part", SPENDABLE, "partly_used", frozenset({BOOKSHOP}), N_("Redeem a part")),
        Move("redeem_rest", SPENDABLE, "used", frozenset({BOOKSHOP}), N_("Redeem the rest")),
        Move("undo_part", ("partly_used", "used"), "partly_used", _BOTH, N_("Undo the redemption")),
        Move("undo_all", ("partly_used", "used"), "active", _BOTH, N_("Undo the redemption")),
        Move("expire", SPENDABLE, "expired", frozenset({PLATFORM}), N_("Expire")),
        Move("block", SPENDABLE, "blocked", frozenset({STAFF}), N_("Block the cheque"), needs_reason=True),
        Move("unblock", ("blocked",), "active", frozenset({STAFF}), N_("Unblock the cheque"), needs_reason=True),
        Move(
            "unblock_part", ("blocked",), "partly_used", frozenset({STAFF}), N_("Unblock the cheque"), needs_reason=True
        ),
    ],
)

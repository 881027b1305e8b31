"""The life of a settlement and of a batch of transfers (requirements 1.3, domain report 1.5.9)."""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

PLATFORM = "platform"
_PLATFORM = frozenset({PLATFORM})

SETTLEMENT = Machine(
    name="settlement",
    first="computed",
    states={
        "computed": State(N_("To be paid"), "open"),
        "exported": State(N_("At the bank"), "working"),
        "paid": State(N_("Paid"), "done", final=True),
    },
    moves=[
        Move("export", ("computed",), "exported", _PLATFORM, N_("Write the bank file")),
        Move("pay", ("exported",), "paid", _PLATFORM, N_("Mark as paid")),
    ],
)
BATCH = Machine(
    name="transfer_batch",
    first="open",
    states={
        "open": State(N_("Waits for approval"), "open"),
        "exported": State(N_("At the bank"), "working"),
        "paid": State(N_("Paid"), "done", final=True),
    },
    moves=[
        Move("export", ("open",), "exported", _PLATFORM, N_("Write the bank file")),
        Move("pay", ("exported",), "paid", _PLATFORM, N_("Mark as paid")),
    ],
)
APPROVALS_NEEDED = 2

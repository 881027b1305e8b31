"""The life of a deletion request (requirements 1.3): asked, identity checked, waiting, executed, certified."""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

STAFF = frozenset({"staff"})
READER = frozenset({"reader"})
PLATFORM = frozenset({"platform"})

OPEN = ("asked", "identity_checked", "waiting")

DELETION = Machine(
    name="deletion_request",
    first="asked",
    states={
        "asked": State(N_("Asked"), "open"),
        "identity_checked": State(N_("Identity checked"), "working"),
        "waiting": State(N_("Waits for something open"), "working"),
        "executed": State(N_("Carried out"), "working"),
        "certified": State(N_("Certified"), "done", final=True),
        "withdrawn": State(N_("Withdrawn"), "refused", final=True),
        "refused": State(N_("Refused"), "refused", final=True),
    },
    moves=(
        Move("check_identity", ("asked",), "identity_checked", STAFF | READER, N_("Identity is checked")),
        Move("wait", ("identity_checked", "waiting"), "waiting", STAFF | PLATFORM, N_("Wait for what is open")),
        Move("execute", ("identity_checked", "waiting"), "executed", STAFF | PLATFORM, N_("Carry out the deletion")),
        Move("certify", ("executed",), "certified", PLATFORM, N_("Certify")),
        Move("withdraw", OPEN, "withdrawn", READER | STAFF, N_("Withdraw the request")),
        Move("refuse", OPEN, "refused", STAFF, N_("Refuse"), needs_reason=True),
    ),
)

"""The life of a reservation (T44-T48): no payment; it ends notified or rejected, by the bookshop or by the reader.

``rejected_by_platform`` is in the table but is fired only where the platform setting says so (off by default).
``collected`` and ``lapsed`` are marks after the end, not further work.
"""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

OPEN = ("received", "in_process")
#: States in which a copy is kept back for the reader.
HOLDING = ("received", "in_process", "notified")

RESERVATION = Machine(
    name="reservation",
    first="received",
    states={
        "received": State(N_("Received"), "open"),
        "in_process": State(N_("In process"), "working"),
        "notified": State(N_("Reader notified"), "done", final=True),
        "rejected_by_shop": State(N_("Rejected by the bookshop"), "refused", final=True),
        "rejected_by_reader": State(N_("Cancelled by the reader"), "refused", final=True),
        "rejected_by_platform": State(N_("Rejected by the platform"), "refused", final=True),
        "collected": State(N_("Collected"), "done", final=True),
        "lapsed": State(N_("Not collected"), "refused", final=True),
    },
    moves=(
        Move("notify", OPEN, "notified", frozenset({"bookshop"}), N_("Set aside and notify")),
        Move("take", ("received",), "in_process", frozenset({"bookshop"}), N_("Take in process")),
        Move(
            "reject",
            OPEN,
            "rejected_by_shop",
            frozenset({"bookshop"}),
            N_("Reject"),
            needs_reason=True,
        ),
        Move(
            "cancel",
            OPEN,
            "rejected_by_reader",
            frozenset({"reader"}),
            N_("Cancel the reservation"),
        ),
        Move(
            "expire",
            OPEN,
            "rejected_by_platform",
            frozenset({"platform"}),
            N_("Reject past the deadline"),
        ),
        Move(
            "collect",
            ("notified",),
            "collected",
            frozenset({"bookshop"}),
            N_("Mark as collected"),
            mark=True,
        ),
        Move(
            "lapse",
            ("notified",),
            "lapsed",
            frozenset({"bookshop", "platform"}),
            N_("Mark as not collected"),
            mark=True,
        ),
    ),
)

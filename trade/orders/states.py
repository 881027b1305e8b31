"""The life of an order (T50-T54, A08): only sent, notified or rejected end it.

It is placed before it is paid. What is not paid in time is ``abandoned``: never an order for the bookshop, unless the
money comes late and the copies are still free. ``in_management``: distributors serve for the bookshop (back room).
What follows the end (delivered, collected, withdrawn, refunded) are dated marks and things of their own, never a
reopened order.
"""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

PAID = ("received", "in_process", "in_management")
#: States in which copies on the shelf are kept back for the reader.
HOLDING = ("awaiting_payment", "received", "in_process")
#: Settlement looks at the class: these were served (A08).
FULFILLED = ("sent", "notified")
REJECTED = ("rejected_by_shop", "rejected_by_platform", "rejected_by_reader")

ORDER = Machine(
    name="sale",
    first="awaiting_payment",
    states={
        "awaiting_payment": State(N_("Waiting for payment"), "open"),
        "abandoned": State(N_("Not paid"), "refused"),
        "received": State(N_("Received"), "open"),
        "in_process": State(N_("In process"), "working"),
        "in_management": State(N_("In management"), "working"),
        "sent": State(N_("Sent"), "done", final=True),
        "notified": State(N_("Reader notified"), "done", final=True),
        "rejected_by_shop": State(N_("Rejected by the bookshop"), "refused", final=True),
        "rejected_by_reader": State(N_("Cancelled by the reader"), "refused", final=True),
        "rejected_by_platform": State(N_("Rejected by the platform"), "refused", final=True),
    },
    moves=(
        Move("pay", ("awaiting_payment",), "received", frozenset({"platform"}), N_("Paid")),
        Move("abandon", ("awaiting_payment",), "abandoned", frozenset({"platform", "reader"}), N_("Give up")),
        Move("take_up", ("abandoned",), "awaiting_payment", frozenset({"platform"}), N_("Paid late")),
        Move("take", ("received",), "in_process", frozenset({"bookshop"}), N_("Accept the order")),
        Move("manage", ("received",), "in_management", frozenset({"platform"}), N_("Hand to distributors")),
        Move("send", ("in_process", "in_management"), "sent", frozenset({"bookshop"}), N_("Mark as sent")),
        Move("notify", ("in_process", "in_management"), "notified", frozenset({"bookshop"}), N_("Ready: notify")),
        Move("reject", PAID, "rejected_by_shop", frozenset({"bookshop"}), N_("Reject"), needs_reason=True),
        Move("cancel", ("received",), "rejected_by_reader", frozenset({"reader"}), N_("Cancel the order")),
        Move(
            "expire",
            PAID,
            "rejected_by_platform",
            frozenset({"platform"}),
            N_("Reject past the deadline"),
        ),
    ),
)

WITHDRAWAL = Machine(
    name="withdrawal",
    first="declared",
    states={
        "declared": State(N_("Withdrawal declared"), "open"),
        "returned": State(N_("Books came back"), "working"),
        "refunded": State(N_("Refunded"), "done", final=True),
        "declined": State(N_("Declined"), "refused", final=True),
    },
    moves=(
        Move("return", ("declared",), "returned", frozenset({"bookshop"}), N_("Books came back")),
        Move("refund", ("declared", "returned"), "refunded", frozenset({"bookshop", "platform"}), N_("Refund")),
        Move(
            "decline",
            ("declared", "returned"),
            "declined",
            frozenset({"bookshop", "staff"}),
            N_("Decline"),
            needs_reason=True,
        ),
    ),
)

PRESALE = Machine(
    name="presale",
    first="draft",
    states={
        "draft": State(N_("Draft"), "open"),
        "open_to_shops": State(N_("Bookshops may join"), "open"),
        "on_sale": State(N_("On sale"), "working"),
        "released": State(N_("Published"), "working"),
        "served": State(N_("Served"), "done", final=True),
        "cancelled": State(N_("Cancelled"), "refused", final=True),
    },
    moves=(
        Move("offer", ("draft",), "open_to_shops", frozenset({"staff"}), N_("Open to bookshops")),
        Move("sell", ("open_to_shops",), "on_sale", frozenset({"staff", "platform"}), N_("Put on sale")),
        Move("release", ("on_sale",), "released", frozenset({"staff", "platform"}), N_("Published")),
        Move("serve", ("released",), "served", frozenset({"platform"}), N_("Served")),
        Move(
            "cancel",
            ("draft", "open_to_shops", "on_sale"),
            "cancelled",
            frozenset({"staff"}),
            N_("Cancel"),
            needs_reason=True,
        ),
    ),
)

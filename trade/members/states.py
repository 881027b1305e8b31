"""The life of a membership (requirements 1.3, T01-T07): from the application to leaving.

A network without a fee (France) goes from accepted straight to the texts. An imported bookshop that had
already joined begins at ``terms_due`` (T05).
"""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

STAFF = frozenset({"staff"})
BOOKSHOP = frozenset({"bookshop"})
PLATFORM = frozenset({"platform"})

BEFORE_ACCEPTANCE = ("applied", "questionnaire_sent", "answered", "in_review", "changes_asked")
AFTER_ACCEPTANCE = ("accepted", "fee_due", "terms_due", "active", "suspended")
MAY_SIGN_IN = ("terms_due", "active", "suspended")
"""States in which the bookshop's people may enter the office (T01, T02, T04)."""

MEMBERSHIP = Machine(
    name="bookshop",
    first="applied",
    states={
        "applied": State(N_("Applied for membership"), "open"),
        "questionnaire_sent": State(N_("Questionnaire sent"), "open"),
        "answered": State(N_("Answered"), "working"),
        "in_review": State(N_("In review"), "working"),
        "changes_asked": State(N_("Changes asked"), "open"),
        "accepted": State(N_("Accepted"), "working"),
        "fee_due": State(N_("Fee due"), "open"),
        "terms_due": State(N_("Texts to accept"), "open"),
        "active": State(N_("Active bookshop"), "done"),
        "suspended": State(N_("Suspended"), "late"),
        "left": State(N_("Has left"), "refused", final=True),
        "refused": State(N_("Refused"), "refused", final=True),
    },
    moves=(
        Move(
            "send_questionnaire",
            ("applied", "questionnaire_sent"),
            "questionnaire_sent",
            STAFF,
            N_("Send the questionnaire"),
        ),
        Move("answer", ("questionnaire_sent",), "answered", BOOKSHOP, N_("Send the answers")),
        Move("answer_again", ("changes_asked",), "in_review", BOOKSHOP, N_("Send the changed answers")),
        Move("review", ("answered",), "in_review", STAFF, N_("Begin the review")),
        Move("ask_change", ("answered", "in_review"), "changes_asked", STAFF, N_("Ask for a change")),
        Move("accept", ("answered", "in_review"), "accepted", STAFF, N_("Accept")),
        Move("demand_fee", ("accepted",), "fee_due", PLATFORM, N_("Ask for the fee")),
        Move("demand_texts", ("accepted",), "terms_due", PLATFORM, N_("Ask to accept the texts")),
        Move("record_fee", ("fee_due",), "terms_due", STAFF, N_("Record the fee")),
        Move("activate", ("terms_due",), "active", PLATFORM, N_("Activate")),
        Move("suspend", ("active",), "suspended", STAFF, N_("Suspend"), needs_reason=True),
        Move("resume", ("suspended",), "active", STAFF, N_("Lift the suspension")),
        Move("leave", ("terms_due", "active", "suspended"), "left", STAFF | BOOKSHOP, N_("Leave the network")),
        Move(
            "refuse",
            (*BEFORE_ACCEPTANCE, "accepted", "fee_due"),
            "refused",
            STAFF,
            N_("Refuse"),
            needs_reason=True,
        ),
    ),
)

"""The life of a stock file, from its arrival to its place in the bookshop's stock (requirements 1.3, F06).

A dry run ends compared; a suspicious file ends held. Both wait for a person until a newer file overtakes them. The
last applied files can be undone: another run, of origin revert, brings the stock back to what it was before them.
"""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

PLATFORM = frozenset({"platform", "bookshop", "staff"})
PEOPLE = frozenset({"bookshop", "staff"})
WAITING = ("compared", "held")
"""States in which a person decides."""
OPEN = ("received", *WAITING)
"""States that a newer file may overtake."""

FEED_RUN = Machine(
    name="feed_run",
    first="received",
    states={
        "received": State(N_("Being read"), "open"),
        "compared": State(N_("Compared, not applied"), "working"),
        "held": State(N_("Held"), "late"),
        "applied": State(N_("Applied"), "done", final=True),
        "unchanged": State(N_("Unchanged"), "done", final=True),
        "refused": State(N_("Unreadable"), "refused", final=True),
        "rejected": State(N_("Discarded"), "refused", final=True),
        "superseded": State(N_("Overtaken by a newer file"), "refused", final=True),
        "reverted": State(N_("Undone"), "refused", final=True),
    },
    moves=(
        Move("compare", ("received",), "compared", PLATFORM, N_("Compare")),
        Move("hold", ("received",), "held", PLATFORM, N_("Hold")),
        Move("find_unchanged", ("received",), "unchanged", PLATFORM, N_("Find unchanged")),
        Move("refuse", ("received",), "refused", PLATFORM, N_("Refuse")),
        Move("apply", ("received", "compared"), "applied", PLATFORM, N_("Apply")),
        Move("release", ("held",), "applied", PEOPLE, N_("Apply all the same")),
        Move("reject", WAITING, "rejected", PEOPLE, N_("Reject")),
        Move("overtake", ("received", *WAITING), "superseded", PLATFORM, N_("Overtake")),
        Move("revert", ("applied",), "reverted", PEOPLE, N_("Undo"), mark=True),
    ),
)

"""The life of a catalogue feed, from its arrival to its last record."""

from __future__ import annotations

from trade.base.states import Machine, Move, State
from trade.base.text import N_

PLATFORM = frozenset({"platform", "staff"})

CATALOGUE_RUN = Machine(
    name="catalogue_run",
    first="received",
    states={
        "received": State(N_("Received"), "open"),
        "importing": State(N_("Being read"), "working"),
        "done": State(N_("Taken in"), "done", final=True),
        "unchanged": State(N_("Unchanged"), "done", final=True),
        "broken": State(N_("Broken off"), "refused", final=True),
        "refused": State(N_("Unreadable"), "refused", final=True),
    },
    moves=(
        Move("begin", ("received",), "importing", PLATFORM, N_("Begin")),
        Move("find_unchanged", ("received",), "unchanged", PLATFORM, N_("Find unchanged")),
        Move("refuse", ("received", "importing"), "refused", PLATFORM, N_("Refuse")),
        Move("end", ("importing",), "done", PLATFORM, N_("End")),
        Move("break_off", ("importing",), "broken", PLATFORM, N_("Break off")),
    ),
)

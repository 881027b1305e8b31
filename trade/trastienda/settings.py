"""Settings of the back room: whether it is open."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

OPEN = declare(
    Setting(
        key="back_room.on",
        kind="boolean",
        label=N_("Back room"),
        help=N_(
            "While it is open, your shelves and trusted distributors are not shown: delegated distributors serve in "
            "your name what they have at that moment."
        ),
        default=False,
        scopes=("bookshop",),
        section="supply",
        editor="owner",
    )
)

"""Settings of availability: whether a bookshop supplies others, and asks others."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

SELLS = declare(
    Setting(
        key="trade.sells",
        kind="boolean",
        label=N_("Supply other bookshops"),
        help=N_("Other bookshops of the network may order from you what is on your shelves."),
        default=False,
        scopes=("bookshop",),
        section="supply",
        editor="owner",
    )
)

BUYS = declare(
    Setting(
        key="trade.buys",
        kind="boolean",
        label=N_("Order from other bookshops"),
        help=N_("What neither you nor your distributors have is shown as coming from another bookshop."),
        default=False,
        scopes=("bookshop",),
        section="supply",
        editor="owner",
    )
)

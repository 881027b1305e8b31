"""Settings of gift cheques (T60-T66, A26, A27)."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

ON = declare(
    Setting(
        key="gift_cheques.on",
        kind="boolean",
        label=N_("Redeem gift cheques"),
        help=N_("The bookshop takes gift cheques of the network and is paid at the start of the next month."),
        default=False,
        scopes=("platform", "bookshop"),
        section="options",
        editor="owner",
    )
)
COMMISSION = declare(
    Setting(
        key="gift_cheques.commission",
        kind="rate",
        label=N_("Commission on redeemed gift cheques"),
        help=N_(
            "Taken from the balance redeemed, VAT is added. A change counts for redemptions from its date on:"
            " each redemption keeps the rate of its moment."
        ),
        unit="%",
        minimum=0,
        maximum=5_000,
        section="money",
    )
)
UNDO_MINUTES = declare(
    Setting(
        key="gift_cheques.undo_minutes",
        kind="integer",
        label=N_("Minutes in which a bookshop may undo a redemption"),
        help=N_("Afterwards staff alone can, until the month is closed."),
        default=15,
        unit=N_("minutes"),
        minimum=0,
        maximum=120,
        section="money",
    )
)

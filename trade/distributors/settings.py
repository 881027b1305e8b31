"""Settings of distributors: the highest management fee, and how old their stock may be."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

MOST_FEE = declare(
    Setting(
        key="distributors.most_fee",
        kind="money",
        label=N_("Highest management fee of a trusted distributor"),
        help=N_("What a bookshop may charge a reader at most for a book that it orders from a distributor."),
        default=440,
        unit="€",
        minimum=0,
        maximum=10_000,
        section="distributors",
    )
)

HIDE_HOURS = declare(
    Setting(
        key="distributors.hide_hours",
        kind="integer",
        label=N_("Hide the stock of a distributor after"),
        help=N_("What a distributor's last file says does not count any more when it is older than this."),
        unit=N_("hours"),
        minimum=1,
        maximum=720,
        section="distributors",
    )
)

"""Settings of stock: price thresholds, what holds a file, how old stock may be."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

THRESHOLDS = declare(
    Setting(
        key="stock.thresholds",
        kind="rates",
        label=N_("Price thresholds"),
        help=N_(
            "Books whose price in your stock differs more than this from the network's, above or below, are not "
            "shown. Readers always pay the network's price."
        ),
        unit="%",
        minimum=0,
        maximum=10_000,
        scopes=("platform", "bookshop"),
        section="thresholds",
        editor="owner",
    )
)

HELD_REMOVED_SHARE = declare(
    Setting(
        key="stock.held_removed_share",
        kind="rate",
        label=N_("Titles removed that hold a file"),
        help=N_("A file that would remove this share of the titles or more waits for a person."),
        default=3_000,
        unit="%",
        minimum=1,
        maximum=10_000,
        section="stock",
    )
)

HELD_PRICE_MOVED = declare(
    Setting(
        key="stock.held_price_moved",
        kind="rate",
        label=N_("Price move that is suspicious"),
        help=N_("A price that moves by more than this share counts as suspicious."),
        default=5_000,
        unit="%",
        minimum=1,
        section="stock",
    )
)

HELD_PRICE_SHARE = declare(
    Setting(
        key="stock.held_price_share",
        kind="rate",
        label=N_("Suspicious prices that hold a file"),
        help=N_("A file in which more than this share of the prices is suspicious waits for a person."),
        default=500,
        unit="%",
        minimum=0,
        maximum=10_000,
        section="stock",
    )
)

WARN_HOURS = declare(
    Setting(
        key="stock.warn_hours",
        kind="integer",
        label=N_("Warn of missing stock after"),
        help=N_("Staff see a bookshop whose last file is older than this."),
        default=26,
        unit=N_("hours"),
        minimum=1,
        maximum=720,
        section="stock",
    )
)

MARK_HOURS = declare(
    Setting(
        key="stock.mark_hours",
        kind="integer",
        label=N_("Show the age of stock after"),
        help=N_("Readers see how old the stock of a bookshop is from here on."),
        default=36,
        unit=N_("hours"),
        minimum=1,
        maximum=720,
        section="stock",
    )
)

HIDE_HOURS = declare(
    Setting(
        key="stock.hide_hours",
        kind="integer",
        label=N_("Hide stock after"),
        help=N_("Stock older than this is not shown to readers."),
        default=72,
        unit=N_("hours"),
        minimum=1,
        maximum=720,
        section="stock",
    )
)

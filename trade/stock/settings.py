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

HELD_REFUSED_SHARE = declare(
    Setting(
        key="stock.held_refused_share",
        kind="rate",
        label=N_("Refused lines that hold a file"),
        help=N_("A file in which this share of the lines or more is refused waits for a person."),
        unit="%",
        minimum=1,
        maximum=10_000,
        section="stock",
    )
)

HOLD_OTHER_SENDER = declare(
    Setting(
        key="stock.hold_other_sender",
        kind="boolean",
        label=N_("Hold a file from another sender"),
        help=N_("Who sent the last applied file of a bookshop is who sends for it."),
        default=True,
        section="stock",
    )
)

HOLD_OLDER = declare(
    Setting(
        key="stock.hold_older",
        kind="boolean",
        label=N_("Hold a file older than the last one"),
        help=N_("Where the file tells its day."),
        default=True,
        section="stock",
    )
)

HOLD_FUTURE = declare(
    Setting(
        key="stock.hold_future",
        kind="boolean",
        label=N_("Hold a file of the future"),
        help=N_("A file that is dated after tomorrow."),
        default=True,
        section="stock",
    )
)

HOLD_NO_COPIES = declare(
    Setting(
        key="stock.hold_no_copies",
        kind="boolean",
        label=N_("Hold a file without copies"),
        help=N_("A file of the whole inventory that would bring all stock to zero."),
        default=True,
        section="stock",
    )
)

REPEATED = declare(
    Setting(
        key="stock.repeated",
        kind="choice",
        label=N_("An ISBN on several lines of a file"),
        help=N_(
            "One barcode may stand for many articles. Every repeated ISBN is listed with the file. The default adds "
            "the copies and hides titles whose lines name different prices."
        ),
        default="hide",
        choices=(
            ("hide", N_("Add the copies; hide it where the prices differ")),
            ("add", N_("Add the copies; the last price counts")),
            ("last", N_("Only the last line counts")),
            ("highest", N_("The most copies and the highest price count")),
        ),
        scopes=("platform", "bookshop"),
        section="stock",
    )
)

GUARDS = (
    HELD_REMOVED_SHARE,
    HELD_PRICE_MOVED,
    HELD_PRICE_SHARE,
    HELD_REFUSED_SHARE,
    HOLD_OTHER_SENDER,
    HOLD_OLDER,
    HOLD_FUTURE,
    HOLD_NO_COPIES,
)
"""In the order of ``rules.Guards``."""

WARN_HOURS = declare(
    Setting(
        key="stock.warn_hours",
        kind="integer",
        label=N_("Warn of missing stock after"),
        help=N_("A bookshop whose last good file is older is late: staff see it, and it gets a mail, once a silence."),
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

TRUTH_NOT_ON_SHELF = declare(
    Setting(
        key="stock.truth_not_on_shelf",
        kind="integer",
        label=N_("Truth score: points lost for each per cent of reservations not on the shelf"),
        help=N_("Of the reservations of the last 90 days that a bookshop answered: the copy was not on its shelf."),
        unit=N_("points"),
        minimum=0,
        maximum=100,
        section="stock",
    )
)

TRUTH_MISSED_DAYS = declare(
    Setting(
        key="stock.truth_missed_days",
        kind="integer",
        label=N_("Truth score: points lost for each per cent of days without a good file"),
        help=N_("Of the last 90 days: a file was due, and none came that could be applied."),
        unit=N_("points"),
        minimum=0,
        maximum=100,
        section="stock",
    )
)

TRUTH_REFUSED_LINES = declare(
    Setting(
        key="stock.truth_refused_lines",
        kind="integer",
        label=N_("Truth score: points lost for each per cent of lines refused"),
        help=N_("Of the lines of all good files of the last 90 days."),
        unit=N_("points"),
        minimum=0,
        maximum=100,
        section="stock",
    )
)

TRUTH_HIDDEN_TITLES = declare(
    Setting(
        key="stock.truth_hidden_titles",
        kind="integer",
        label=N_("Truth score: points lost for each per cent of titles hidden for their price"),
        help=N_("Of the titles in stock: no price, several prices, or one further off than the threshold allows."),
        unit=N_("points"),
        minimum=0,
        maximum=100,
        section="stock",
    )
)

TRUTH_POINTS = (TRUTH_NOT_ON_SHELF, TRUTH_MISSED_DAYS, TRUTH_REFUSED_LINES, TRUTH_HIDDEN_TITLES)
"""In the order of ``health.Doubt``."""

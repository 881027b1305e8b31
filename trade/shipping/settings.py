"""Settings of delivery: packaging, free delivery, the legal floor, missing weights (F12, T94, domain.md 4.5)."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

PACKAGING_GRAMS = declare(
    Setting(
        key="shipping.packaging_grams",
        kind="integer",
        label=N_("Weight of the packaging"),
        help=N_("Added to the weight of the books of a parcel."),
        unit=N_("g"),
        minimum=0,
        maximum=5_000,
        section="shipping",
    )
)

FREE_ABOVE = declare(
    Setting(
        key="shipping.free_above",
        kind="money",
        label=N_("Free delivery above"),
        help=N_("Orders whose books cost more than this are delivered free of charge. 0: never."),
        minimum=0,
        section="shipping",
    )
)

FLOOR = declare(
    Setting(
        key="shipping.floor",
        kind="money",
        label=N_("Least delivery fee"),
        help=N_("The least that the law lets a delivery of new books cost, below the amount that follows. 0: none."),
        minimum=0,
        section="shipping",
    )
)

FLOOR_BELOW = declare(
    Setting(
        key="shipping.floor_below",
        kind="money",
        label=N_("Least delivery fee: for new books below"),
        help=N_("From this amount on a delivery must cost more than nothing, one cent at least."),
        minimum=0,
        section="shipping",
    )
)

FLOOR_SCOPE = declare(
    Setting(
        key="shipping.floor_scope",
        kind="choice",
        label=N_("Least delivery fee: counted"),
        choices=(("parcel", N_("for each parcel")), ("order", N_("for each order"))),
        default="parcel",
        section="shipping",
    )
)

POCKET_GRAMS = declare(
    Setting(
        key="shipping.pocket_grams",
        kind="integer",
        label=N_("Weight of a pocket book where none is known"),
        unit=N_("g"),
        minimum=1,
        maximum=5_000,
        section="shipping",
    )
)

BOOK_GRAMS = declare(
    Setting(
        key="shipping.book_grams",
        kind="integer",
        label=N_("Weight of any other book where none is known"),
        unit=N_("g"),
        minimum=1,
        maximum=5_000,
        section="shipping",
    )
)

LABEL_PAYER = declare(
    Setting(
        key="shipping.label_payer",
        kind="choice",
        label=N_("Who pays the carrier"),
        help=N_("Whose contract labels are made with: the bookshop's own, or the platform's."),
        choices=(("bookshop", N_("the bookshop")), ("platform", N_("the platform"))),
        section="shipping",
    )
)

TRACKING_NEEDED = declare(
    Setting(
        key="shipping.tracking_needed",
        kind="boolean",
        label=N_("A parcel is sent only with a tracking number"),
        section="shipping",
    )
)

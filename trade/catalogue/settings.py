"""Settings of the catalogue: VAT by category, whether covers are fetched."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

VAT_RATES = declare(
    Setting(
        key="catalogue.vat_rates",
        kind="rates",
        label=N_("VAT by category"),
        help=N_("Added to prices of stock files that come without VAT (SINLI CEGALD). Islands may have another tax."),
        unit="%",
        minimum=0,
        maximum=10_000,
        scopes=("platform", "bookshop"),
        section="catalogue",
    )
)

FETCH_COVERS = declare(
    Setting(
        key="catalogue.fetch_covers",
        kind="boolean",
        label=N_("Fetch covers from the addresses in feeds"),
        help=N_("ONIX feeds name where a cover lies. Switch this on where the publishers' terms allow it."),
        default=False,
        section="catalogue",
    )
)

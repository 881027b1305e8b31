"""Settings of the catalogue: VAT by category."""

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

"""Settings of invoices and transfers (A27, requirements 1.7, domain report 5.1 and 5.3)."""

from __future__ import annotations

import re
from typing import Any

from trade.base.errors import Refused
from trade.base.settings import Setting, declare
from trade.base.text import N_

_SERIES = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_NOTE = re.compile(r"(?:(?P<code>[A-Z]{3}): )?(?P<text>\S.*)")


def _series(value: Any) -> None:
    if not _SERIES.fullmatch(value):
        raise Refused(N_("A series is one to eight capitals or digits, beginning with a letter, for example CHQ."))


def notes_of(value: str) -> list[tuple[str, str]]:
    """The sentences of ``billing.notes``, one a line, each with its subject code of UNTDID 4451 or none."""
    found = [_NOTE.fullmatch(line.strip()) for line in value.splitlines()]
    return [(match["code"] or "", match["text"]) for match in found if match]


VAT = declare(
    Setting(
        key="billing.vat",
        kind="rate",
        label=N_("VAT on the network's own services"),
        help=N_("Added to the commission on invoices: the general rate of the operator's country."),
        unit="%",
        minimum=0,
        maximum=5_000,
        section="money",
    )
)
SERIES = declare(
    Setting(
        key="billing.series",
        kind="text",
        label=N_("Series of commission invoices"),
        help=N_("Stands before year and number: CHQ-2026-000001. A change counts from the next year's series on."),
        default="CHQ",
        maximum=8,
        section="money",
        check=_series,
    )
)
TRANSFER_DAY = declare(
    Setting(
        key="billing.transfer_day",
        kind="integer",
        label=N_("Day of the month on which transfers are made"),
        help=N_("Of the month after the redemptions: bookshops are promised its first days."),
        minimum=1,
        maximum=28,
        section="money",
    )
)
NOTES = declare(
    Setting(
        key="billing.notes",
        kind="long_text",
        label=N_("Sentences the law demands on invoices"),
        help=N_("One a line. France: begin them with the subject codes PMD:, PMT: and AAB:."),
        default="",
        maximum=2_000,
        section="money",
    )
)
QR = declare(
    Setting(
        key="billing.qr",
        kind="choice",
        label=N_("Code on invoices"),
        help=N_(
            "The tax office's code of Spain leads to its checking page. Switch it on only where the operator's"
            " declaration says that records are kept as Veri*Factu demands; the product itself claims nothing."
        ),
        default="none",
        choices=(("none", N_("No code")), ("tax_office", N_("The tax office's code (Spain)"))),
        section="money",
    )
)

"""Settings of the network's operator and of joining (requirements 1.7, A40; T02).

The operator is whoever runs the network: its identity stands on invoices, mails, legal texts and transfers.
No source gives these values, so none has a default.
"""

from __future__ import annotations

from typing import Any

from trade.base import identifiers
from trade.base.errors import Refused
from trade.base.settings import Setting, declare
from trade.base.text import N_


def _tax_id(value: Any) -> str:
    """A Spanish or a French tax id: an installation runs one network, its operator may sit in either country."""
    try:
        return identifiers.tax_id(value, country="ES")
    except Refused:
        return identifiers.tax_id(value, country="FR")


def _operator(name: str, kind: Any, label: str, help: str = "", **more: Any) -> Setting:
    return declare(Setting(key=f"operator.{name}", kind=kind, label=label, help=help, section="operator", **more))


SHORT_NAME = _operator(
    "short_name", "text", N_("Short name"), N_("How readers and bookshops call the operator."), maximum=60
)
LEGAL_NAME = _operator("legal_name", "text", N_("Legal name"), N_("As it stands on invoices."), maximum=140)
TAX_ID = _operator("tax_id", "text", N_("Tax id"), N_("NIF in Spain, SIREN in France."), check=_tax_id)
ADDRESS = _operator("address", "text", N_("Street and number"), maximum=140)
POSTCODE = _operator("postcode", "text", N_("Postcode"), maximum=10)
CITY = _operator("city", "text", N_("Town"), maximum=80)
REGISTER = _operator(
    "register",
    "text",
    N_("Trade register"),
    N_("The mention printed at the foot of invoices, if any."),
    default="",
    maximum=140,
)
EMAIL = _operator("email", "email", N_("E-mail"), N_("Mails are sent from this address, and answers arrive at it."))
PRIVACY_EMAIL = _operator("privacy_email", "email", N_("E-mail for questions of privacy"))
PHONE = _operator("phone", "text", N_("Telephone"), default="", maximum=30)
SUPPORT_HOURS = _operator(
    "support_hours",
    "text",
    N_("Support hours"),
    N_("In words, as shown to bookshops: support is given five days of seven, by mail and telephone."),
    default="",
    maximum=140,
)
HOSTING_PLACE = _operator(
    "hosting_place", "text", N_("Where the servers are"), N_("Region and country, told in the privacy policy.")
)
AUTHORITY = _operator("authority", "text", N_("Supervisory authority for data protection"))
IBAN = _operator("iban", "iban", N_("IBAN from which transfers are paid"))
SEPA_ID = _operator(
    "sepa_id",
    "text",
    N_("Identifier of the ordering party"),
    N_("The identifier that the bank asks for in transfer files: tax id and suffix in Spain."),
    default="",
    maximum=35,
)
LOGO = _operator("logo", "image", N_("Logo"), N_("Shown on invoices; PNG, JPEG or SVG."), default="")

FEE = declare(
    Setting(
        key="members.fee",
        kind="money",
        label=N_("Yearly membership fee, VAT included"),
        help=N_("What an independent bookshop pays for each period. Networks without a fee do not ask for it."),
        minimum=0,
        maximum=1_000_000,
        unit="€",
        section="members",
    )
)
FEE_DAYS = declare(
    Setting(
        key="members.fee_days",
        kind="integer",
        label=N_("Days to pay the fee"),
        help=N_("Counted from the acceptance, in calendar days."),
        minimum=1,
        maximum=365,
        unit=N_("days"),
        section="members",
    )
)

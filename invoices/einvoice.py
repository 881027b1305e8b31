"""The same invoice for machines: Factur-X (CII), profile EN 16931, built from the document alone.

The amount due is zero: the invoice is deducted from the transfer, so what was redeemed counts as paid in
advance (BT-113), and the payment means is the setting off of mutual debts (UNTDID 4461 code 97). France
wants the invoicing mode as well (S2: a service already paid).
"""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from typing import Any

from facturx.generate_xml import generate_xml

from invoices.words import Words
from trade.base.money import euros
from trade.base.text import N_
from trade.billing.rules.document import CommissionLine, InvoiceDocument, Party

NAME = "factur-x.xml"
LEVEL = "en16931"
INVOICE = "380"
CLEARING = "97"
PAID_SERVICE = "S2"
STANDARD_RATE = "S"
ONE_PIECE = "C62"

TITLE = N_("Commission on gift cheques")
LINE_TITLES = {
    "counter": N_("Gift cheques redeemed at the counter"),
    "orders": N_("Gift cheques used in orders"),
}
TERMS = N_("Deducted from the transfer of the redeemed gift cheques.")


def make_xml(document: InvoiceDocument, translations: NullTranslations) -> bytes:
    """The Factur-X file, checked against its XSD. Raises an exception of factur-x where it is not valid."""
    xml: bytes = generate_xml(
        fields(document, translations), flavor="factur-x", level=LEVEL, check_xsd=True, check_schematron=None
    )
    return xml


def fields(document: InvoiceDocument, translations: NullTranslations) -> dict[str, Any]:
    """The document under the term numbers of EN 16931; numbers as text with two decimals."""
    _ = translations.gettext
    words = Words(document.locale, document.currency)
    notes = [{"BT-22": _(TITLE)}]
    notes += [{"BT-22": note.text, **({"BT-21": note.code} if note.code else {})} for note in document.notes]
    return {
        "BT-1": document.number,
        "BT-2": document.issued_on,
        "BT-3": INVOICE,
        "BT-5": document.currency,
        "BT-9": document.deduction.due_on,
        **({"BT-12": document.contract} if document.contract else {}),
        "BT-20": _(TERMS),
        "BT-72": document.period_end,
        "BT-73": document.period_start,
        "BT-74": document.period_end,
        "BT-81": CLEARING,
        "BT-83": document.deduction.reference,
        **({"BT-23": PAID_SERVICE} if document.issuer.country == "FR" else {}),
        "BG-1": notes,
        "BG-4": _party(document.issuer),
        "BG-7": _party(document.recipient),
        "BG-23": [
            {
                "BT-116": _amount(line.base),
                "BT-117": _amount(line.tax),
                "BT-118": STANDARD_RATE,
                "BT-119": _amount(line.rate),
            }
            for line in document.vat
        ],
        "BG-25": [_line(n, line, words, _) for n, line in enumerate(document.lines, start=1)],
        "BT-106": _amount(document.net),
        "BT-109": _amount(document.net),
        "BT-110": _amount(document.tax),
        "BT-112": _amount(document.total),
        "BT-113": _amount(document.total),
        "BT-115": _amount(0),
    }


def _amount(hundredths: int) -> str:
    return str(euros(hundredths))


def _line(number: int, line: CommissionLine, words: Words, _: Callable[[str], str]) -> dict[str, Any]:
    values = {"rate": words.rate(line.rate), "base": words.money(line.redeemed)}
    return {
        "BT-126": str(number),
        "BT-129": "1",
        "BT-130": ONE_PIECE,
        "BT-131": _amount(line.net),
        "BT-146": _amount(line.net),
        "BT-151": STANDARD_RATE,
        "BT-152": _amount(line.vat_rate),
        "BT-153": _(LINE_TITLES[line.channel]),
        "BT-154": _("%(rate)s of %(base)s") % values,
    }


def _party(party: Party) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": party.name,
        "addr_l1": party.street,
        "postcode": party.postcode,
        "city": party.city,
        "country_code": party.country,
    }
    if party.vat_id:
        found["vat_identifier"] = party.vat_id
    if party.register_id:
        found["legal_identifier"] = party.register_id
        found["legal_identifier_schemeid"] = party.register_scheme
    if party.email:
        found["einvoicing_addr"] = party.email
        found["einvoicing_addr_schemeid"] = "EM"
    if party.imprint:
        found["legal_info"] = party.imprint
    return found

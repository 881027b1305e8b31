"""What an invoice says before it has a number: the operator, the bookshop, the lines of a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from trade.base import settings
from trade.base.errors import Refused
from trade.base.identifiers import iban, masked_iban, vat_id
from trade.base.settings import Resolved, Setting
from trade.base.tenancy import TenantSession
from trade.billing.rules.commission import Redeemed, commission_lines
from trade.billing.rules.document import Deduction, InvoiceDocument, LegalNote, Party, check, vat_lines
from trade.billing.rules.month import Month
from trade.billing.settings import NOTES, TRANSFER_DAY, VAT, notes_of
from trade.gift_cheques.models import ChequeEntry
from trade.members.models import BillingData, Bookshop
from trade.members.settings import ADDRESS, CITY, EMAIL, LEGAL_NAME, LOGO, PHONE, POSTCODE, REGISTER, TAX_ID
from trade.texts.models import Acceptance, LegalText

USED = (LEGAL_NAME, TAX_ID, ADDRESS, POSTCODE, CITY, REGISTER, EMAIL, PHONE, LOGO, VAT, TRANSFER_DAY, NOTES)
SIRET_LENGTH = 14


@dataclass(frozen=True)
class Frame:
    """What all invoices of one closing share: the month, the moment, and the settings in force."""

    month: Month
    at: datetime
    country: str
    locale: str
    currency: str
    brand: str
    values: Mapping[str, Resolved]
    terms: Mapping[int, int]

    def value(self, setting: Setting) -> Any:
        """The value of a setting in force at the closing."""
        return self.values[setting.key].value


def frame_of(session: TenantSession, *, month: Month, at: datetime) -> Frame:
    """Read once what every invoice of the closing needs. Raises NotSet for the first setting that is missing."""
    found = settings.resolve_many(session, USED, at=at, bookshop_ids=[None])
    profile = session.profile
    return Frame(
        month=month,
        at=at,
        country=profile.country,
        locale=profile.locale,
        currency=profile.currency,
        brand=profile.brand,
        values={key: resolved for (_, key), resolved in found.items()},
        terms=_accepted_terms(session),
    )


def _accepted_terms(session: TenantSession) -> dict[int, int]:
    """The newest version of the terms that each bookshop has accepted."""
    statement = (
        select(Acceptance.bookshop_id, func.max(LegalText.version))
        .join(LegalText, LegalText.id == Acceptance.text_id)
        .where(LegalText.document == "terms", Acceptance.bookshop_id.is_not(None))
        .group_by(Acceptance.bookshop_id)
    )
    return {shop: version for shop, version in session.execute(statement) if shop is not None}


def draft_invoice(
    frame: Frame, shop: Bookshop, billing: BillingData, entries: Sequence[ChequeEntry], first: Month
) -> InvoiceDocument:
    """The invoice of one bookshop without its number; ``first`` is the month of its earliest redemption."""
    lines = commission_lines(
        (Redeemed(cents=-e.cents, channel=e.channel, rate=e.details["rate"]) for e in entries),
        vat_rate=frame.value(VAT),
    )
    vat = vat_lines(lines)
    net, tax, redeemed = sum(i.net for i in lines), sum(i.tax for i in vat), sum(i.redeemed for i in lines)
    return check(
        InvoiceDocument(
            number="",
            issued_on=frame.month.last,
            created_at=frame.at,
            period_start=first.first,
            period_end=frame.month.last,
            locale=frame.locale,
            currency=frame.currency,
            brand=frame.brand,
            issuer=issuer(frame),
            recipient=recipient(shop, billing),
            lines=lines,
            vat=vat,
            net=net,
            tax=tax,
            total=net + tax,
            deduction=Deduction(
                redeemed=redeemed,
                invoice=net + tax,
                transfer=redeemed - net - tax,
                due_on=frame.month.next.first.replace(day=frame.value(TRANSFER_DAY)),
                account=masked_iban(valid_account(billing)),
                reference=shop.name,
                redemptions=len(entries),
            ),
            contract=str(frame.terms.get(shop.id, "")),
            notes=tuple(LegalNote(code=code, text=text) for code, text in notes_of(frame.value(NOTES))),
            logo_sha256=frame.value(LOGO),
        )
    )


def issuer(frame: Frame) -> Party:
    """The operator as invoices name it."""
    return Party(
        name=frame.value(LEGAL_NAME),
        street=frame.value(ADDRESS),
        postcode=frame.value(POSTCODE),
        city=frame.value(CITY),
        country=frame.country,
        email=frame.value(EMAIL),
        phone=frame.value(PHONE),
        imprint=frame.value(REGISTER),
        **_tax_names(frame.value(TAX_ID), frame.country),
    )


def recipient(shop: Bookshop, billing: BillingData) -> Party:
    """The bookshop as its billing data name it (T116)."""
    return Party(
        name=billing.legal_name,
        street=billing.address,
        postcode=billing.postcode,
        city=billing.city,
        country=shop.country,
        email=billing.email or shop.email,
        **_tax_names(billing.tax_id, shop.country),
    )


def _tax_names(tax_id: str, country: str) -> dict[str, str]:
    """A stored tax id under the names that invoices of its country give it."""
    named = {"tax_id": tax_id, "tax_label": "NIF", "vat_id": vat_id(tax_id, country=country)}
    if country == "FR":
        label = "SIRET" if len(tax_id) == SIRET_LENGTH else "SIREN"
        return {**named, "tax_label": label, "register_id": tax_id[:9], "register_scheme": "0002"}
    return named


def valid_account(billing: BillingData) -> str:
    """The bookshop's IBAN, or nothing where it has given none that is valid (T130)."""
    try:
        return iban(billing.iban)
    except Refused:
        return ""

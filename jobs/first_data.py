"""What a new installation needs before anybody comes: mails, legal texts, the joining questionnaire, places.

Only what is missing is added, so that it may run at every start; staff's own versions are never touched.
"""

from __future__ import annotations

from datetime import datetime

from babel.numbers import format_currency, format_decimal
from sqlalchemy import func, select

from config.seeding import legal_text, message_templates, postcodes, questionnaire, shipping_table, towns
from trade.base import settings
from trade.base.money import euros
from trade.base.tenancy import TenantSession
from trade.catalogue.actions import STAFF, ensure_categories, ensure_source
from trade.members import settings as operator
from trade.messages.actions import add_missing_templates
from trade.messages.rules import fill
from trade.places.actions import NewPlace
from trade.places.actions import load_places as put_places
from trade.places.queries import count as known_places
from trade.privacy.rules import KEEP_YEARS
from trade.questionnaires import actions as questionnaires
from trade.questionnaires.queries import in_force
from trade.shipping.actions import add_table
from trade.shipping.queries import tables
from trade.stock.actions import ensure_adapters
from trade.texts import actions as texts
from trade.texts.queries import versions
from trade.texts.rules import title_of

DOCUMENTS = {
    "terms": "bookshop",
    "privacy": "bookshop",
    "reservations": "option",
    "gift_cheques": "option",
    "sales": "nobody",
    "selling": "option",
}
JOINING = "joining"
LOCK = 727_003
SERVED_FROM = {
    "ES": frozenset({"ES", "AD"}),
    "FR": frozenset({"FR", "MC", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF"}),
}
"""The countries and territories whose places a network knows, as GeoNames codes them."""
COMMISSION_OF_SALES = 700
"""Seven per cent of the net price: the seed's number (F09), told in the French terms."""


def load_first_data(session: TenantSession, *, at: datetime) -> None:
    """Add what is missing, in a system session; the caller commits. Two at once wait for each other."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    add_missing_templates(session, templates=message_templates(), at=at)
    ensure_categories(session)
    ensure_source(session, key=STAFF)
    ensure_adapters(session, at=at)
    if not tables(session, limit=1):
        note, brackets = shipping_table(session.profile.code)
        add_table(session, brackets=brackets, valid_from=at, at=at, note=note, is_sample=True)
    for document, accepted_by in DOCUMENTS.items():
        if not versions(session, document=document):
            _publish_sample(session, document, accepted_by, at=at)
    if in_force(session, name=JOINING) is None:
        questions = questionnaire(JOINING, session.profile.code)
        draft = questionnaires.draft(session, name=JOINING, questions=questions, at=at)
        questionnaires.publish(session, questionnaire_id=draft.id, at=at)


def load_places(session: TenantSession) -> int:
    """Load the towns and postcodes of the country and its small neighbours, if there are none yet; how many rows."""
    if known_places(session):
        return 0
    own = SERVED_FROM[session.profile.country]
    rows = [row for row in [*towns(), *postcodes()] if row["country"] in own]
    return put_places(session, places=map(_place, rows))


def _place(row: dict[str, str]) -> NewPlace:
    return NewPlace(
        country=row["country"],
        name=row["name"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        area=row["area"],
        postcode=row.get("postcode", ""),
        population=int(row.get("population", 0)),
    )


def _publish_sample(session: TenantSession, document: str, accepted_by: str, *, at: datetime) -> None:
    bodies = {
        locale: fill(body, _words(session, locale, at=at))
        for locale, body in legal_text(document, session.profile.code).items()
    }
    titles = {locale: title_of(body, otherwise=document) for locale, body in bodies.items()}
    draft = texts.draft(session, document=document, titles=titles, bodies=bodies, accepted_by=accepted_by, at=at)
    texts.publish(session, text_id=draft.id, effective_from=at, at=at)


def _words(session: TenantSession, locale: str, *, at: datetime) -> dict[str, str]:
    """The words that the sample texts leave open; once published they stand as they are."""

    def told(setting: settings.Setting) -> str:
        return str(settings.value_of(session, setting, at=at))

    profile = session.profile
    place = f"{told(operator.ADDRESS)}, {told(operator.POSTCODE)} {told(operator.CITY)}"
    fee = settings.value_of(session, operator.FEE, at=at) if profile.has("fee") else 0
    return {
        "network": profile.brand,
        "operator_legal_name": told(operator.LEGAL_NAME),
        "operator_tax_id": told(operator.TAX_ID),
        "operator_address": place,
        "operator_email": told(operator.EMAIL),
        "privacy_email": told(operator.PRIVACY_EMAIL),
        "hosting_place": told(operator.HOSTING_PLACE),
        "authority": told(operator.AUTHORITY),
        "accounting_years": str(KEEP_YEARS[profile.country]),
        "membership_fee": format_currency(euros(fee), profile.currency, locale=locale),
        "commission": f"{format_decimal(COMMISSION_OF_SALES / 100, locale=locale)} %",
    }

"""The sample bookshops: imported as those that had joined before, then brought to life by their owners' steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schwifty import IBAN
from sqlalchemy import select
from stdnum import luhn
from stdnum.es import cif

from config.seeding import sample_bookshops
from jobs.context import Context
from jobs.demo.people import DOMAIN
from trade.accounts.actions import grant_role
from trade.accounts.models import Role
from trade.base.settings import set_value
from trade.base.tenancy import Scope, TenantSession
from trade.calendar.actions import add_regional_holidays, add_vacation
from trade.members.actions import accept_texts, import_bookshops, set_option
from trade.members.models import Bookshop
from trade.stock.settings import THRESHOLDS
from trade.texts.queries import pending_for_bookshop

STREETS = {"es": "Calle de la Muestra, {number}", "fr": "{number} rue de l'Exemple"}
HOURS = {
    "es": "Lunes a viernes de 10:00 a 14:00 y de 17:00 a 20:30; sábados de 10:00 a 14:00",
    "fr": "Du mardi au samedi de 10 h à 19 h",
}
PHONES = {"es": "+34 910 000 {number:03}", "fr": "+33 1 99 00 {number:04}"}
ALBA = {
    "es": ("Librería Alba", "Madrid", "28004", "40.4262, -3.6990"),
    "fr": ("Librairie Alba", "Paris", "75004", "48.8554, 2.3599"),
}
FICTIVE_BANK = {
    "ES": {"bank_code": "9999", "branch_code": "0001", "account_code": "{number:010}"},
    "FR": {"bank_code": "99999", "branch_code": "00001", "account_code": "{number:011}"},
}


WITH_HOLIDAYS = 12
"""So many bookshops have entered the holidays of their region."""


@dataclass(frozen=True)
class Shop:
    """A sample bookshop: its ids, and where it stands in the list."""

    id: int
    slug: str
    number: int
    owner_id: int

    @property
    def scope(self) -> Scope:
        """Its owner at work."""
        return Scope("bookshop", bookshop_id=self.id, person_id=self.owner_id)


def create_bookshops(context: Context, people: dict[str, int], *, founded: datetime, now: datetime) -> list[Shop]:
    """Import every bookshop of the country and Alba, and let their owners take the first steps.

    The first of the list belongs to the sample owner, with her clerk; the last one is Alba.
    """
    with context.session() as session:
        import_bookshops(session, rows=_rows(context), at=founded, dry_run=False)
        shops = _shops(session)
        grant_role(session, person_id=people["clerk"], role="clerk", bookshop_id=shops[0].id, at=founded)
    for shop in shops:
        with context.session(shop.scope) as session:
            _begin(session, shop, context, founded=founded, now=now)
    return shops


def _rows(context: Context) -> list[dict[str, str]]:
    network, country = context.profile.code, context.profile.country
    rows = [
        _row(
            network,
            country,
            number,
            row["name"],
            row["city"],
            row["postcode"],
            f"{row['latitude']}, {row['longitude']}",
        )
        for number, row in enumerate(sample_bookshops(country))
    ]
    rows[0]["contact_email"] = f"owner@{DOMAIN}"
    alba = _row(network, country, len(rows), *ALBA[network])
    return [*rows, alba | {"slug": "alba", "contact_email": f"alba@{DOMAIN}"}]


def _row(
    network: str, country: str, number: int, name: str, city: str, postcode: str, coordinates: str
) -> dict[str, str]:
    return {
        "name": name,
        "city": city,
        "postcode": postcode,
        "coordinates": coordinates,
        "address": STREETS[network].format(number=1 + number % 90),
        "hours": HOURS[network],
        "phone": PHONES[network].format(number=number),
        "contact_name": f"{name} (sample)",
        "contact_email": f"bookshop{number:03}@{DOMAIN}",
        "legal_name": f"{name} (sample)",
        "tax_id": _tax_id(country, number),
        "iban": _iban(country, number),
    }


def _tax_id(country: str, number: int) -> str:
    """A tax id with a right check digit, of nobody."""
    if country == "ES":
        body = f"B{90_000 + number:07}"
        return f"{body}{cif.calc_check_digits(body)[0]}"
    body = f"{9_000 + number:08}"
    return f"{body}{luhn.calc_check_digit(body)}"


def _iban(country: str, number: int) -> str:
    """An IBAN with right check digits, at a bank that does not exist."""
    parts = {name: text.format(number=number + 1) for name, text in FICTIVE_BANK[country].items()}
    return str(IBAN.generate(country, **parts))


def _shops(session: TenantSession) -> list[Shop]:
    rows = session.execute(
        select(Bookshop.id, Bookshop.slug, Role.person_id)
        .join(Role, (Role.bookshop_id == Bookshop.id) & (Role.name == "owner"))
        .order_by(Bookshop.id)
    )
    return [Shop(id_, slug, number, owner) for number, (id_, slug, owner) in enumerate(rows)]


def _begin(session: TenantSession, shop: Shop, context: Context, *, founded: datetime, now: datetime) -> None:
    """What an owner does first: accept the texts, take part, enter the holidays; some set more."""
    locale = context.profile.locale
    accept_texts(session, bookshop_id=shop.id, person_id=shop.owner_id, text_ids=[], locale=locale, at=founded)
    pending = [text.id for text in pending_for_bookshop(session, bookshop_id=shop.id, at=now)]
    accept_texts(session, bookshop_id=shop.id, person_id=shop.owner_id, text_ids=pending, locale=locale, at=now)
    for option in ("reservations", "gift_cheques"):
        set_option(session, bookshop_id=shop.id, option=option, on=True, accepted=True, at=founded, locale=locale)
    bookshop = session.get_one(Bookshop, shop.id)
    if shop.number < WITH_HOLIDAYS:
        add_regional_holidays(session, bookshop=bookshop, at=founded)
    if shop.number % 9 == 4:
        set_value(session, THRESHOLDS, {"fixed_price": 1_000}, at=founded, bookshop_id=shop.id)
    if shop.number % 20 == 7:
        first = now.date() + timedelta(days=30)
        add_vacation(session, bookshop=bookshop, first=first, last=first + timedelta(days=9), note="", at=now)
    if shop.number == 12:
        first = now.date() - timedelta(days=2)
        add_vacation(session, bookshop=bookshop, first=first, last=first + timedelta(days=6), note="", at=founded)

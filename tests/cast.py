"""The named cast of every test: two bookshops, a reader, staff, an accountant, and three books.

Alba and Boreal are bookshops (each with owner and clerk), Clara is a reader, Bruno another one, Dora is staff,
Emilio the accountant, Ada the administrator. All are samples.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from jobs.first_data import load_first_data
from trade.accounts.models import Person, Role, SignInSession
from trade.base.crypto import digest
from trade.base.models import SettingValue
from trade.base.tenancy import Scope, TenantSession
from trade.catalogue.actions import add_books
from trade.catalogue.rules import NewBook
from trade.members.models import BillingData, Bookshop
from trade.texts.actions import accept
from trade.texts.queries import pending_for_bookshop

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""Tuesday, 11:00 in Madrid and Paris: the moment most tests work at."""

PLACES = {
    "es": [
        ("Madrid", "28001", "MD", "ES", "Europe/Madrid", 40.4168, -3.7038),
        ("Barcelona", "08001", "CT", "ES", "Europe/Madrid", 41.3874, 2.1686),
    ],
    "fr": [
        ("Paris", "75001", "", "FR", "Europe/Paris", 48.8566, 2.3522),
        ("Lyon", "69001", "", "FR", "Europe/Paris", 45.7640, 4.8357),
    ],
}
TAX_IDS = {"es": ("B58378431", "A28599033"), "fr": ("732829320", "552008443")}
IBANS = {
    "es": ("ES9121000418450200051332", "ES7921000813610123456789"),
    "fr": ("FR1420041010050500013M02606", "FR7630006000011234567890189"),
}
BOOKS = [
    (9788437604947, "Cien años de soledad", ["Gabriel García Márquez"], "es", 1495),
    (9788417860790, "El infinito en un junco", ["Irene Vallejo"], "es", 2495),
    (9782070368228, "L'Étranger", ["Albert Camus"], "fr", 700),
]


@dataclass
class Cast:
    """Ids of everybody; scopes and sign-in tokens are made from them."""

    network: str
    alba: int = 0
    boreal: int = 0
    people: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def bookshop(self, name: str = "alba", person: str | None = None) -> Scope:
        """The scope of a bookshop, acted in by its owner unless another person is named."""
        return Scope("bookshop", bookshop_id=getattr(self, name), person_id=self.people[person or f"{name}_owner"])

    def reader(self, name: str = "clara") -> Scope:
        """The scope of a reader."""
        return Scope("reader", person_id=self.people[name])

    def staff(self, name: str = "dora") -> Scope:
        """The scope of platform staff."""
        return Scope("staff", person_id=self.people[name])

    def accountant(self) -> Scope:
        """The scope of the platform's accountant."""
        return Scope("accountant", person_id=self.people["emilio"])


def load(session: TenantSession, network: str) -> Cast:
    """Put the cast into an empty database, in a system session; the caller commits."""
    cast = Cast(network)
    for index, name in enumerate(("alba", "boreal")):
        setattr(cast, name, _bookshop(session, network, name, index))
    _person(session, cast, "clara", [])
    _person(session, cast, "bruno", [])
    _person(session, cast, "dora", [("staff", None)])
    _person(session, cast, "ada", [("administrator", None)])
    _person(session, cast, "emilio", [("accountant", None)])
    for name in ("alba", "boreal"):
        _person(session, cast, f"{name}_owner", [("owner", getattr(cast, name))])
        _person(session, cast, f"{name}_clerk", [("clerk", getattr(cast, name))])
    _books(session)
    load_first_data(session, at=NOW - timedelta(days=90))
    _accept_texts(session, cast)
    session.flush()
    return cast


def _accept_texts(session: TenantSession, cast: Cast) -> None:
    """Both bookshops have accepted what is in force, so that no page asks for it first."""
    for name in ("alba", "boreal"):
        for text in pending_for_bookshop(session, bookshop_id=getattr(cast, name), at=NOW):
            accept(
                session,
                text_id=text.id,
                person_id=cast.people[f"{name}_owner"],
                bookshop_id=getattr(cast, name),
                locale=cast.network,
                at=NOW - timedelta(days=60),
            )


def _bookshop(session: TenantSession, network: str, name: str, index: int) -> int:
    city, postcode, subdivision, country, zone, latitude, longitude = PLACES[network][index]
    shop = Bookshop(
        slug=name,
        name=name.capitalize(),
        state="active",
        country=country,
        city=city,
        postcode=postcode,
        subdivision=subdivision,
        time_zone=zone,
        latitude=latitude,
        longitude=longitude,
        email=f"{name}@mostrador.example",
        applied_at=NOW - timedelta(days=90),
        active_at=NOW - timedelta(days=60),
    )
    session.add(shop)
    session.flush()
    session.add_all(
        SettingValue(key=key, bookshop_id=shop.id, value=True, valid_from=shop.active_at, set_at=NOW)
        for key in ("reservations.on", "gift_cheques.on")
    )
    session.add(
        BillingData(
            bookshop_id=shop.id,
            legal_name=f"{name.capitalize()} (sample)",
            tax_id=TAX_IDS[network][index],
            address="1",
            postcode=postcode,
            city=city,
            email=shop.email,
            iban=IBANS[network][index],
            iban_holder=name.capitalize(),
        )
    )
    return shop.id


def _person(session: TenantSession, cast: Cast, name: str, roles: list[tuple[str, int | None]]) -> None:
    person = Person(
        email=f"{name}@mostrador.example", name=name.replace("_", " ").title(), verified_at=NOW, locale=cast.network
    )
    session.add(person)
    session.flush()
    cast.people[name] = person.id
    cast.tokens[name] = secrets.token_urlsafe(32)
    session.add_all(Role(person_id=person.id, name=role, bookshop_id=shop) for role, shop in roles)
    session.add(
        SignInSession(
            person_id=person.id,
            token_hash=digest(cast.tokens[name]),
            created_at=NOW,
            seen_at=NOW,
            expires_at=NOW + timedelta(days=3650),
            second_factor=True,
        )
    )


def _books(session: TenantSession) -> None:
    books = [
        NewBook(isbn, title, tuple(authors), language=language, price_cents=cents)
        for isbn, title, authors, language, cents in BOOKS
    ]
    add_books(session, books=books, at=NOW, source="cast")

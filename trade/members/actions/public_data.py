"""The bookshop's own data: what readers see, who is invoiced, where the money goes (T114-T122, T130)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select

from trade.accounts.models import Person, Role
from trade.base import identifiers, journal
from trade.base.coordinates import outside_country, parse_coordinates
from trade.base.errors import NotAllowed, NotFound, Refused, concerning
from trade.base.settings import declared, set_value
from trade.base.tenancy import TenantSession
from trade.base.territories import territory_of
from trade.base.text import N_, Text
from trade.members import rules
from trade.members.models import BillingData, Bookshop
from trade.members.queries import area_of
from trade.messages.actions import send
from trade.texts.actions import accept as accept_text
from trade.texts.queries import text_in_force


def _line(limit: int) -> Callable[[str], str]:
    def read(typed: str) -> str:
        words = " ".join(typed.split())
        if len(words) > limit:
            raise Refused(N_("At most %(limit)s characters."), limit=limit)
        return words

    return read


def _lines(limit: int) -> Callable[[str], str]:
    def read(typed: str) -> str:
        words = typed.replace("\r\n", "\n").strip()
        if len(words) > limit:
            raise Refused(N_("At most %(limit)s characters."), limit=limit)
        return words

    return read


def _or_empty(read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda typed: read(typed) if typed.strip() else ""


PUBLIC_FIELDS: Mapping[str, Callable[[str], str]] = {
    "name": _line(rules.NAME_LENGTH),
    "address": _line(200),
    "postcode": str,
    "city": _line(rules.NAME_LENGTH),
    "email": _or_empty(identifiers.mail_address),
    "phone": _or_empty(identifiers.phone),
    "website": _or_empty(identifiers.web_address),
    "web_shop": _or_empty(rules.web_shop),
    "hours": _lines(1_000),
    "description": _lines(5_000),
}
BILLING_FIELDS: Mapping[str, Callable[[str], str]] = {
    "legal_name": _line(140),
    "tax_id": str,
    "address": _line(200),
    "postcode": str,
    "city": _line(rules.NAME_LENGTH),
    "email": _or_empty(identifiers.mail_address),
}
REQUIRED = frozenset({"name", "postcode", "city", "legal_name", "tax_id"})


def _read(fields: Mapping[str, Callable[[str], str]], given: Mapping[str, str], *, country: str) -> dict[str, str]:
    """The stored form of every field given. Raises Refused naming the field, KeyError for one that is not ours."""
    stored: dict[str, str] = {}
    for name, typed in given.items():
        if name in REQUIRED and not typed.strip():
            raise Refused(N_("This must not be empty."), field=name)
        with concerning(name):
            if name == "postcode":
                stored[name] = rules.postcode(typed, country=country)
            elif name == "tax_id":
                stored[name] = identifiers.tax_id(typed, country=country)
            else:
                stored[name] = fields[name](typed)
    return stored


def _bookshop(session: TenantSession, bookshop_id: int) -> Bookshop:
    bookshop = session.get(Bookshop, bookshop_id)
    if bookshop is None:
        raise NotFound()
    return bookshop


def place_in_territory(session: TenantSession, *, bookshop: Bookshop) -> None:
    """Let holidays, shipping zone, wall time and province follow from the postcode."""
    territory = territory_of(bookshop.postcode, country=bookshop.country)
    bookshop.subdivision, bookshop.zone = territory.subdivision, territory.zone
    bookshop.time_zone = territory.time_zone
    bookshop.area = area_of(session, postcode=bookshop.postcode) or bookshop.area


def change_public_data(session: TenantSession, *, bookshop_id: int, given: Mapping[str, str], at: datetime) -> None:
    """Change what readers see (T114): the fields of :data:`PUBLIC_FIELDS`, any of them.

    The hours are words only and close nothing (T115). Raises NotFound, Refused naming the field.
    """
    bookshop = _bookshop(session, bookshop_id)
    stored = _read(PUBLIC_FIELDS, given, country=bookshop.country)
    for name, value in stored.items():
        setattr(bookshop, name, value)
    if "postcode" in stored:
        place_in_territory(session, bookshop=bookshop)
    _note(session, "bookshop.public_data", bookshop_id, sorted(stored), at)


def set_place(session: TenantSession, *, bookshop_id: int, pasted: str, at: datetime) -> Text | None:
    """Set the place on the map from pasted coordinates or a map's address (T120). Raises NotFound, Refused.

    Returns a warning where the place lies outside the country; it is kept all the same.
    """
    bookshop = _bookshop(session, bookshop_id)
    with concerning("pasted"):
        point = parse_coordinates(pasted)
    bookshop.latitude, bookshop.longitude = point.latitude, point.longitude
    _note(session, "bookshop.place", bookshop_id, ["latitude", "longitude"], at)
    if outside_country(point, country=bookshop.country):
        return Text(N_("These coordinates lie outside the country. Are latitude and longitude in the right order?"))
    return None


def change_billing(session: TenantSession, *, bookshop_id: int, given: Mapping[str, str], at: datetime) -> None:
    """Change who is invoiced (T116): the fields of :data:`BILLING_FIELDS`; the tax id is checked.

    Raises NotFound, Refused naming the field.
    """
    bookshop = _bookshop(session, bookshop_id)
    stored = _read(BILLING_FIELDS, given, country=bookshop.country)
    billing = _billing(session, bookshop_id)
    for name, value in stored.items():
        setattr(billing, name, value)
    _note(session, "bookshop.billing", bookshop_id, sorted(stored), at)


def _billing(session: TenantSession, bookshop_id: int) -> BillingData:
    billing = session.scalar(select(BillingData).where(BillingData.bookshop_id == bookshop_id).with_for_update())
    if billing is None:
        raise NotFound()
    return billing


def _note(session: TenantSession, action: str, bookshop_id: int, fields: list[str], at: datetime) -> None:
    session.flush()
    journal.write(
        session,
        action=action,
        thing="bookshop",
        thing_id=bookshop_id,
        at=at,
        bookshop_id=bookshop_id,
        details={"fields": fields},
    )


def change_iban(session: TenantSession, *, bookshop_id: int, iban: str, holder: str, at: datetime) -> None:
    """Change the account that transfers go to (T130): owners only, and the addresses on file are told at once.

    ``billing_data.changed_at`` is the moment of the change, for whoever holds transfers after one (safety.md
    R11). Raises NotAllowed, NotFound, Refused.
    """
    _check_owner(session, bookshop_id)
    bookshop = _bookshop(session, bookshop_id)
    billing = _billing(session, bookshop_id)
    with concerning("iban"):
        stored = identifiers.iban(iban)
    named = " ".join(holder.split())
    if not named or len(named) > 70:
        raise Refused(N_("Write the holder of the account, at most 70 letters."), field="holder")
    if (billing.iban, billing.iban_holder) == (stored, named):
        return
    before, billing.iban, billing.iban_holder, billing.changed_at = billing.iban, stored, named, at
    _note(session, "bookshop.iban", bookshop_id, ["iban"], at)
    _tell_iban(session, bookshop, billing.email, before=before, after=stored, at=at)


def _check_owner(session: TenantSession, bookshop_id: int) -> None:
    if session.scope.kind in {"staff", "system"}:
        return
    held = select(Role.id).where(
        Role.person_id == session.scope.person_id, Role.bookshop_id == bookshop_id, Role.name == "owner"
    )
    if session.scalar(held) is None:
        raise NotAllowed(N_("Only an owner of the bookshop may change its bank account."))


def _tell_iban(
    session: TenantSession, bookshop: Bookshop, billing_email: str, *, before: str, after: str, at: datetime
) -> None:
    owners = session.execute(
        select(Person.email, Person.locale)
        .join(Role, Role.person_id == Person.id)
        .where(Role.bookshop_id == bookshop.id, Role.name == "owner", Person.state == "active")
    )
    addresses: dict[str, str] = dict(owners.all())
    for address in (billing_email, bookshop.email):
        if address:
            addresses.setdefault(address, session.profile.locale)
    for number, (address, locale) in enumerate(addresses.items()):
        send(
            session,
            key=f"billing.iban_changed:{bookshop.id}:{at.isoformat()}:{number}",
            template="billing.iban_changed",
            to_email=address,
            to_name=bookshop.name,
            locale=locale,
            bookshop_id=bookshop.id,
            values={
                "bookshop": bookshop.name,
                "before": identifiers.masked_iban(before) or "–",
                "after": identifiers.masked_iban(after),
                "moment": at,
            },
            at=at,
            time_zone=bookshop.time_zone,
        )


OPTIONS = ("reservations", "gift_cheques", "sales")
#: The document with an option's conditions, where it is not called as the option: "sales" is what readers read.
CONDITIONS = {"sales": "selling"}


def set_option(
    session: TenantSession, *, bookshop_id: int, option: str, on: bool, accepted: bool, at: datetime, locale: str
) -> None:
    """Join or leave one of the platform's models at any moment (T125), accepting its conditions to join.

    Gift cheques need an IBAN (T130). Raises NotFound, Refused.
    """
    if option not in OPTIONS:
        raise NotFound()
    if on:
        _check_option(session, bookshop_id, option, accepted=accepted, at=at, locale=locale)
    set_value(session, declared(f"{option}.on"), on, bookshop_id=bookshop_id, at=at)


def _check_option(
    session: TenantSession, bookshop_id: int, option: str, *, accepted: bool, at: datetime, locale: str
) -> None:
    if option == "gift_cheques" and not _billing(session, bookshop_id).iban:
        raise Refused(N_("Gift cheques are paid by transfer: set the IBAN first."), field="iban")
    conditions = text_in_force(session, document=CONDITIONS.get(option, option), at=at)
    if conditions is None:
        return
    if not accepted or session.scope.person_id is None:
        raise Refused(N_("Accept the conditions of this option to switch it on."), field="accepted")
    accept_text(
        session,
        text_id=conditions.id,
        person_id=session.scope.person_id,
        bookshop_id=bookshop_id,
        locale=locale,
        at=at,
    )

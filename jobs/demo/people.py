"""The sample people: one sign-in for each role, some readers, and an owner for each bookshop. None is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs.context import Context
from trade.accounts.actions import create_person
from trade.base.tenancy import TenantSession

PASSWORD = "mostrador-demo"
"""The one password of the demo's sign-ins; bin/run prints it. Production has no demo."""
DOMAIN = "mostrador.example"


@dataclass(frozen=True)
class SignIn:
    """One sample person of a role, where she lands, and how she signs in."""

    role: str
    address_path: str
    email: str
    password: str


@dataclass(frozen=True)
class Sample:
    """A sample person: the local part of the address, the name, what she is."""

    key: str
    name: str
    role: str
    label: str
    lands: str

    @property
    def email(self) -> str:
        """The address: a reserved domain that receives nothing."""
        return f"{self.key}@{DOMAIN}"


PEOPLE = (
    Sample("ada", "Ada (sample)", "administrator", "administrator", "/staff/"),
    Sample("dora", "Dora (sample)", "staff", "staff of the network", "/staff/"),
    Sample("emilio", "Emilio (sample)", "accountant", "accountant", "/ledger/"),
    Sample("nora", "Nora (sample)", "accountant", "second approver", "/ledger/"),
    Sample("owner", "Olga (sample)", "owner", "owner of a bookshop", "/office/"),
    Sample("clerk", "Clemente (sample)", "clerk", "clerk of that bookshop", "/office/"),
    Sample("alba", "Alba (sample)", "owner", "owner, no stock yet", "/office/"),
    Sample("clara", "Clara (sample)", "", "reader", "/account/"),
)
PLATFORM_ROLES = frozenset({"administrator", "staff", "accountant"})
READERS = ("bruno", "carla", "diego", "elena", "fatima", "gael", "hugo", "ines", "jade", "leo", "marta", "noe")


def sign_ins(context: Context) -> list[SignIn]:
    """One sign-in for each role, as bin/run prints them."""
    return [SignIn(one.label, one.lands, one.email, PASSWORD) for one in PEOPLE]


def create_people(session: TenantSession, *, at: datetime) -> dict[str, int]:
    """Create everybody; returns their ids by key. Owners and clerks get their bookshop afterwards."""
    ids = {one.key: _create(session, one, at) for one in PEOPLE}
    for key in READERS:
        person = create_person(
            session,
            email=f"{key}@{DOMAIN}",
            name=f"{key.capitalize()} (sample)",
            locale=session.profile.locale,
            at=at,
        )
        ids[key] = person.id
    return ids


def _create(session: TenantSession, one: Sample, at: datetime) -> int:
    person = create_person(
        session,
        email=one.email,
        name=one.name,
        locale=session.profile.locale,
        at=at,
        password=PASSWORD,
        roles=[(one.role, None)] if one.role in PLATFORM_ROLES else [],
    )
    return person.id

"""Roles: the last owner of a living bookshop and the last administrator stay until somebody follows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased

from trade.accounts.models import Person, Role
from trade.accounts.rules import ROLE_LABELS
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.members.models import Bookshop
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import Outcome

NAME = "roles"


class Roles(PersonalData):
    """The roles of a person in bookshops and in the platform."""

    name = NAME
    label = N_("Roles")

    def open(self, session: TenantSession, *, person: Person) -> list[Text]:
        """The roles that nobody else holds."""
        return _last_owner(session, person) + _last_administrator(session, person)

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Delete them."""
        done = session.execute(delete(Role).where(Role.person_id == case.person.id))
        found = int(done.rowcount)  # type: ignore[attr-defined]
        return Outcome(self.name, self.label, found=found, deleted=found)

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """Each role with its bookshop."""
        rows = session.execute(
            select(Role, Bookshop.name)
            .join(Bookshop, Bookshop.id == Role.bookshop_id, isouter=True)
            .where(Role.person_id == person.id)
            .order_by(Role.id)
        ).all()
        return [
            {"role": ROLE_LABELS[row.name], "bookshop": bookshop or "", "since": row.created_at.isoformat()}
            for row, bookshop in rows
        ]


def _last_owner(session: TenantSession, person: Person) -> list[Text]:
    other = aliased(Role)
    others = select(other.id).where(
        other.bookshop_id == Role.bookshop_id, other.name == "owner", other.person_id != person.id
    )
    names = session.scalars(
        select(Bookshop.name)
        .join(Role, Role.bookshop_id == Bookshop.id)
        .where(
            Role.person_id == person.id,
            Role.name == "owner",
            Bookshop.state.not_in(("left", "refused")),
            ~others.exists(),
        )
        .order_by(Bookshop.id)
    )
    message = N_("You are the last owner of %(bookshop)s: appoint another one, or let the bookshop leave first.")
    return [Text(message, {"bookshop": name}) for name in names]


def _last_administrator(session: TenantSession, person: Person) -> list[Text]:
    held = select(Role.id).where(Role.person_id == person.id, Role.name == "administrator")
    others = select(func.count()).select_from(Role).where(Role.name == "administrator", Role.person_id != person.id)
    if session.scalar(held) is None or session.scalars(others).one():
        return []
    return [Text(N_("You are the last administrator of the network: appoint another one first."))]


KIND = Roles()

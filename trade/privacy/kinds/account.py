"""The account itself, last of all: the row stays empty so that numbers elsewhere point to nobody."""

from __future__ import annotations

from typing import Any

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import Outcome

NAME = "account"


class Account(PersonalData):
    """Name, address, telephone, password and second factor."""

    name = NAME
    label = N_("Account: name, e-mail, telephone, password")

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Empty every column; nobody can sign in with it again."""
        person = case.person
        person.email = f"erased:{case.subject}"
        person.name = person.phone = person.locale = ""
        person.password_hash = person.totp_secret = None
        person.verified_at = person.totp_on_at = None
        person.state = "erased"
        session.flush()
        return Outcome(self.name, self.label, found=1, deleted=1)

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """The account as it stands."""
        return [
            {
                "name": person.name,
                "email": person.email,
                "phone": person.phone,
                "language": person.locale,
                "since": person.created_at.isoformat(),
                "verified_at": person.verified_at.isoformat() if person.verified_at else "",
            }
        ]


KIND = Account()

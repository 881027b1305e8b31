"""Mails: those to the person, and those to others that name her."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.messages.models import Message
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import Outcome

NAME = "messages"


class Messages(PersonalData):
    """Mails kept in the outbox."""

    name = NAME
    label = N_("E-mails")

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Delete every mail to her or about her; one not yet sent is not sent any more."""
        theirs = or_(
            Message.person_id == case.person.id,
            Message.about_id == case.person.id,
            Message.to_email == case.person.email,
        )
        found = session.execute(delete(Message).where(theirs).execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
        return Outcome(self.name, self.label, found=found, deleted=found)

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """The mails she was sent; links in them are one-time and left out with the words."""
        rows = session.scalars(select(Message).where(Message.person_id == person.id).order_by(Message.id))
        return [{"subject": row.subject, "to": row.to_email, "at": row.created_at.isoformat()} for row in rows]


KIND = Messages()

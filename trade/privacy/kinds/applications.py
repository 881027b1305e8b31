"""Applications of bookshops: the contact a person gave, the answers and files of one that never joined."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, update

from trade.accounts.models import Person
from trade.base import outbox
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import Application, BillingData, Bookshop, StoredFile
from trade.members.states import AFTER_ACCEPTANCE
from trade.privacy.actions.blocking import block
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import LAWS, Outcome, keep_until
from trade.questionnaires.models import Answer

NAME = "applications"


class Applications(PersonalData):
    """Applications in which the person was the contact."""

    name = NAME
    label = N_("Applications to join")

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Block the contact of a bookshop that joined (it made a contract), delete the others with their answers."""
        blocked = deleted = 0
        for application, bookshop in _of(session, case.person):
            if bookshop.state in (*AFTER_ACCEPTANCE, "left"):
                _block(session, application, case)
                blocked += 1
            else:
                _forget_answers(session, bookshop)
                deleted += 1
            application.contact_name = application.contact_email = application.contact_phone = ""
            application.message = application.override_reason = ""
        session.flush()
        until = keep_until(case.at, country=case.country).isoformat() if blocked else ""
        why = LAWS[case.country] if blocked else ""
        return Outcome(
            self.name,
            self.label,
            found=blocked + deleted,
            deleted=deleted,
            blocked=blocked,
            why=why,
            until=until,
        )

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """Each application, of those this scope may read."""
        return [
            {
                "bookshop": bookshop.name,
                "contact": application.contact_name,
                "email": application.contact_email,
                "phone": application.contact_phone,
                "message": application.message,
                "at": application.created_at.isoformat(),
            }
            for application, bookshop in _of(session, person)
        ]


def _of(session: TenantSession, person: Person) -> list[tuple[Application, Bookshop]]:
    rows = session.execute(
        select(Application, Bookshop)
        .join(Bookshop, Bookshop.id == Application.bookshop_id)
        .where(Application.contact_email == person.email)
        .order_by(Application.id)
    ).all()
    return [(application, bookshop) for application, bookshop in rows]


def _block(session: TenantSession, application: Application, case: Case) -> None:
    contact = {
        "name": application.contact_name,
        "email": application.contact_email,
        "phone": application.contact_phone,
        "bookshop": application.bookshop_id,
        "at": application.created_at.isoformat(),
    }
    block(session, kind=NAME, plain=json.dumps(contact).encode(), case=case)


def _forget_answers(session: TenantSession, bookshop: Bookshop) -> None:
    """A bookshop that never joined is nobody's contract: its answers, files and contact go."""
    session.execute(update(Answer).where(Answer.bookshop_id == bookshop.id).values(value=None, before=None, asked=""))
    files = session.scalars(select(StoredFile).where(StoredFile.bookshop_id == bookshop.id, StoredFile.sha256 != ""))
    for file in files.all():
        key = f"privacy.forget_file:{file.id}"
        outbox.post(session, kind="privacy.forget_file", key=key, payload={"sha256": file.sha256})
        file.name, file.sha256, file.size = "", "", 0
    for column in ("email", "phone", "website", "hours", "description", "address"):
        setattr(bookshop, column, "")
    bookshop.latitude = bookshop.longitude = None
    billing = session.scalars(select(BillingData).where(BillingData.bookshop_id == bookshop.id)).one()
    for column in ("legal_name", "tax_id", "address", "postcode", "city", "email", "iban", "iban_holder"):
        setattr(billing, column, "")


KIND = Applications()

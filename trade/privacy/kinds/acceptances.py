"""Acceptance of contracts on behalf of a bookshop: proof of a contract, blocked for the law."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.privacy.actions.blocking import block
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import LAWS, Outcome, keep_until
from trade.texts.models import Acceptance, LegalText

NAME = "acceptances"


class Acceptances(PersonalData):
    """Which texts a person accepted for her bookshop."""

    name = NAME
    label = N_("Contracts accepted for a bookshop")

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Seal who accepted; the acceptance itself stays, with a number that stands for nobody."""
        rows = _of(session, case.person)
        if not rows:
            return Outcome(self.name, self.label)
        proof = {
            "name": case.person.name,
            "email": case.person.email,
            "person": case.person.id,
            "accepted": [{"acceptance": acceptance.id, "at": acceptance.at.isoformat()} for acceptance, _ in rows],
        }
        block(session, kind=NAME, plain=json.dumps(proof).encode(), case=case)
        return Outcome(
            self.name,
            self.label,
            found=len(rows),
            blocked=len(rows),
            why=LAWS[case.country],
            until=keep_until(case.at, country=case.country).isoformat(),
        )

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """Each text with its version and moment."""
        return [
            {"document": text.document, "version": text.version, "at": acceptance.at.isoformat()}
            for acceptance, text in _of(session, person)
        ]


def _of(session: TenantSession, person: Person) -> list[tuple[Acceptance, LegalText]]:
    rows = session.execute(
        select(Acceptance, LegalText)
        .join(LegalText, LegalText.id == Acceptance.text_id)
        .where(Acceptance.person_id == person.id)
        .order_by(Acceptance.id)
    ).all()
    return [(acceptance, text) for acceptance, text in rows]


KIND = Acceptances()

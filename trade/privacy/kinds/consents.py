"""Consents: the proof that they were given or withdrawn stays, under a number that stands for nobody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.models import Consent
from trade.privacy.rules import PROOF, Outcome

NAME = "consents"


class Consents(PersonalData):
    """What a person said yes or no to."""

    name = NAME
    label = N_("Consents")

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Nothing is sent on a consent of an erased person; the rows hold purpose, words and moment only."""
        found = session.scalars(
            select(func.count()).select_from(Consent).where(Consent.person_id == case.person.id)
        ).one()
        return Outcome(self.name, self.label, found=found, kept=found, why=PROOF if found else "")

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """Every yes and no with the words shown."""
        rows = session.scalars(select(Consent).where(Consent.person_id == person.id).order_by(Consent.id))
        return [
            {"purpose": row.purpose, "given": row.given, "words": row.words, "at": row.at.isoformat()} for row in rows
        ]


KIND = Consents()

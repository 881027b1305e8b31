"""Records of what was done: they name people by a number only, which stands for nobody after the erasure."""

from __future__ import annotations

from sqlalchemy import func, select

from trade.base.models import JournalEntry
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import Outcome

NAME = "records"
WHY = N_("They hold a number instead of a name: who acted can no longer be told.")


class Records(PersonalData):
    """Lines of the journal signed with the person's number."""

    name = NAME
    label = N_("Records of actions")

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Nothing to take away: the journal is append-only and holds no personal data."""
        found = session.scalars(
            select(func.count()).select_from(JournalEntry).where(JournalEntry.actor_id == case.person.id)
        ).one()
        return Outcome(self.name, self.label, found=found, kept=found, why=WHY if found else "")


KIND = Records()

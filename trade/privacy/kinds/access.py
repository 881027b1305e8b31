"""Sessions, one-time links, recovery codes and counted attempts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Delete, delete, or_, select

from trade.accounts.actions.counting import subject_of
from trade.accounts.models import Person, RecoveryCode, SignInAttempt, SignInSession, Token, TotpUse
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import Outcome

NAME = "access"
COUNTED = ("address", "mail")


class Access(PersonalData):
    """What signing in leaves behind."""

    name = NAME
    label = N_("Sessions, links and attempts to sign in")

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Delete all of it: whoever is signed in is signed out at once."""
        found = sum(_deleted(session, statement) for statement in _statements(case))
        return Outcome(self.name, self.label, found=found, deleted=found)

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """When she signed in, and until when."""
        rows = session.scalars(
            select(SignInSession).where(SignInSession.person_id == person.id).order_by(SignInSession.id)
        )
        return [{"signed_in_at": row.created_at.isoformat(), "expires_at": row.expires_at.isoformat()} for row in rows]


def _statements(case: Case) -> list[Delete]:
    person, pepper = case.person, case.pepper
    subjects = [subject_of(kind, person.email, pepper=pepper) for kind in COUNTED]
    subjects.append(subject_of("second_factor", str(person.id), pepper=pepper))
    return [
        delete(SignInSession).where(SignInSession.person_id == person.id),
        delete(Token).where(or_(Token.person_id == person.id, Token.payload["email"].astext == person.email)),
        delete(RecoveryCode).where(RecoveryCode.person_id == person.id),
        delete(TotpUse).where(TotpUse.person_id == person.id),
        delete(SignInAttempt).where(SignInAttempt.subject.in_(subjects)),
    ]


def _deleted(session: TenantSession, statement: Delete) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


KIND = Access()

"""Consents: append-only, one per purpose, withdrawn as easily as given (F45-F47)."""

from __future__ import annotations

from datetime import datetime

from trade.base import journal
from trade.base.tenancy import TenantSession
from trade.privacy.models import Consent
from trade.privacy.queries import consents_of
from trade.privacy.rules import check_purpose


def set_consent(
    session: TenantSession, *, person_id: int, purpose: str, given: bool, words: str, form: str, at: datetime
) -> None:
    """Write down a yes or a no with the words that were shown; an unchanged answer adds nothing. Raises Refused."""
    check_purpose(purpose)
    if consents_of(session, person_id=person_id).get(purpose, False) == given:
        return
    session.add(Consent(person_id=person_id, purpose=purpose, given=given, words=words, form=form, at=at))
    session.flush()
    journal.write(
        session,
        action="consent.given" if given else "consent.withdrawn",
        thing="person",
        thing_id=person_id,
        at=at,
        details={"purpose": purpose},
    )

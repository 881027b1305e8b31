"""Reads about consents and deletion requests."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.privacy.models import Consent, DeletionRequest
from trade.privacy.rules import PURPOSES
from trade.privacy.states import OPEN


def consents_of(session: TenantSession, *, person_id: int) -> dict[str, bool]:
    """Every purpose with the last answer of a person; no answer is no."""
    rows = session.execute(
        select(Consent.purpose, Consent.given)
        .where(Consent.person_id == person_id)
        .distinct(Consent.purpose)
        .order_by(Consent.purpose, Consent.id.desc())
    ).tuples()
    return dict.fromkeys(PURPOSES, False) | dict(rows)


def consenting(purpose: str) -> Select[int]:
    """The ids of living people whose last answer to a purpose is yes: the only way to choose whom to write to."""
    last = (
        select(Consent.person_id, Consent.given)
        .where(Consent.purpose == purpose)
        .distinct(Consent.person_id)
        .order_by(Consent.person_id, Consent.id.desc())
        .subquery()
    )
    return (
        select(Person.id)
        .join(last, last.c.person_id == Person.id)
        .where(last.c.given, Person.state == "active", Person.verified_at.is_not(None))
    )


def open_request(session: TenantSession, *, person_id: int) -> DeletionRequest | None:
    """The person's deletion request that is not over yet."""
    return session.scalar(
        select(DeletionRequest).where(DeletionRequest.person_id == person_id, DeletionRequest.state.in_(OPEN))
    )


def queue(session: TenantSession, *, limit: int = 100) -> Sequence[tuple[DeletionRequest, Person]]:
    """The open requests with their people, the most urgent first, for staff."""
    rows = session.execute(
        select(DeletionRequest, Person)
        .join(Person, Person.id == DeletionRequest.person_id)
        .where(DeletionRequest.state.in_((*OPEN, "executed")))
        .order_by(DeletionRequest.due_on, DeletionRequest.id)
        .limit(limit)
    ).all()
    return [(request, person) for request, person in rows]


def requests() -> Select[DeletionRequest]:
    """Every request, newest first, for a paged list."""
    return select(DeletionRequest).order_by(DeletionRequest.id.desc())

"""Reads about consents and deletion requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.members.models import StoredFile
from trade.privacy.models import Consent, DeletionRequest, Tombstone
from trade.privacy.rules import PURPOSES
from trade.privacy.states import OPEN


def consents_of(session: TenantSession, *, person_id: int) -> dict[str, bool]:
    """Every purpose with the last answer of a person; no answer is no."""
    rows = session.execute(
        select(Consent.purpose, Consent.given)
        .where(Consent.person_id == person_id)
        .ext(distinct_on(Consent.purpose))
        .order_by(Consent.purpose, Consent.id.desc())
    )
    return dict.fromkeys(PURPOSES, False) | dict(rows.all())


def consenting(purpose: str) -> Select[int]:
    """The ids of living people whose last answer to a purpose is yes: the only way to choose whom to write to."""
    last = (
        select(Consent.person_id, Consent.given)
        .where(Consent.purpose == purpose)
        .ext(distinct_on(Consent.person_id))
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


def tombstones(session: TenantSession) -> list[tuple[int, str, datetime]]:
    """Everybody who was erased: number, keyed hash of the address, moment."""
    rows = session.execute(
        select(Tombstone.person_id, Tombstone.email_hash, Tombstone.executed_at).order_by(Tombstone.id)
    )
    return list(rows)


def urgency(session: TenantSession) -> tuple[int, date | None]:
    """How many requests wait for an answer, and by when the first one must have it."""
    count, first = session.execute(
        select(func.count(), func.min(DeletionRequest.due_on)).where(DeletionRequest.state.in_(OPEN))
    ).one()
    return count, first


def file_is_used(session: TenantSession, *, sha256: str) -> bool:
    """Whether any stored file still has these bytes."""
    return session.scalar(select(StoredFile.id).where(StoredFile.sha256 == sha256).limit(1)) is not None

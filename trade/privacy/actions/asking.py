"""Asking to be erased, and staff's part before it is done (F42, F48; GDPR art. 12 and 17)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trade.accounts.models import Person
from trade.accounts.queries import person_by_email
from trade.base import journal
from trade.base.errors import NotFound, Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.messages.actions import send
from trade.privacy.models import DeletionRequest
from trade.privacy.queries import open_request
from trade.privacy.rules import due_on
from trade.privacy.states import DELETION
from trade.reservations.actions import give_up
from trade.reservations.models import Reservation
from trade.reservations.states import HOLDING


def ask_deletion(
    session: TenantSession, *, person_id: int, at: datetime, give_up_reservations: bool = False
) -> DeletionRequest:
    """A signed-in person asks to be erased; asking twice changes nothing. Scope reader.

    Open reservations are ended now, with mails, where she says so; else the request waits for them. Her session
    is the proof of who she is. Raises NotFound.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound()
    if give_up_reservations:
        references = session.scalars(
            select(Reservation.reference).where(Reservation.reader_id == person.id, Reservation.state.in_(HOLDING))
        ).all()
        for reference in references:
            give_up(session, reference=reference, at=at)
    present = open_request(session, person_id=person.id)
    if present is not None:
        return present
    request = _new(session, person, at=at)
    fire(session, DELETION, request, "check_identity", role="reader", at=at, reason="signed in")
    return request


def staff_ask(session: TenantSession, *, email: str, at: datetime) -> DeletionRequest:
    """Write down a request that came by mail or telephone (F42); its identity is still to be checked. Scope staff.

    Raises NotFound where nobody has that address.
    """
    person = person_by_email(session, email=email.strip().lower())
    if person is None:
        raise NotFound(N_("Nobody has this e-mail address."), email=email)
    return open_request(session, person_id=person.id) or _new(session, person, at=at)


def _new(session: TenantSession, person: Person, *, at: datetime) -> DeletionRequest:
    request = DeletionRequest(person_id=person.id, state=DELETION.first, asked_at=at, due_on=due_on(at))
    session.add(request)
    session.flush()
    journal.write(session, action="deletion_request.asked", thing="deletion_request", thing_id=request.id, at=at)
    send(
        session,
        key=f"privacy.asked:{request.id}",
        template="privacy.asked",
        to_email=person.email,
        to_name=person.name,
        person_id=person.id,
        locale=person.locale or session.profile.locale,
        values={"name": person.name, "due_on": request.due_on},
        at=at,
    )
    return request


def check_identity(session: TenantSession, *, request_id: int, how: str, at: datetime) -> DeletionRequest:
    """Write down how staff made sure who asks (``how`` names the way, not the person). Scope staff.

    Raises NotFound, Conflict, Refused.
    """
    if not how.strip():
        raise Refused(N_("Write how you checked who asks."), field="how")
    request = find(session, request_id=request_id)
    fire(session, DELETION, request, "check_identity", role="staff", at=at, reason=how.strip())
    return request


def withdraw_deletion(session: TenantSession, *, request_id: int, at: datetime) -> DeletionRequest:
    """The person changes her mind before it is done. Scope reader, or staff for her. Raises NotFound, Conflict."""
    request = find(session, request_id=request_id)
    role = "staff" if session.scope.kind in {"staff", "system"} else "reader"
    fire(session, DELETION, request, "withdraw", role=role, at=at)
    return request


def refuse(session: TenantSession, *, request_id: int, reason: str, at: datetime) -> DeletionRequest:
    """Refuse with a reason that the person reads. Scope staff. Raises NotFound, Conflict, Refused.

    The reason goes into the mail only: the journal keeps no words about a person.
    """
    if not reason.strip():
        raise Refused(N_("Give a reason: the other side will read it."), field="reason")
    request = find(session, request_id=request_id)
    fire(session, DELETION, request, "refuse", role="staff", at=at, reason="see the mail")
    person = session.get_one(Person, request.person_id)
    send(
        session,
        key=f"privacy.refused:{request.id}",
        template="privacy.refused",
        to_email=person.email,
        to_name=person.name,
        person_id=person.id,
        locale=person.locale or session.profile.locale,
        values={"name": person.name, "reason": reason.strip()},
        at=at,
    )
    return request


def find(session: TenantSession, *, request_id: int) -> DeletionRequest:
    """The request, locked until the end of the transaction. Raises NotFound."""
    request = session.scalar(select(DeletionRequest).where(DeletionRequest.id == request_id).with_for_update())
    if request is None:
        raise NotFound()
    return request

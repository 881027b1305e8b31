"""Carrying out a deletion: every kind of personal data in one transaction, and a certificate of it (F42, F48)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from trade.accounts.models import Person
from trade.base import journal, outbox, registry
from trade.base.crypto import keyed_hash
from trade.base.errors import Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.messages.actions import send
from trade.messages.rules import in_words
from trade.privacy import kinds
from trade.privacy.actions.asking import find
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.models import DeletionRequest, Tombstone
from trade.privacy.rules import Outcome, certificate, fingerprint, lines_of
from trade.privacy.states import DELETION

KINDS: tuple[PersonalData, ...] = tuple(
    sorted((module.KIND for module in registry.adapters(kinds).values()), key=lambda kind: kind.name == "account")
)
"""Every kind of personal data; the account is emptied last, for the others look it up."""


def what_is_open(session: TenantSession, *, person: Person) -> list[Text]:
    """What must end before the person can be erased; empty where nothing stands in the way."""
    return [text for kind in KINDS for text in kind.open(session, person=person)]


def execute(session: TenantSession, *, request_id: int, at: datetime, pepper: bytes, code: str) -> DeletionRequest:
    """Erase the person, or note what it waits for and tell her. Scope staff or system.

    ``code`` is the version of the program, for the certificate. Raises NotFound, Conflict where the request is
    over, Refused where nobody checked who asks.
    """
    request = find(session, request_id=request_id)
    person = session.get_one(Person, request.person_id)
    if request.state == "asked":
        raise Refused(N_("Check first who asks."))
    waits_for = what_is_open(session, person=person)
    if waits_for:
        _wait(session, request, person, waits_for, at=at)
        return request
    reader = (person.email, person.locale or session.profile.locale)
    fire(
        session,
        DELETION,
        request,
        "execute",
        role="staff",
        at=at,
        executed_at=at,
        executed_by=session.scope.person_id,
        waits_for=[],
    )
    outcomes, subject = erase(session, person=person, at=at, pepper=pepper)
    _certify(session, request, outcomes, subject=subject, at=at, code=code)
    _send_certificate(session, request, to_email=reader[0], locale=reader[1], at=at)
    return request


def _wait(
    session: TenantSession, request: DeletionRequest, person: Person, waits_for: list[Text], *, at: datetime
) -> None:
    told = [{"message": text.message, "values": dict(text.values)} for text in waits_for]
    if request.state == "waiting" and request.waits_for == told:
        return
    fire(session, DELETION, request, "wait", role="staff", at=at, waits_for=told)
    locale = person.locale or session.profile.locale
    send(
        session,
        key=f"privacy.waiting:{request.id}:{at.isoformat()}",
        template="privacy.waiting",
        to_email=person.email,
        to_name=person.name,
        person_id=person.id,
        locale=locale,
        values={
            "name": person.name,
            "waits_for": "\n".join(f"- {_said(session, text, locale)}" for text in waits_for),
            "due_on": request.due_on,
        },
        at=at,
    )


def _said(session: TenantSession, text: Text, locale: str) -> str:
    profile = session.profile
    return in_words(
        text,
        locale=locale,
        time_zone=profile.time_zone,
        currency=profile.currency,
        translate=profile.translate,
    )


def erase(session: TenantSession, *, person: Person, at: datetime, pepper: bytes) -> tuple[list[Outcome], str]:
    """Erase every kind of personal data of a person under a new random subject, and leave a tombstone.

    Returns what was done, kind by kind, and the subject.
    """
    subject = secrets.token_hex(16)
    email_hash = keyed_hash(pepper, "tombstone", person.email)
    case = Case(person=person, subject=subject, at=at, pepper=pepper, country=session.profile.country)
    outcomes = [kind.erase(session, case=case) for kind in KINDS]
    session.add(Tombstone(person_id=person.id, email_hash=email_hash, executed_at=at))
    session.flush()
    outbox.post(session, kind="privacy.remember", key=f"privacy.remember:{subject}", payload={})
    journal.write(session, action="person.erased", thing="person", thing_id=person.id, at=at)
    return outcomes, subject


def _certify(
    session: TenantSession,
    request: DeletionRequest,
    outcomes: list[Outcome],
    *,
    subject: str,
    at: datetime,
    code: str,
) -> None:
    document = certificate(
        outcomes,
        subject=subject,
        asked_at=request.asked_at,
        executed_at=at,
        network=session.profile.code,
        code=code,
    )
    fire(
        session,
        DELETION,
        request,
        "certify",
        role="platform",
        at=at,
        subject=subject,
        certificate=document,
        certificate_sha256=fingerprint(document),
    )


def certificate_text(session: TenantSession, *, request: DeletionRequest, locale: str) -> str:
    """The certificate in words, as the person gets it; it names nobody."""
    head = Text(
        N_("Certificate of deletion %(subject)s\nAsked on %(asked)s, carried out on %(executed)s."),
        {
            "subject": request.subject or "",
            "asked": request.asked_at.date(),
            "executed": (request.executed_at or request.asked_at).date(),
        },
    )
    lines = [
        Text(
            line.message,
            {
                "label": Text(line.label),
                "count": line.count,
                "why": Text(line.why) if line.why else "",
                "until": line.until,
            },
        )
        for line in lines_of(request.certificate)
    ]
    tail = Text(N_("SHA-256 of the record: %(fingerprint)s"), {"fingerprint": request.certificate_sha256})
    body = "\n".join(f"- {_said(session, line, locale)}" for line in lines)
    return f"{_said(session, head, locale)}\n\n{body}\n\n{_said(session, tail, locale)}\n"


def _send_certificate(
    session: TenantSession, request: DeletionRequest, *, to_email: str, locale: str, at: datetime
) -> None:
    """The last mail: its row loses the address as soon as it has left (``messages.actions.mark_delivered``)."""
    send(
        session,
        key=f"privacy.done:{request.id}",
        template="privacy.done",
        to_email=to_email,
        locale=locale,
        values={"certificate": certificate_text(session, request=request, locale=locale)},
        at=at,
    )


def replay(
    session: TenantSession, *, tombstones: Iterable[tuple[int, str, datetime]], at: datetime, pepper: bytes
) -> int:
    """Erase again whom a restored backup brought back. Scope system; returns how many.

    A tombstone is person, keyed hash of the address, moment; it counts only where both still agree, so that it
    can hurt nobody else.
    """
    count = 0
    for person_id, email_hash, executed_at in tombstones:
        person = session.scalar(select(Person).where(Person.id == person_id, Person.state != "erased"))
        if person is None or keyed_hash(pepper, "tombstone", person.email) != email_hash:
            continue
        erase(session, person=person, at=at, pepper=pepper)
        journal.write(
            session,
            action="person.erased_again",
            thing="person",
            thing_id=person_id,
            at=at,
            details={"first": executed_at.isoformat()},
        )
        count += 1
    return count

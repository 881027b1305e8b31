"""Signing in and out: limited guessing, equal answers, server-side sessions (safety.md R11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from trade.accounts.actions import counting
from trade.accounts.models import Person, SignInSession
from trade.accounts.queries import person_by_email, roles_of
from trade.accounts.rules import check_guessing, network_of, session_life
from trade.base import journal
from trade.base.crypto import digest, hash_password, needs_rehash, new_token, password_matches
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text

WRONG = N_("The e-mail address or the password is not right.")


@dataclass(frozen=True)
class SignIn:
    """What became of an attempt: a session token for the cookie, or the refusal to show."""

    token: str | None = None
    person_id: int | None = None
    needs_second_factor: bool = False
    refusal: Text | None = None


def sign_in(session: TenantSession, *, email: str, password: str, network: str, at: datetime, pepper: bytes) -> SignIn:
    """Check a password and open a session. Scope door; commit in any case, for the attempt is counted.

    ``network`` is the address of the client. Unknown addresses, wrong passwords and persons without password get
    one answer after the same time. Nothing is raised.
    """
    address, client = email.strip().lower(), network_of(network)
    try:
        check_guessing(
            for_address=counting.count(session, kind="address", value=address, at=at, pepper=pepper),
            for_network=counting.count(session, kind="network", value=client, at=at, pepper=pepper),
        )
    except Refused as refusal:
        return SignIn(refusal=refusal.text)
    person = person_by_email(session, email=address)
    right = password_matches(person.password_hash if person else None, password)
    counting.note(session, kind="address", value=address, succeeded=right, at=at, pepper=pepper)
    if person is None or not right:
        counting.note(session, kind="network", value=client, succeeded=False, at=at, pepper=pepper)
        return SignIn(refusal=Text(WRONG))
    if person.password_hash is not None and needs_rehash(person.password_hash):
        person.password_hash = hash_password(password)
    token = open_session(session, person=person, at=at)
    return SignIn(token=token, person_id=person.id, needs_second_factor=person.totp_on_at is not None)


def open_session(session: TenantSession, *, person: Person, at: datetime, second_factor: bool = False) -> str:
    """A new server-side session; the token goes into the cookie, only its hash is stored."""
    token = new_token()
    session.add(
        SignInSession(
            person_id=person.id,
            token_hash=digest(token),
            created_at=at,
            seen_at=at,
            expires_at=at + session_life(roles_of(session, person_id=person.id)),
            second_factor=second_factor,
        )
    )
    session.flush()
    journal.write(session, action="person.signed_in", thing="person", thing_id=person.id, at=at)
    return token


def sign_out(session: TenantSession, *, token: str, at: datetime) -> None:
    """End the session of this cookie, on the server too. Scope door."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == digest(token), SignInSession.revoked_at.is_(None))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )


def end_session(session: TenantSession, *, session_id: int, person_id: int, at: datetime) -> None:
    """End one of a person's own sessions, on whatever device it is open."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.person_id == person_id)
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )

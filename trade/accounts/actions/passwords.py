"""Setting a password: by a recovery link, and by the person who knows the old one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update

from trade.accounts.actions import counting, tokens
from trade.accounts.models import Person, SignInSession
from trade.accounts.queries import person_by_email
from trade.accounts.rules import TOKEN_LIFE, check_password
from trade.base import journal
from trade.base.crypto import digest, hash_password, password_matches
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.messages.actions import send


def ask_recovery(
    session: TenantSession, *, email: str, at: datetime, pepper: bytes, link: Callable[[str], str]
) -> None:
    """Mail a link to set a new password, if the address is known. Scope door.

    Nothing tells whether it is: the same answer, and at most a few mails to one address within the window. It
    is also the first access of a bookshop imported without password (T05).
    """
    address = email.strip().lower()
    person = person_by_email(session, email=address)
    if not counting.may_mail(session, email=address, at=at, pepper=pepper) or person is None:
        return
    token = tokens.issue(session, purpose="recovery", person_id=person.id, at=at)
    send(
        session,
        key=f"account.recovery:{digest(token)[:16]}",
        template="account.recovery",
        to_email=person.email,
        to_name=person.name,
        person_id=person.id,
        locale=person.locale,
        values={"name": person.name, "link": link(token), "until": at + TOKEN_LIFE["recovery"]},
        at=at,
    )


def set_password(session: TenantSession, *, token: str, password: str, at: datetime) -> int:
    """Use a recovery link: new password, verified address, every session ended. Returns the person. Scope door.

    A password that is refused does not use the link up. Raises Refused.
    """
    waiting = tokens.look(session, token=token, purpose="recovery", at=at)
    person = session.scalar(select(Person).where(Person.id == waiting.person_id, Person.state == "active"))
    if person is None:
        raise Refused(tokens.USED_UP)
    check_password(password, name=person.name, email=person.email)
    tokens.use(session, token=token, purpose="recovery", at=at)
    tokens.retire(session, purpose="recovery", person_id=person.id, at=at)
    person.verified_at = person.verified_at or at
    put_password(session, person=person, password=password, at=at)
    return person.id


def put_password(
    session: TenantSession, *, person: Person, password: str, at: datetime, keep_session: int | None = None
) -> None:
    """Store a checked password, end the other sessions and tell the person."""
    person.password_hash = hash_password(password)
    session.flush()
    end_sessions(session, person_id=person.id, at=at, keep=keep_session)
    journal.write(session, action="person.password_set", thing="person", thing_id=person.id, at=at)
    send(
        session,
        key=f"account.password_changed:{person.id}:{at.isoformat()}",
        template="account.password_changed",
        to_email=person.email,
        to_name=person.name,
        person_id=person.id,
        locale=person.locale,
        values={"name": person.name, "moment": at},
        at=at,
    )


def change_password(
    session: TenantSession, *, person_id: int, session_id: int, old: str, new: str, at: datetime
) -> None:
    """Change one's own password knowing the old one; the other sessions end. Raises NotFound, Refused."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound()
    if not password_matches(person.password_hash, old):
        raise Refused(N_("The present password is not right."), field="old")
    check_password(new, name=person.name, email=person.email)
    put_password(session, person=person, password=new, at=at, keep_session=session_id)


def reset_password(session: TenantSession, *, email: str, password: str, at: datetime) -> Person:
    """Set somebody's password from the command line: every session ends. Scope system. Raises NotFound, Refused."""
    person = person_by_email(session, email=email.strip().lower())
    if person is None:
        raise NotFound(N_("Nobody has the address “%(email)s”."), email=email)
    check_password(password, name=person.name, email=person.email)
    put_password(session, person=person, password=password, at=at)
    return person


def end_sessions(session: TenantSession, *, person_id: int, at: datetime, keep: int | None = None) -> None:
    """End a person's sessions, but for one if named."""
    statement = update(SignInSession).where(
        SignInSession.person_id == person_id, SignInSession.revoked_at.is_(None), SignInSession.id != (keep or 0)
    )
    session.execute(statement.values(revoked_at=at).execution_options(synchronize_session=False))

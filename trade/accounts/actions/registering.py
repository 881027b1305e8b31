"""Becoming a person of the network: registration, verified address, profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from trade.accounts.actions import counting, tokens
from trade.accounts.models import Person, Role
from trade.accounts.queries import person_by_email
from trade.accounts.rules import TOKEN_LIFE, check_password, person_name
from trade.base import identifiers, journal
from trade.base.crypto import digest, hash_password
from trade.base.errors import Conflict, NotFound, Refused, concerning
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.messages.actions import send
from trade.messages.rules import LOCALES
from trade.privacy.actions.consents import set_consent

Link = Callable[[str], str]
"""Makes an absolute address from a token: the domain knows no addresses of pages."""


def register(
    session: TenantSession,
    *,
    name: str,
    email: str,
    password: str,
    locale: str,
    consents: Mapping[str, str],
    at: datetime,
    pepper: bytes,
    link: Link,
    recovery_link: Link,
    form: str = "register",
) -> None:
    """Open a reader's account and mail her a link that verifies the address. Scope door.

    ``consents`` holds the ticked boxes only: purpose and the words shown beside it (F47). The answer is the same
    for an address that has an account already: it gets a mail that says so, and nothing changes. Raises Refused
    for a wrong name, address or password.
    """
    with concerning("name"):
        called = person_name(name)
    with concerning("email"):
        address = identifiers.mail_address(email)
    check_password(password, name=called, email=address)
    stored = hash_password(password)
    known = person_by_email(session, email=address)
    if not counting.may_mail(session, email=address, at=at, pepper=pepper):
        return
    if known is not None:
        _tell_known(session, known, at=at, link=recovery_link)
        return
    person = _add(session, email=address, name=called, locale=locale, password_hash=stored, verified_at=None, at=at)
    for purpose, words in consents.items():
        set_consent(session, person_id=person.id, purpose=purpose, given=True, words=words, form=form, at=at)
    _mail_verification(session, person, at=at, link=link)


def create_person(
    session: TenantSession,
    *,
    email: str,
    name: str,
    locale: str,
    at: datetime,
    password: str | None = None,
    roles: Iterable[tuple[str, int | None]] = (),
    verified: bool = True,
) -> Person:
    """A person with roles, made by the command line, an import or the demo. Scope system or staff.

    Without a password the first access is by recovery (T05). Raises Refused for an address that is taken.
    """
    address, called = identifiers.mail_address(email), person_name(name)
    if password is not None:
        check_password(password, name=called, email=address)
    person = _add(
        session,
        email=address,
        name=called,
        locale=locale,
        password_hash=None if password is None else hash_password(password),
        verified_at=at if verified else None,
        at=at,
    )
    session.add_all(Role(person_id=person.id, name=role, bookshop_id=bookshop_id) for role, bookshop_id in roles)
    session.flush()
    return person


def _add(
    session: TenantSession,
    *,
    email: str,
    name: str,
    locale: str,
    password_hash: str | None,
    verified_at: datetime | None,
    at: datetime,
) -> Person:
    person = Person(
        email=email,
        name=name,
        locale=locale if locale in LOCALES else session.profile.locale,
        password_hash=password_hash,
        verified_at=verified_at,
        created_at=at,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError as error:
        raise Conflict(N_("This e-mail address has an account already.")) from error
    journal.write(session, action="person.created", thing="person", thing_id=person.id, at=at)
    return person


def _tell_known(session: TenantSession, person: Person, *, at: datetime, link: Link) -> None:
    token = tokens.issue(session, purpose="recovery", person_id=person.id, at=at)
    send(
        session,
        key=f"account.exists:{digest(token)[:16]}",
        template="account.exists",
        to_email=person.email,
        to_name=person.name,
        person_id=person.id,
        locale=person.locale,
        values={"name": person.name, "link": link(token), "until": at + TOKEN_LIFE["recovery"]},
        at=at,
    )


def _mail_verification(session: TenantSession, person: Person, *, at: datetime, link: Link) -> None:
    token = tokens.issue(session, purpose="verification", person_id=person.id, payload={"email": person.email}, at=at)
    send(
        session,
        key=f"account.verify:{digest(token)[:16]}",
        template="account.verify",
        to_email=person.email,
        to_name=person.name,
        person_id=person.id,
        locale=person.locale,
        values={"name": person.name, "link": link(token), "until": at + TOKEN_LIFE["verification"]},
        at=at,
    )


def resend_verification(session: TenantSession, *, person_id: int, at: datetime, pepper: bytes, link: Link) -> None:
    """Mail another link that verifies the address. Scope door. Raises Refused after too many."""
    person = session.get_one(Person, person_id)
    if person.verified_at is not None:
        return
    if not counting.may_mail(session, email=person.email, at=at, pepper=pepper):
        raise Refused(N_("We have already sent you several links. Look into your mail, also among unwanted mail."))
    _mail_verification(session, person, at=at, link=link)


def verify_address(session: TenantSession, *, token: str, at: datetime) -> int:
    """Use the link of the mail: the address is verified. Returns the person. Scope door. Raises Refused."""
    used = tokens.use(session, token=token, purpose="verification", at=at)
    person = session.scalar(select(Person).where(Person.id == used.person_id, Person.state == "active"))
    if person is None or person.email != used.payload.get("email"):
        raise Refused(tokens.USED_UP)
    person.verified_at = person.verified_at or at
    journal.write(session, action="person.verified", thing="person", thing_id=person.id, at=at)
    return person.id


def change_profile(
    session: TenantSession, *, person_id: int, name: str, phone: str, locale: str, at: datetime
) -> Person:
    """Change one's own name, telephone and language. Raises NotFound, Refused."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound()
    if locale not in LOCALES:
        raise Refused(N_("Choose one of the languages offered."), field="locale")
    with concerning("name"):
        person.name = person_name(name)
    person.locale = locale
    with concerning("phone"):
        person.phone = identifiers.phone(phone) if phone.strip() else ""
    journal.write(session, action="person.changed", thing="person", thing_id=person.id, at=at)
    return person

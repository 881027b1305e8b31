"""Giving and taking roles, and inviting people (F43, T146)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from trade.accounts.actions import tokens
from trade.accounts.actions.passwords import put_password
from trade.accounts.actions.registering import create_person
from trade.accounts.models import Person, Role
from trade.accounts.queries import person_by_email, roles_of
from trade.accounts.rules import (
    ROLE_LABELS,
    TOKEN_LIFE,
    Held,
    Purpose,
    check_grant,
    check_password,
    check_removal,
    person_name,
)
from trade.base import identifiers, journal
from trade.base.crypto import digest
from trade.base.errors import NotFound, Refused, concerning
from trade.base.tenancy import TenantSession
from trade.base.text import Text
from trade.members.models import Bookshop
from trade.messages.actions import send


@dataclass(frozen=True)
class Greeting:
    """Whom a link is for: shown on the page it opens. ``has_password``: the person only confirms."""

    name: str
    email: str
    has_password: bool
    role: str = ""
    place: str = ""


def _authority(session: TenantSession) -> list[Held]:
    """The roles of the one who acts; the system acts as an administrator."""
    if session.scope.kind == "system":
        return [Held("administrator")]
    if session.scope.person_id is None:
        return []
    return roles_of(session, person_id=session.scope.person_id)


def invite(
    session: TenantSession,
    *,
    email: str,
    name: str,
    role: str,
    bookshop_id: int | None,
    locale: str,
    at: datetime,
    link: Callable[[str], str],
) -> str:
    """Mail somebody a link to accept a role; nothing exists before it is accepted. Returns the token.

    Owners invite into their own bookshop, administrators everywhere. Raises Refused.
    """
    check_grant(granter=_authority(session), wanted=Held(role, bookshop_id))
    return offer(session, email=email, name=name, role=role, bookshop_id=bookshop_id, locale=locale, at=at, link=link)


def offer(
    session: TenantSession,
    *,
    email: str,
    name: str,
    role: str,
    bookshop_id: int | None,
    locale: str,
    at: datetime,
    link: Callable[[str], str],
    template: str = "account.invitation",
) -> str:
    """The invitation itself, whoever decided it: an accepted bookshop's first access is one as well."""
    with concerning("name"):
        called = person_name(name)
    with concerning("email"):
        address = identifiers.mail_address(email)
    payload = {"email": address, "name": called, "role": role, "locale": locale}
    token = tokens.issue(session, purpose="invitation", bookshop_id=bookshop_id, payload=payload, at=at)
    place = session.profile.brand
    if bookshop_id is not None:
        place = session.get_one(Bookshop, bookshop_id).name
    send(
        session,
        key=f"{template}:{digest(token)[:16]}",
        template=template,
        to_email=address,
        to_name=called,
        locale=locale,
        bookshop_id=bookshop_id,
        values={
            "name": called,
            "contact": called,
            "place": place,
            "bookshop": place,
            "role": Text(ROLE_LABELS[role]),
            "link": link(token),
            "until": at + TOKEN_LIFE["invitation"],
        },
        at=at,
    )
    journal.write(
        session,
        action="role.offered",
        thing="role",
        thing_id=bookshop_id or 0,
        at=at,
        bookshop_id=bookshop_id,
        details={"role": role},
    )
    return token


def greet(session: TenantSession, *, token: str, purpose: Purpose, at: datetime) -> Greeting:
    """For whom a link is, without using it. Scope door. Raises Refused where it is used up."""
    waiting = tokens.look(session, token=token, purpose=purpose, at=at)
    if purpose != "invitation":
        person = session.scalar(select(Person).where(Person.id == waiting.person_id, Person.state == "active"))
        if person is None:
            raise Refused(tokens.USED_UP)
        return Greeting(person.name, person.email, person.password_hash is not None)
    known = person_by_email(session, email=waiting.payload["email"])
    place = session.profile.brand
    if waiting.bookshop_id is not None:
        place = session.get_one(Bookshop, waiting.bookshop_id).name
    return Greeting(
        name=known.name if known else waiting.payload["name"],
        email=waiting.payload["email"],
        has_password=known is not None and known.password_hash is not None,
        role=ROLE_LABELS[waiting.payload["role"]],
        place=place,
    )


def accept_invitation(session: TenantSession, *, token: str, password: str | None, at: datetime) -> int:
    """Use an invitation: the role is given. Returns the person. Scope door.

    Somebody new, or without a password, chooses one; somebody who has one keeps it. A refused password does not
    use the link up. Raises Refused.
    """
    greeting = greet(session, token=token, purpose="invitation", at=at)
    if not greeting.has_password:
        check_password(password or "", name=greeting.name, email=greeting.email)
    used = tokens.use(session, token=token, purpose="invitation", at=at)
    person = person_by_email(session, email=greeting.email)
    if person is None:
        person = create_person(
            session,
            email=greeting.email,
            name=used.payload["name"],
            locale=used.payload["locale"],
            at=at,
        )
    person.verified_at = person.verified_at or at
    if not greeting.has_password and password is not None:
        put_password(session, person=person, password=password, at=at)
    add_role(session, person_id=person.id, role=used.payload["role"], bookshop_id=used.bookshop_id, at=at)
    return person.id


def grant_role(
    session: TenantSession, *, person_id: int, role: str, at: datetime, bookshop_id: int | None = None
) -> Role:
    """Give a person a role she may be given by whoever acts. Raises NotFound, Refused."""
    check_grant(granter=_authority(session), wanted=Held(role, bookshop_id))
    if session.get(Person, person_id) is None:
        raise NotFound()
    return add_role(session, person_id=person_id, role=role, bookshop_id=bookshop_id, at=at)


def add_role(session: TenantSession, *, person_id: int, role: str, bookshop_id: int | None, at: datetime) -> Role:
    """The role's row, added where it is missing; who may is decided by the caller."""
    same_place = Role.bookshop_id.is_(None) if bookshop_id is None else Role.bookshop_id == bookshop_id
    held = session.scalar(select(Role).where(Role.person_id == person_id, Role.name == role, same_place))
    if held is not None:
        return held
    given = Role(person_id=person_id, name=role, bookshop_id=bookshop_id, created_at=at)
    session.add(given)
    session.flush()
    journal.write(
        session,
        action="role.given",
        thing="person",
        thing_id=person_id,
        at=at,
        bookshop_id=bookshop_id,
        details={"role": role},
    )
    return given


def take_role(session: TenantSession, *, role_id: int, at: datetime) -> None:
    """Take a role away; the last administrator and the last owner stay. Raises NotFound, Refused."""
    held = session.get(Role, role_id)
    if held is None:
        raise NotFound()
    check_grant(granter=_authority(session), wanted=Held(held.name, held.bookshop_id))
    same_place = Role.bookshop_id.is_(None) if held.bookshop_id is None else Role.bookshop_id == held.bookshop_id
    # Every holder is locked: two people cannot remove each other at the same moment.
    holders = session.scalars(select(Role).where(Role.name == held.name, same_place).with_for_update()).all()
    check_removal(role=Held(held.name, held.bookshop_id), others_with_it=len(holders) - 1)
    journal.write(
        session,
        action="role.taken",
        thing="person",
        thing_id=held.person_id,
        at=at,
        bookshop_id=held.bookshop_id,
        details={"role": held.name},
    )
    session.delete(held)
    session.flush()

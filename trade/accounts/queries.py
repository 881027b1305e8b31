"""Reads about people and their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from trade.accounts.identity import Identity, Workplace
from trade.accounts.models import Person, Role, SignInAttempt, SignInSession, Token
from trade.accounts.rules import Held
from trade.base.crypto import digest
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop


def signed_in(session: TenantSession, *, token: str, at: datetime) -> Identity | None:
    """The person of a session token, or None where it is unknown, revoked or expired (safety.md R11).

    Made for the ``door`` scope: three queries, no row leaves it.
    """
    row = session.execute(
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(
            SignInSession.token_hash == digest(token),
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > at,
            Person.state == "active",
        )
    ).first()
    if row is None:
        return None
    opened, person = row
    return Identity(
        person_id=person.id,
        session_id=opened.id,
        name=person.name,
        email=person.email,
        locale=person.locale,
        platform_roles=frozenset(
            session.scalars(select(Role.name).where(Role.person_id == person.id, Role.bookshop_id.is_(None)))
        ),
        workplaces=_workplaces(session, person.id),
        verified=person.verified_at is not None,
        has_second_factor=person.totp_on_at is not None,
        second_factor=opened.second_factor,
    )


def _workplaces(session: TenantSession, person_id: int) -> tuple[Workplace, ...]:
    rows = session.execute(
        select(Bookshop, Role.name)
        .join(Role, Role.bookshop_id == Bookshop.id)
        .where(Role.person_id == person_id)
        .order_by(Bookshop.name, Bookshop.id)
    ).all()
    roles: dict[int, set[str]] = {}
    shops: dict[int, Bookshop] = {}
    for shop, name in rows:
        shops[shop.id] = shop
        roles.setdefault(shop.id, set()).add(name)
    return tuple(
        Workplace(shop.id, shop.slug, shop.name, shop.city, shop.state, frozenset(roles[shop.id]))
        for shop in shops.values()
    )


def person_by_email(session: TenantSession, *, email: str) -> Person | None:
    """The living person of an address, in lower case."""
    return session.scalar(select(Person).where(Person.email == email, Person.state == "active"))


def roles_of(session: TenantSession, *, person_id: int) -> list[Held]:
    """Every role of a person that this scope may see."""
    rows = session.execute(select(Role.name, Role.bookshop_id).where(Role.person_id == person_id)).all()
    return [Held(name, bookshop_id) for name, bookshop_id in rows]


def people_of(session: TenantSession, *, bookshop_id: int) -> Sequence[tuple[Role, Person]]:
    """The people of a bookshop with their roles, owners first."""
    rows = session.execute(
        select(Role, Person)
        .join(Person, Person.id == Role.person_id)
        .where(Role.bookshop_id == bookshop_id, Person.state == "active")
        .order_by(Role.name.desc(), Person.name, Person.id)
    ).all()
    return [(role, person) for role, person in rows]


def open_sessions(session: TenantSession, *, person_id: int, at: datetime) -> Sequence[SignInSession]:
    """The sessions in which a person is signed in, the latest first."""
    return session.scalars(
        select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > at,
        )
        .order_by(SignInSession.created_at.desc())
    ).all()


def usable_token(session: TenantSession, *, token: str, purpose: str, at: datetime) -> Token | None:
    """The row of a one-time link that still works."""
    return session.scalar(
        select(Token).where(
            Token.token_hash == digest(token),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > at,
        )
    )


def failures(session: TenantSession, *, kind: str, subject: str, since: datetime) -> int:
    """Failed attempts of a subject since a moment, or since its last success. Scope door.

    The subject is locked until the end of the transaction, so that attempts at once are counted one by one.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{kind}|{subject}", 0))))
    last_success = (
        select(func.max(SignInAttempt.at))
        .where(SignInAttempt.kind == kind, SignInAttempt.subject == subject, SignInAttempt.succeeded)
        .scalar_subquery()
    )
    return session.scalars(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            SignInAttempt.kind == kind,
            SignInAttempt.subject == subject,
            SignInAttempt.at > func.greatest(since, func.coalesce(last_success, since)),
            ~SignInAttempt.succeeded,
        )
    ).one()

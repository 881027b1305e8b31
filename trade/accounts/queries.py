"""Reads about people and their sessions."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select

from trade.accounts.identity import Identity, Workplace
from trade.accounts.models import Person, Role, SignInSession
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop


def digest(token: str) -> str:
    """The stored form of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()


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

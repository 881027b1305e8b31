"""Flask-Login on server-side sessions: the cookie holds a token, the database says whether it still counts."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, g
from flask import session as cookie
from flask_login import LoginManager, UserMixin
from flask_login import current_user as _current_user
from sqlalchemy import Engine

from trade.accounts.identity import Identity, Workplace
from trade.accounts.queries import signed_in
from trade.base.tenancy import DOOR, session_for
from web.database import clock, db, profile

TOKEN = "token"
BOOKSHOP = "bookshop"


class SignedIn(UserMixin):
    """Flask-Login's user: an identity and nothing more."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def get_id(self) -> str:
        """The person's id as Flask-Login wants it."""
        return str(self.identity.person_id)


def init(app: Flask) -> None:
    """Install the login manager."""
    manager = LoginManager(app)
    manager.login_view = "door.sign_in"
    manager.session_protection = None

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(person_id: str) -> SignedIn | None:
        token = cookie.get(TOKEN)
        if not token:
            return None
        with session_for(engine(), DOOR, profile()) as door:
            found = signed_in(door, token=str(token), at=clock().now())
        if found is None or str(found.person_id) != person_id:
            return None
        return SignedIn(found)


def engine() -> Engine:
    """The engine of the application's database."""
    return cast(Engine, db.engine)


def identity() -> Identity | None:
    """Who is signed in and has passed the second factor where she has one; None for the public."""
    found = half_signed_in()
    return None if found is None or found.needs_second_factor else found


def half_signed_in() -> Identity | None:
    """Who has given the right password, whether or not the second factor is still to come."""
    user: Any = _current_user
    return user.identity if user.is_authenticated else None


def workplace() -> Workplace | None:
    """The bookshop the signed-in person works in now (the chip of the office)."""
    who = identity()
    return None if who is None else who.workplace(cookie.get(BOOKSHOP))


def permissions() -> frozenset[str]:
    """What the one who asks may do."""
    who = identity()
    if who is None:
        return frozenset({"public"})
    place = workplace()
    return who.permissions(place.bookshop_id if place else None)


def may(permission: str) -> bool:
    """Whether the one who asks has this permission (used by templates and menus)."""
    return permission in permissions()


def forget() -> None:
    """Empty the cookie."""
    cookie.clear()
    g.pop("_login_user", None)

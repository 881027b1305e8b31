"""The session of a web request: Flask-SQLAlchemy's, with the two locks of tenancy."""

from __future__ import annotations

from typing import cast

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession

from trade.base.clock import Clock
from trade.base.db import Base
from trade.base.tenancy import Profile, Scope, TenantSession, open_scope


class WebSession(TenantSession, FlaskSession):
    """A tenant session that lives as long as its request."""


db = SQLAlchemy(model_class=Base, session_options={"class_": WebSession, "expire_on_commit": False})


def session() -> TenantSession:
    """The session of this request."""
    return cast(TenantSession, db.session())


def clock() -> Clock:
    """The clock of the installation; only the edge asks it."""
    return cast(Clock, current_app.extensions["clock"])


def profile() -> Profile:
    """The network's profile."""
    return cast(Profile, current_app.extensions["profile"])


def begin(scope: Scope) -> TenantSession:
    """Open the request's one scope: called by the ``before_request`` of storefront and back office."""
    opened = session()
    open_scope(opened, scope, profile(), current_app.extensions["search"])
    return opened

"""An area is one of the three back offices: ``/staff``, ``/office``, ``/ledger``; each its own Flask-Admin.

Each area is a value declared in its package; this module builds it and opens the session's scope for every
request to it (one of the four places where that happens). What its pages show stands in ``shell.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, abort, current_app, request
from flask_admin import Admin, BaseView
from flask_babel import get_locale

from backoffice.menu import Group
from backoffice.theme import PAPER_AND_INK
from trade.accounts.identity import Identity
from trade.base.tenancy import Scope, TenantSession
from web.database import begin, profile
from web.identity import identity, may


@dataclass(frozen=True)
class Choice:
    """Another place the person may work in; ``url`` is posted to."""

    name: str
    detail: str
    url: str


@dataclass(frozen=True)
class Place:
    """The chip of the topbar: for whom this page works."""

    name: str
    detail: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Search:
    """The search of the topbar: the endpoint that answers ``?q=``, and what it finds, in words."""

    endpoint: str
    hint: str


def network_place(who: Identity) -> Place:
    """The whole network, for staff and accountants."""
    locale = get_locale()
    names = locale.territories if locale is not None else {}
    return Place(profile().brand, str(names.get(profile().country, profile().country)))


def no_counts(session: TenantSession) -> Mapping[str, int]:
    """An area without counts in its menu."""
    return {}


def no_role(who: Identity) -> str:
    """An area that says nothing about the person's role."""
    return ""


def no_gate(who: Identity) -> Any:
    """An area that lets everybody in who may open its pages."""
    return None


@dataclass(frozen=True)
class Area:
    """One back office. ``views`` makes its views anew for each application; the first one is the landing page,
    whose endpoint is ``home``. Blueprints of its views are named ``key_something``. ``gate`` is asked after the
    scope is open: what it answers is shown instead of the page (texts to accept). ``counts`` feed the menu's
    numbers in as few queries as can be; ``account_links`` are (msgid, endpoint, icon) in the user's menu.
    """

    key: str
    name: str
    home: str
    views: Callable[[], Sequence[BaseView]]
    menu: tuple[Group, ...]
    scope: Callable[[Identity], Scope]
    permission: str
    icon: str = "home"
    role: Callable[[Identity], str] = no_role
    place: Callable[[Identity], Place] = network_place
    counts: Callable[[TenantSession], Mapping[str, int]] = no_counts
    gate: Callable[[Identity], Any] = no_gate
    search: Search | None = None
    account_links: tuple[tuple[str, str, str], ...] = ()

    @property
    def url(self) -> str:
        """The address under which the area lives."""
        return f"/{self.key}"


class AreaAdmin(Admin):
    """A Flask-Admin that knows its area."""

    def __init__(self, app: Flask, area: Area) -> None:
        self.area = area
        first, *others = area.views()
        super().__init__(
            app, name=area.name, index_view=first, endpoint=first.endpoint, url=area.url, theme=PAPER_AND_INK
        )
        for view in others:
            self.add_view(view)


def install(app: Flask, every: Sequence[Area]) -> None:
    """Build the areas, and open the scope of each request to one of them."""
    app.extensions["areas"] = {area.key: area for area in every}
    for area in every:
        AreaAdmin(app, area)
    app.before_request(_open_scope)


def areas() -> Mapping[str, Area]:
    """The areas of this application by key."""
    return cast("Mapping[str, Area]", current_app.extensions["areas"])


def area_of_request() -> Area | None:
    """The area whose view answers this request, by the first word of its blueprint's name."""
    return areas().get((request.blueprint or "").partition("_")[0])


def _open_scope() -> Any:
    area = area_of_request()
    if area is None:
        return None
    who = identity()
    if who is None or not may(area.permission):
        abort(403)
    begin(area.scope(who))
    return area.gate(who)

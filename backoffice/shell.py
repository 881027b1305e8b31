"""What the shell around every page shows: menu with counts, place, person, languages. Built once per page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import get_locale, gettext

from backoffice.area import Area, Place, areas
from backoffice.forms import LANGUAGE_NAMES
from backoffice.menu import ShownGroup, ShownItem, of_network, shown
from trade.accounts.identity import Identity
from web.access import permission_for
from web.database import profile, session
from web.identity import identity, may
from web.language import LOCALES

SIGN_OUT = "door.sign_out"


@dataclass(frozen=True)
class Link:
    """A link with its icon."""

    label: str
    url: str
    icon: str


@dataclass(frozen=True)
class ShownPerson:
    """Who is signed in."""

    name: str
    initials: str
    email: str
    role: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class ShownArea:
    """The area of the page."""

    key: str
    name: str
    home: str


@dataclass(frozen=True)
class Language:
    """A language the page can be read in."""

    code: str
    name: str
    url: str


@dataclass(frozen=True)
class Shell:
    """Everything ``admin/base.html`` reads."""

    area: ShownArea
    brand: str
    language: str
    groups: tuple[ShownGroup, ...]
    phone_items: tuple[ShownItem, ...]
    place: Place
    person: ShownPerson
    languages: tuple[Language, ...]
    search: Mapping[str, str] | None
    sign_out: str


def allowed(endpoint: str) -> bool:
    """Whether the one who asks may open the endpoint; an endpoint nobody knows may not be opened."""
    permission = permission_for(endpoint, current_app.extensions["access_table"])
    return permission is not None and may(permission) and endpoint in current_app.view_functions


def shell_for(area: Area) -> Shell:
    """The shell of a page of this area for the person who is signed in."""
    who = identity()
    if who is None:
        raise RuntimeError("A page of the back office was rendered for nobody.")
    groups = shown(
        of_network(area.menu, runs=profile().has),
        allowed=allowed,
        url=url_for,
        say=gettext,
        counts=area.counts(session()),
        lit=request.blueprint or "",
        endpoint=request.endpoint or "",
    )
    return Shell(
        area=ShownArea(area.key, gettext(area.name), url_for(area.home)),
        brand=profile().brand,
        language=_language(),
        groups=groups,
        phone_items=tuple(item for group in groups for item in group.items if item.phone),
        place=area.place(who),
        person=_person(area, who),
        languages=_languages(),
        search=_search(area),
        sign_out=url_for(SIGN_OUT) if SIGN_OUT in current_app.view_functions else "",
    )


def _language() -> str:
    return str(get_locale())


def _person(area: Area, who: Identity) -> ShownPerson:
    own = (Link(gettext(label), url_for(endpoint), icon) for label, endpoint, icon in area.account_links)
    others = (
        Link(gettext(other.name), url_for(other.home), other.icon)
        for other in areas().values()
        if other.key != area.key and may(other.permission)
    )
    return ShownPerson(
        name=who.name or who.email,
        initials=initials(who.name or who.email),
        email=who.email,
        role=gettext(area.role(who)) if area.role(who) else "",
        links=(*own, *others),
    )


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name: "Marina Soler" is MS."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in picked).upper()


def _languages() -> tuple[Language, ...]:
    kept: dict[str, Any] = {**request.args.to_dict(), **(request.view_args or {})}
    readable = request.method == "GET" and request.endpoint is not None
    if not readable:
        return ()
    return tuple(
        Language(code, LANGUAGE_NAMES[code], url_for(str(request.endpoint), **{**kept, "lang": code}))
        for code in LOCALES
    )


def _search(area: Area) -> Mapping[str, str] | None:
    if area.search is None or not allowed(area.search.endpoint):
        return None
    return {
        "url": url_for(area.search.endpoint),
        "hint": gettext(area.search.hint),
        "words": request.args.get("q", "") if request.endpoint == area.search.endpoint else "",
    }

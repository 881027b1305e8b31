"""What every storefront page has around it: the scope of its session, brand, chosen bookshop, visitor."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Flask, request, url_for
from flask import session as cookie
from flask_babel import gettext as _


from storefront.covers import cover
from trade.base.tenancy import DOOR, PUBLIC, Scope
from web.database import begin, profile
from web.identity import identity, may, workplace

pages = Blueprint(
    "storefront",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/storefront-static",
)
DOORS = frozenset({"door", "join"})
LANGUAGES = (("es", "Español"), ("fr", "Français"), ("en", "English"))


class Link(NamedTuple):
    url: str
    words: str


def init(app: Flask) -> None:
    """Register static files, templates and what templates use everywhere."""
    app.register_blueprint(pages)
    app.jinja_env.globals.update(cover=cover)
    app.context_processor(surroundings)


def open_scope() -> None:
    """Say for whom the request works: the door, the signed-in reader, or the public."""
    if request.blueprint in DOORS:
        begin(DOOR)
        return
    who = identity()
    begin(PUBLIC if who is None else Scope("reader", person_id=who.person_id))


def surroundings() -> dict[str, object]:
    """What ``base.html`` needs; reads no table, so that error pages can always be drawn."""
    return {
        "network": profile(),
        "languages": LANGUAGES,
        "chosen": chosen_bookshop(),
        "visitor": visitor_links(),
    }


class Chosen(NamedTuple):
    """The bookshop a reader chose, as remembered by the browser's session."""

    slug: str
    name: str


def chosen_bookshop() -> Chosen | None:
    """The chosen bookshop, else the last one whose page was visited (T15, T16, A24)."""
    kept = cookie.get("my_bookshop") or cookie.get("visited_bookshop")
    return Chosen(kept[0], kept[1]) if isinstance(kept, list) and len(kept) == 2 else None




def visitor_links() -> list[Link] | None:
    """The menu of who is signed in, by permission; None for the public."""
    if identity() is None:
        return None
    links = [Link(url_for("account.home"), _("Your account"))]
    if may("office.enter") and workplace():
        links.append(Link("/office/", _("Your bookshop's office")))
    if may("staff.enter"):
        links.append(Link("/staff/", _("Staff area")))
    if may("money.read"):
        links.append(Link("/ledger/", _("Accounts of the platform")))
    return links

"""What every storefront page has around it: the scope of its session, brand, chosen bookshop, visitor."""

from __future__ import annotations

import re
from typing import NamedTuple

from flask import Blueprint, Flask, abort, current_app, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from storefront import basket, shown
from storefront.links import absolute, canonical
from trade.base.tenancy import DOOR, PUBLIC, Scope
from trade.base.text import N_
from trade.texts.rules import DOCUMENTS
from web.access import permission_for
from web.database import begin, profile
from web.identity import identity, may, workplace
from web.words import gettext as _

pages = Blueprint(
    "storefront",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/storefront-static",
)
public = Blueprint("public", __name__)
door = Blueprint("door", __name__)
account = Blueprint("account", __name__, url_prefix="/account")
join = Blueprint("join", __name__, url_prefix="/join")
checkout = Blueprint("checkout", __name__)
order = Blueprint("order", __name__)

BUNDLES = {
    "/storefront-static/css/storefront.css": (
        "/static/fonts/fonts.css",
        "/static/css/tokens.css",
        "/storefront-static/css/base.css",
        "/storefront-static/css/parts.css",
        "/storefront-static/css/pages.css",
        "/storefront-static/css/search.css",
        "/storefront-static/css/book.css",
        "/storefront-static/css/orders.css",
    )
}
"""The one stylesheet of the public pages, and what it is made of."""
LANGUAGES = (("es", "Español"), ("fr", "Français"), ("en", "English"))
FOOTER_TEXTS = ("reservations", "privacy", "terms")
AREAS = ("office_", "staff_", "ledger_")
NUL = "\x00"
UNSUPPORTED = re.compile(r"MSIE |Trident/")

MY_BOOKSHOP = "my_bookshop"
VISITED_BOOKSHOP = "visited_bookshop"


class Link(NamedTuple):
    """An entry of a menu."""

    url: str
    words: str


class Chosen(NamedTuple):
    """The bookshop a reader chose or came through, as the browser's session remembers it."""

    slug: str
    name: str
    is_mine: bool

    @property
    def words(self) -> str:
        """How the reader came to it."""
        return _("your bookshop") if self.is_mine else _("visited last")


def init(app: Flask) -> None:
    """Register static files, blueprints, and what templates use everywhere."""
    for blueprint in (pages, public, door, account, join, checkout, order):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(cover=shown.cover_of, absolute=absolute, canonical=canonical)
    app.context_processor(surroundings)


@public.before_request
@door.before_request
@account.before_request
@join.before_request
@checkout.before_request
@order.before_request
def greet() -> ResponseReturnValue | None:
    """Turn away what cannot be stored and browsers that cannot show the pages (F23); say for whom the request works."""
    if NUL in request.path:
        abort(404)
    if any(NUL in value for value in request.values.values()):
        abort(400)
    if UNSUPPORTED.search(request.user_agent.string):
        return render_template("unsupported.html")
    if request.blueprint in ("door", "join"):
        begin(DOOR)
    else:
        who = identity()
        nobody = DOOR if request.blueprint in ("checkout", "order") else PUBLIC
        begin(nobody if who is None or by_link() else Scope("reader", person_id=who.person_id))
    return None


def by_link() -> bool:
    """Whether an order is followed by its link, its number, or after paying: it does not matter who is signed in."""
    return request.blueprint == "order" and (
        "k" in request.args or "key" in (request.view_args or {}) or request.endpoint == "order.withdraw"
    )


def surroundings() -> dict[str, object]:
    """What ``base.html`` needs. It reads no table of its own, so that error pages can always be drawn."""
    around: dict[str, object] = {"network": profile(), "languages": LANGUAGES, "legal_texts": legal_texts()}
    if request.blueprint and request.blueprint.startswith(AREAS):
        return around
    try:
        return {**around, "chosen": chosen_bookshop(), "visitor": visitor(), "basket_count": basket.count()}
    except SQLAlchemyError:
        # The page may be the one that says that the database does not answer.
        return around


def legal_texts() -> list[Link]:
    """The texts of the footer."""
    return [Link(url_for("public.legal", document=document), _(DOCUMENTS[document])) for document in FOOTER_TEXTS]


def chosen_bookshop() -> Chosen | None:
    """The bookshop chosen as one's own, else the last one whose page was visited (T15, T16, A24)."""
    for name in (MY_BOOKSHOP, VISITED_BOOKSHOP):
        kept = cookie.get(name)
        if isinstance(kept, list) and len(kept) == 2:
            return Chosen(kept[0], kept[1], name == MY_BOOKSHOP)
    return None


def own_bookshops() -> list[str]:
    """The slugs of the bookshop chosen as one's own and of the one whose page was passed last, in that order."""
    kept = (cookie.get(name) for name in (MY_BOOKSHOP, VISITED_BOOKSHOP))
    return list(dict.fromkeys(found[0] for found in kept if isinstance(found, list) and len(found) == 2))


def passed_bookshop() -> str:
    """The slug of the bookshop whose page was passed last in this session: it brought the reader (T15, T31, A24)."""
    kept = cookie.get(VISITED_BOOKSHOP)
    return kept[0] if isinstance(kept, list) and len(kept) == 2 else ""


def visitor() -> list[Link] | None:
    """The menu of who is signed in, by permission; None for the public."""
    if identity() is None:
        return None
    links = [Link(url_for("account.home"), _("Your account"))]
    if may("office.enter") and workplace():
        links += office_sections()
    if may("staff.enter"):
        links.append(Link("/staff/", _("Staff area")))
    if may("money.read"):
        links.append(Link("/ledger/", _("Accounts of the network")))
    return links


OFFICE_SECTIONS = (
    ("office_today.index", N_("Today")),
    ("office_later.shelves", N_("My shelves")),
    ("office_later.shop_page", N_("Shop page")),
    ("office_later.trade", N_("B2B")),
    ("office_reservations.index_view", N_("Reservations")),
    ("office_later.sales", N_("B2C")),
    ("office_cheques.index", N_("Gift cheques")),
    ("office_later.activities", N_("Activities")),
    ("office_back_room.index", N_("Back room")),
    ("office_stock.price_errors", N_("Logs")),
    ("office_settings.index", N_("Settings")),
)


MODULE_OF = {"office_back_room.index": "back_room"}
LATER = {"office_back_room.index": "office_later.back_room"}
"""Where a section leads in a network that does not run its module."""


def office_sections() -> list[Link]:
    """The sections of the bookshop's profile in the top menu (T08), as far as the person may open them."""
    table = current_app.extensions["access_table"]
    sections = (
        (endpoint if profile().has(MODULE_OF.get(endpoint, "")) else LATER.get(endpoint, endpoint), words)
        for endpoint, words in OFFICE_SECTIONS
    )
    open_to_her = ((endpoint, words) for endpoint, words in sections if may(permission_for(endpoint, table) or ""))
    return [Link(url_for(endpoint), _(words)) for endpoint, words in open_to_her]

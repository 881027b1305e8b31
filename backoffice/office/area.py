"""The area as a value: menu by the sections of T08, the bookshop chip with its switch, counts, and the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, g, url_for
from flask_admin import BaseView

from backoffice.area import Area, Choice, Place, Search
from backoffice.menu import Group, Item
from backoffice.office.calendar import Calendar
from backoffice.office.desk import bookshop
from backoffice.office.later import Later
from backoffice.office.reservations import Reservations
from backoffice.office.today import Today
from trade.accounts.identity import Identity, Workplace
from trade.base.tenancy import Scope, TenantSession
from trade.base.text import N_
from trade.reservations import queries as reservations
from trade.reservations.models import Reservation
from web.identity import workplace

MENU = (
    Group("", (Item(N_("Today"), "office_today.index", "home", count="open", phone=True),)),
    Group(
        N_("Orders"),
        (Item(N_("Reservations"), "office_reservations.index_view", "bookmark", count="open", phone=True),),
    ),
    Group(
        N_("Bookshop"),
        (Item(N_("Calendar"), "office_calendar.index", "calendar", phone=True),),
    ),
    Group(
        N_("Not switched on here"),
        (
            Item(N_("My shelves"), "office_later.shelves", "book"),
            Item(N_("Shop page"), "office_later.shop_page", "shop"),
            Item(N_("B2B"), "office_later.trade", "exchange"),
            Item(N_("B2C"), "office_later.sales", "bag"),
            Item(N_("Activities"), "office_later.activities", "star"),
            Item(N_("Back room"), "office_later.back_room", "truck"),
        ),
    ),
)


def views() -> Sequence[BaseView]:
    """The views of the area, made for one application."""
    return (
        Today(name=N_("Today"), endpoint="office_today", url="/office"),
        Reservations(Reservation, name=N_("Reservations"), endpoint="office_reservations", url="reservations"),
        Calendar(name=N_("Calendar"), endpoint="office_calendar", url="calendar"),
        Later(name=N_("Not switched on here"), endpoint="office_later", url="later"),
    )


def here() -> Workplace:
    """The bookshop the person works in now; 404 for who works in none."""
    return workplace() or abort(404)


def scope(who: Identity) -> Scope:
    """One bookshop, acted in by this person."""
    return Scope("bookshop", bookshop_id=here().bookshop_id, person_id=who.person_id)


def place(who: Identity) -> Place:
    """The chip of the topbar; people of several bookshops change it there."""
    present = here()
    others = (other for other in who.workplaces if other.bookshop_id != present.bookshop_id)
    return Place(
        present.name,
        present.city,
        tuple(
            Choice(other.name, other.city, url_for("office_today.switch", bookshop_id=other.bookshop_id))
            for other in others
        ),
    )


def role(who: Identity) -> str:
    """The person's part, for the foot of the sidebar."""
    return N_("Owner") if "owner" in here().roles else N_("Bookseller")


def counts(session: TenantSession) -> Mapping[str, int]:
    """The numbers of the menu."""
    return {"open": reservations.counts(session, bookshop_id=here().bookshop_id)["open"]}


def gate(who: Identity) -> Any:
    """Speak in the bookshop's time zone."""
    g.time_zone = bookshop().time_zone
    return None


AREA = Area(
    key="office",
    name=N_("bookshop"),
    home="office_today.index",
    views=views,
    menu=MENU,
    scope=scope,
    permission="office.enter",
    icon="shop",
    role=role,
    place=place,
    counts=counts,
    gate=gate,
    search=Search("office_reservations.index_view", N_("Reservation or reader")),
)

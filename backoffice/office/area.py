"""The area as a value: menu by the sections of T08, the bookshop chip with its switch, counts, and the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, g, url_for
from flask_admin import BaseView

from backoffice.area import Area, Choice, Place, Search
from backoffice.menu import Alarm, Group, Item
from backoffice.office.arrival import Arrival
from backoffice.office.back_room import BackRoom
from backoffice.office.calendar import Calendar
from backoffice.office.carriers import Carriers
from backoffice.office.cheques import Cheques
from backoffice.office.collecting import Collecting
from backoffice.office.desk import bookshop
from backoffice.office.help import Help
from backoffice.office.incidents import Incidents
from backoffice.office.later import Later
from backoffice.office.money import Money
from backoffice.office.people import People
from backoffice.office.presales import Presales
from backoffice.office.reservations import Reservations
from backoffice.office.sales import Sale, Sales
from backoffice.office.settings import Settings
from backoffice.office.stock import Stock
from backoffice.office.supply import Supply
from backoffice.office.terms import Terms
from backoffice.office.terms import gate as terms_gate
from backoffice.office.today import Today
from backoffice.office.web_shop import WebShop
from backoffice.profile import Profile
from trade.accounts.identity import Identity, Workplace
from trade.base.tenancy import Scope, TenantSession
from trade.base.text import N_
from trade.orders import queries as orders
from trade.orders.models import Order
from trade.reservations import queries as reservations
from trade.reservations.models import Reservation
from trade.stock import queries as stock
from web.identity import workplace

MENU = (
    Group("", (Item(N_("Today"), "office_today.index", "home", count="open", phone=True),)),
    Group(
        N_("Orders"),
        (
            Item(N_("Reservations"), "office_reservations.index_view", "bookmark", count="reservations", phone=True),
            Item(N_("Sales (B2C)"), "office_sales.index_view", "bag", count="sales", phone=True, short=N_("Sales")),
        ),
    ),
    Group(
        N_("Stock"),
        (
            Item(N_("Feeds"), "office_stock.index", "upload", count="waiting"),
            Item(N_("Titles"), "office_stock.titles", "book"),
            Item(N_("How it arrives"), "office_arrival.index", "exchange"),
            Item(N_("Why not visible?"), "office_stock.why", "help"),
        ),
    ),
    Group(
        N_("Gift cheques"),
        (
            Item(N_("Redeem"), "office_cheques.redeem", "gift", phone=True, short=N_("Cheque")),
            Item(N_("Redeemed"), "office_cheques.redeemed", "lines"),
            Item(N_("Invoices"), "office_cheques.invoices", "page"),
        ),
    ),
    Group(
        N_("Logs"),
        (
            Item(N_("Price errors"), "office_stock.price_errors", "tag", count="price_errors"),
            Item(N_("Rare books"), "office_stock.rare", "star"),
        ),
    ),
    Group(
        N_("Bookshop"),
        (
            Item(N_("Calendar"), "office_calendar.index", "calendar"),
            Item(N_("Distributors"), "office_supply.index", "truck"),
            Item(N_("Back room"), "office_back_room.index", "box", module="back_room"),
            Item(N_("Presales"), "office_presales.index", "star", module="presales"),
            Item(N_("Money"), "office_money.index", "euro"),
            Item(N_("Payments in trouble"), "office_incidents.index", "warning"),
            Item(N_("Settings"), "office_settings.index", "sliders"),
            Item(N_("People"), "office_people.index", "people"),
            Item(N_("Help"), "office_help.index", "help"),
        ),
    ),
    Group(
        N_("Not switched on here"),
        (
            Item(N_("My shelves"), "office_later.shelves", "stack"),
            Item(N_("Shop page"), "office_later.shop_page", "shop"),
            Item(N_("B2B"), "office_later.trade", "exchange"),
            Item(N_("Activities"), "office_later.activities", "bell"),
            Item(N_("Back room"), "office_later.back_room", "truck", without="back_room"),
        ),
    ),
)


def views() -> Sequence[BaseView]:
    """The views of the area, made for one application."""
    return (
        Today(name=N_("Today"), endpoint="office_today", url="/office"),
        Reservations(Reservation, name=N_("Reservations"), endpoint="office_reservations", url="reservations"),
        Sales(Order, name=N_("Sales"), endpoint="office_sales", url="sales"),
        Sale(name=N_("Sale"), endpoint="office_sale", url="sale"),
        Stock(name=N_("Feeds"), endpoint="office_stock", url="stock"),
        Supply(name=N_("Trusted distributors"), endpoint="office_supply", url="supply"),
        BackRoom(name=N_("Back room"), endpoint="office_back_room", url="back-room"),
        Presales(name=N_("Presales"), endpoint="office_presales", url="presales"),
        Arrival(name=N_("How it arrives"), endpoint="office_arrival", url="arrival"),
        Cheques(name=N_("Redeem"), endpoint="office_cheques", url="cheques"),
        Money(name=N_("Money"), endpoint="office_money", url="money"),
        Calendar(name=N_("Calendar"), endpoint="office_calendar", url="calendar"),
        Settings(name=N_("Settings"), endpoint="office_settings", url="settings"),
        WebShop(name=N_("Your web shop"), endpoint="office_web_shop", url="settings/web-shop"),
        People(name=N_("People"), endpoint="office_people", url="settings/people"),
        Collecting(name=N_("Card payments"), endpoint="office_collecting", url="settings/card-payments"),
        Carriers(name=N_("Carriers"), endpoint="office_carriers", url="settings/carriers"),
        Incidents(name=N_("Payments in trouble"), endpoint="office_incidents", url="payments"),
        Terms(name=N_("Texts to accept"), endpoint="office_terms", url="terms"),
        Help(name=N_("Help"), endpoint="office_help", url="help"),
        Profile(name=N_("Your profile"), endpoint="office_profile", url="profile"),
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
    """The numbers of the menu; a held file is shown as an alarm."""
    shop = here().bookshop_id
    waiting = stock.open_decision(session, bookshop_id=shop)
    to_answer = reservations.counts(session, bookshop_id=shop)["open"]
    to_serve = orders.counts(session, bookshop_id=shop)["open"]
    return {
        "open": to_answer + to_serve,
        "reservations": to_answer,
        "sales": to_serve,
        "waiting": Alarm(1) if waiting is not None else 0,
        "price_errors": stock.count_price_errors(session, bookshop_id=shop, open_only=True),
    }


def gate(who: Identity) -> Any:
    """Speak in the bookshop's time zone; nothing but the pending texts opens before they are accepted (T06, T07)."""
    g.time_zone = bookshop().time_zone
    return terms_gate()


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
    account_links=((N_("Your profile"), "office_profile.index", "person"),),
    search=Search("office_reservations.index_view", N_("Reservation or reader")),
)

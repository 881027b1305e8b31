"""Sections that the seeds name and this network does not run: one honest page for all of them (T08)."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from trade.base.text import N_

SECTIONS = {
    "shelves": (N_("My shelves"), N_("Lists of books, private, shared by link or shown on your page.")),
    "shop_page": (N_("Shop page"), N_("The look of your page: header, shelves, activities, highlights, reviews.")),
    "trade": (N_("B2B"), N_("Orders between bookshops, cards, charges and transport compensation.")),
    "sales": (N_("B2C"), N_("Sales paid on the platform, presales, incidents of the payment gateway.")),
    "activities": (N_("Activities"), N_("Readings, book clubs and other events, with their books.")),
    "back_room": (N_("Back room"), N_("Delegated distributors that serve orders in your name.")),
}


class Later(ScreenView):
    """What the network does not run, said plainly."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """All of them."""
        sections = [(gettext(title), gettext(what)) for title, what in SECTIONS.values()]
        return self.render("office/later.html", title=gettext("Not switched on here"), what="", sections=sections)

    @expose("/shelves")
    def shelves(self) -> ResponseReturnValue:
        """My shelves."""
        return self.section("shelves")

    @expose("/shop-page")
    def shop_page(self) -> ResponseReturnValue:
        """Shop page."""
        return self.section("shop_page")

    @expose("/b2b")
    def trade(self) -> ResponseReturnValue:
        """B2B."""
        return self.section("trade")

    @expose("/b2c")
    def sales(self) -> ResponseReturnValue:
        """B2C."""
        return self.section("sales")

    @expose("/activities")
    def activities(self) -> ResponseReturnValue:
        """Activities."""
        return self.section("activities")

    @expose("/back-room")
    def back_room(self) -> ResponseReturnValue:
        """Back room."""
        return self.section("back_room")

    def section(self, key: str) -> ResponseReturnValue:
        """The shared page."""
        title, what = SECTIONS[key]
        return self.render("office/later.html", title=gettext(title), what=gettext(what), sections=[])

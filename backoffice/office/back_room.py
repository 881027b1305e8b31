"""The back room: whether it is open, and which certified distributors serve in the bookshop's name (T77-T84)."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from backoffice.office.desk import desk
from backoffice.office.ordering import order_asked
from trade.base.settings import set_value, value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import Bookshop
from trade.trastienda import actions, queries
from trade.trastienda.settings import OPEN
from web.language import say


class BackRoom(ScreenView):
    """The switch of the whole, and the bookshop's own list of delegated distributors; every change counts at once."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The page."""
        session, shop, at = self.entered()
        found = queries.delegates(session, bookshop_id=shop.id, at=at)
        return self.render(
            "office/back_room.html",
            open=bool(value_of(session, OPEN, at=at, bookshop_id=shop.id)),
            mine=[one for one in found if one.row is not None],
            others=[one for one in found if one.row is None],
            serving=sum(one.on for one in found),
        )

    @expose("/open", methods=("POST",))
    def open(self) -> ResponseReturnValue:
        """Open or close it."""
        session, shop, at = self.entered()
        on = request.form.get("on") == "yes"
        set_value(session, OPEN, on, at=at, bookshop_id=shop.id)
        flash(gettext("Your back room is open.") if on else gettext("Your back room is closed."), "success")
        return redirect(url_for(".index"))

    @expose("/distributor/<int:distributor_id>", methods=("POST",))
    def delegate(self, distributor_id: int) -> ResponseReturnValue:
        """Switch a distributor."""
        session, shop, at = self.entered()
        on = request.form.get("on") == "yes"
        return self.act(
            lambda: actions.delegate(session, bookshop_id=shop.id, distributor_id=distributor_id, on=on, at=at),
            said=say(N_("Switched on. It is asked for your readers from now on.") if on else N_("Switched off.")),
            to=url_for(".index"),
        )

    @expose("/order", methods=("POST",))
    def arrange(self) -> ResponseReturnValue:
        """Put the distributors into another order: by the whole order, or by moving one up or down."""
        session, shop, at = self.entered()
        order = order_asked(queries.order_of(session, bookshop_id=shop.id))
        if order is None:
            return self.say_no(gettext("That is no order of your distributors."), url_for(".index"))
        return self.act(
            lambda: actions.arrange(session, bookshop_id=shop.id, order=order, at=at),
            said=gettext("The order is saved."),
            to=url_for(".index"),
        )

    def entered(self) -> tuple[TenantSession, Bookshop, datetime]:
        """The desk, in a network that has back rooms; 404 in another."""
        found = desk()
        if not found[0].profile.has("back_room"):
            abort(404)
        return found

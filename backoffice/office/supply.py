"""Where a bookshop's books come from besides its shelves: trusted distributors, other bookshops (T139-T142)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from backoffice.office.desk import desk
from backoffice.office.ordering import order_asked
from trade.availability.settings import BUYS, SELLS
from trade.base import typed
from trade.base.errors import NotFound, Refused
from trade.base.settings import Setting, set_value, value_of
from trade.base.text import N_
from trade.distributors import actions, queries
from trade.distributors.settings import MOST_FEE
from trade.orders.settings import LAST_RESORT_FEE
from trade.trastienda.settings import OPEN
from web.language import say

#: By the name in the address: the option, and the module of the network that offers it.
OPTIONS: dict[str, tuple[Setting, str]] = {
    "sells": (SELLS, "trade"),
    "buys": (BUYS, "trade"),
}


class Supply(ScreenView):
    """The bookshop's own list of distributors: switch, order and fee, in force at once."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The page."""
        return self.page()

    def page(self, refused: Refused | None = None, wrong: int = 0) -> ResponseReturnValue:
        """The page, with what was refused and of which distributor."""
        session, shop, at = desk()
        found = queries.trusted(session, bookshop_id=shop.id)
        return self.render(
            "office/supply.html",
            mine=[one for one in found if one.row is not None],
            others=[one for one in found if one.row is None],
            options=[
                (name, setting, value_of(session, setting, at=at, bookshop_id=shop.id))
                for name, (setting, module) in OPTIONS.items()
                if session.profile.has(module)
            ],
            back_room=session.profile.has("back_room") and value_of(session, OPEN, at=at, bookshop_id=shop.id),
            last_resort=value_of(session, LAST_RESORT_FEE, at=at, bookshop_id=shop.id),
            last_resort_setting=LAST_RESORT_FEE if session.profile.has("sales") else None,
            most_fee=value_of(session, MOST_FEE, at=at),
            at=at,
            refused=refused,
            wrong=wrong,
        )

    @expose("/trusted/<int:distributor_id>", methods=("POST",))
    def trust(self, distributor_id: int) -> ResponseReturnValue:
        """Switch a distributor, or set its fee."""
        session, shop, at = desk()
        form = request.form
        changes: dict[str, Any] = {}
        if "on" in form:
            changes["on"] = form["on"] == "yes"
        try:
            if "fee" in form:
                changes["charge_fee"] = form.get("charge") == "y"
                changes["fee_cents"] = typed.money(form["fee"]) if form["fee"].strip() else 0
        except Refused as refused:
            return self.page(refused, distributor_id)
        _, refused_ = self.attempt(
            lambda: actions.trust(session, bookshop_id=shop.id, distributor_id=distributor_id, at=at, **changes)
        )
        if isinstance(refused_, NotFound):
            abort(404)
        if refused_ is not None:
            return self.page(refused_, distributor_id)
        flash(_said(changes), "success")
        return redirect(url_for(".index"))

    @expose("/last-resort", methods=("POST",))
    def last_resort(self) -> ResponseReturnValue:
        """The fee where only another bookshop has the book (T126); new orders only."""
        session, shop, at = desk()
        if not session.profile.has("sales"):
            abort(404)
        fee = request.form.get("last_resort", "")
        _, refused = self.attempt(
            lambda: set_value(session, LAST_RESORT_FEE, typed.money(fee or "0"), at=at, bookshop_id=shop.id)
        )
        if refused is not None:
            return self.page(refused)
        return self.say_yes(say(N_("The fee is saved.")), url_for(".index"))

    @expose("/order", methods=("POST",))
    def arrange(self) -> ResponseReturnValue:
        """Put the distributors into another order: by the whole order, or by moving one up or down."""
        session, shop, at = desk()
        present = queries.order_of(session, bookshop_id=shop.id)
        order = order_asked(present)
        if order is None:
            return self.say_no(gettext("That is no order of your distributors."), url_for(".index"))
        return self.act(
            lambda: actions.arrange(session, bookshop_id=shop.id, order=order, at=at),
            said=gettext("The order is saved. The first one that has a book sets its fee."),
            to=url_for(".index"),
        )

    @expose("/option/<option>", methods=("POST",))
    def set_option(self, option: str) -> ResponseReturnValue:
        """Switch ordering between bookshops."""
        session, shop, at = desk()
        setting, module = OPTIONS.get(option, (None, ""))
        if setting is None or not session.profile.has(module):
            abort(404)
        on = request.form.get("on") == "yes"
        return self.act(
            lambda: set_value(session, setting, on, at=at, bookshop_id=shop.id),
            said=gettext("Switched on.") if on else gettext("Switched off."),
            to=url_for(".index"),
        )


def _said(changes: dict[str, Any]) -> str:
    if "on" in changes:
        return say(
            N_("Switched on. Readers see its books from now on.")
            if changes["on"]
            else N_("Switched off. Readers do not see its books any more.")
        )
    return say(N_("The fee is saved."))

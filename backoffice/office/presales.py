"""The presales that the network agreed with publishers, and those in which the bookshop takes part (T54-T57)."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from backoffice.office.desk import desk
from trade.availability import actions, queries


class Presales(ScreenView):
    """One list; a button a title."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Titles that may be joined, the next to be published first."""
        session, shop, _ = desk()
        if not session.profile.has("presales"):
            abort(404)
        found = queries.presales(session, bookshop_id=shop.id, open_only=True)
        return self.render("office/presales.html", rows=found)

    @expose("/<int:isbn>", methods=("POST",))
    def take_part(self, isbn: int) -> ResponseReturnValue:
        """Join, or leave."""
        session, shop, at = desk()
        if not session.profile.has("presales"):
            abort(404)
        on = request.form.get("on") == "yes"
        return self.act(
            lambda: actions.take_part(session, bookshop_id=shop.id, isbn=isbn, on=on, at=at),
            said=gettext("You take part. Readers see it at your bookshop from now on.")
            if on
            else gettext("You do not take part any more."),
            to=url_for(".index"),
        )

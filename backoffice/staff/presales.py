"""Presales as staff open and close them, by agreement with a publisher (T54)."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from backoffice.base import ScreenView
from backoffice.forms import DayField, PaperForm
from trade.availability import actions, queries
from trade.base.errors import concerning
from trade.base.states import Move
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.orders.states import PRESALE
from web.database import clock, profile, session

STEPS = ("sell", "cancel")
"""What staff do by hand; publication moves a presale by itself."""


class PresaleForm(PaperForm):
    """A title to open."""

    isbn = StringField(N_("ISBN"), [InputRequired(), Length(max=40)])
    opens_on = DayField(N_("Sold from"), [Optional()], description=N_("Empty: from today."))
    agreement = StringField(
        N_("Agreement"), [Length(max=300)], description=N_("With which publisher, and what was agreed.")
    )


class Presales(ScreenView):
    """The list with its form."""

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Every presale, open ones first; opens another."""
        if not profile().has("presales"):
            abort(404)
        form, refused = PresaleForm(), None
        if form.validate_on_submit():
            made, refused = self.attempt(lambda: _open(form))
            if made is not None:
                return self.say_yes(gettext("The presale is open: bookshops may join."), url_for(".index"))
        return self.render(
            "staff/presales.html",
            rows=queries.presales(session()),
            states=PRESALE.states,
            moves=_moves,
            form=form,
            refused=refused,
        )

    @expose("/<int:isbn>/<step>", methods=("POST",))
    def move(self, isbn: int, step: str) -> ResponseReturnValue:
        """Put it on sale before its day, or cancel it with a reason."""
        if not profile().has("presales") or step not in STEPS:
            abort(404)
        reason = request.form.get("reason", "")[:300]
        return self.act(
            lambda: actions.move_presale(session(), isbn=isbn, move=step, at=clock().now(), reason=reason),
            said=gettext("Saved."),
            to=url_for(".index"),
        )


def _moves(state: str) -> list[Move]:
    return [move for move in PRESALE.allowed(state, "staff") if move.name in STEPS]


def _open(form: PresaleForm) -> object:
    with concerning("isbn"):
        isbn = isbn13(form.isbn.data or "")
    return actions.open_presale(
        session(), isbn=isbn, at=clock().now(), agreement=form.agreement.data or "", opens_on=form.opens_on.data
    )

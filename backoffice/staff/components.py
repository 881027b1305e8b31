"""Every component of the kit on one page, for developers (``/staff/components``)."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from backoffice.base import ScreenView
from backoffice.forms import CentsField, DayField, PaperForm, RateField, translated
from trade.base.errors import Refused
from trade.base.text import N_

WHO = (("all", N_("Every bookshop")), ("some", N_("Some of them")))


class SampleForm(PaperForm):
    """One field of each kind."""

    name = StringField(N_("Name of the bookshop"), [InputRequired()], description=N_("As readers know it."))
    region = SelectField(N_("Region"), choices=lambda: translated((("mad", "Madrid"), ("cat", "Cataluña"))))
    amount = CentsField(N_("Amount"))
    rate = RateField(N_("Commission"))
    day = DayField(N_("From"))
    note = TextAreaField(N_("Note"))
    kind = RadioField(
        N_("Who may redeem"), choices=lambda: translated((("all", N_("Every bookshop")), ("some", N_("Some of them"))))
    )
    agreed = BooleanField(N_("I have checked the proof"))


class Components(ScreenView):
    """The kit, shown with samples."""

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """The page; posting its form shows the errors."""
        form = SampleForm()
        refused = None
        if form.is_submitted():
            if form.validate():
                flash(gettext("Saved."), "success")
                return redirect(url_for(".index"))
            refused = Refused(N_("A sample of a refusal of the domain."), field="amount")
        return self.render("staff/components.html", form=form, refused=refused)

"""Distributors as staff keep them: what each may do, and how old its stock is (T86, T139)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import AtMost, CountField, DayField, PaperForm
from trade.base.errors import Refused
from trade.base.raw_text import BOUNDS
from trade.base.settings import value_of
from trade.base.text import N_, Text
from trade.distributors import actions, queries
from trade.distributors.actions.keeping import Particulars
from trade.distributors.models import Distributor, DistributorRun
from trade.distributors.settings import HIDE_HOURS
from trade.stock.readers import readers
from trade.trastienda.asking import PROTOCOLS
from web.database import clock, session
from web.language import number, say

RUN_STATES = {
    "loaded": (N_("Brought in"), "done"),
    "unchanged": (N_("Unchanged"), "done"),
    "refused": (N_("Refused"), "refused"),
}
ORIGINS = {
    "upload": N_("upload"),
    "command": N_("command line"),
    "folder": N_("folder"),
    "pull": N_("fetched"),
    "demo": N_("sample"),
}


class DistributorForm(PaperForm):
    """What is said of a distributor."""

    key = StringField(
        N_("Short name"),
        [InputRequired(), Length(max=31)],
        description=N_("For addresses and commands; never changed."),
    )
    name = StringField(N_("Name"), [InputRequired(), Length(max=120)])
    lead_from_hours = CountField(N_("Its books take at least"), [InputRequired()])
    lead_to_hours = CountField(N_("and at most"), [InputRequired()])
    prints_on_demand = BooleanField(N_("Prints on demand"))
    active = BooleanField(N_("Active"), default=True, description=N_("Suspended, its stock counts for nobody."))
    delegated = BooleanField(N_("Serves readers in a bookshop's name"))
    certified_until = DayField(N_("Last day of its certificate"), description=N_("After it, it is not asked any more."))
    protocol = SelectField(N_("How it is asked"))
    address = StringField(N_("Its address"), [Length(max=300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.protocol.choices = [("", "–"), *((name, gettext(module.TITLE)) for name, module in PROTOCOLS.items())]

    def told(self) -> Particulars:
        """What was typed."""
        return Particulars(
            name=self.name.data or "",
            lead_from_hours=self.lead_from_hours.data or 0,
            lead_to_hours=self.lead_to_hours.data or 0,
            prints_on_demand=self.prints_on_demand.data,
            delegated=self.delegated.data,
            certified_until=self.certified_until.data,
            protocol=self.protocol.data or "",
            address=(self.address.data or "").strip(),
            active=self.active.data,
        )


class StockForm(PaperForm):
    """A file of a distributor's stock."""

    file = FileField(N_("File"), [FileRequired(), AtMost(BOUNDS.size)])
    format = SelectField(N_("Format"))
    anyway = BooleanField(N_("Yes, it may remove more than half of the titles"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.format.choices = [(reader.name, say(reader.title)) for reader in readers(session())]


class FeedForm(PaperForm):
    """How its stock arrives by itself."""

    feed_format = SelectField(N_("Files are read as"))
    feed_address = StringField(
        N_("Fetched by night from"),
        [Length(max=500)],
        description=N_("Empty: it is not fetched. A file, or the pages of an interface if it is read as such."),
    )
    feed_token = StringField(
        N_("Token"), [Length(max=500)], description=N_("Kept sealed and never shown again; leave it empty to keep it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feed_format.choices = [(reader.name, say(reader.title)) for reader in readers(session())]


class Distributors(ScreenView):
    """The list, and one distributor with its form and its stock."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Every distributor with the age of its stock."""
        now = clock().now()
        hours = value_of(session(), HIDE_HOURS, at=now)
        return self.render(
            "staff/distributors.html",
            rows=queries.distributors(session()),
            state=lambda one: _state(one, now, hours),
            hours=hours,
        )

    @expose("/new", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """Add one."""
        form, refused = DistributorForm(), None
        if form.validate_on_submit():
            made, refused = self.attempt(
                lambda: actions.add(session(), key=form.key.data or "", told=form.told(), at=clock().now())
            )
            if made is not None:
                return self.say_yes(gettext("The distributor is added."), url_for(".page", distributor_id=made.id))
        return self.render("staff/distributor.html", form=form, refused=refused, row=None)

    @expose("/<int:distributor_id>", methods=("GET", "POST"))
    def page(self, distributor_id: int) -> ResponseReturnValue:
        """Change one."""
        row = queries.distributor(session(), distributor_id=distributor_id)
        form, refused = DistributorForm(obj=row), None
        if not form.is_submitted():
            form.active.data = row.state == "active"
        form.key.data = row.key
        if form.validate_on_submit():
            made, refused = self.attempt(
                lambda: actions.change(session(), distributor_id=row.id, told=form.told(), at=clock().now())
            )
            if made is not None:
                return self.say_yes(gettext("Saved."), url_for(".page", distributor_id=row.id))
        return self.sheet(row, form, refused, StockForm(None))

    @expose("/<int:distributor_id>/stock", methods=("POST",))
    def load(self, distributor_id: int) -> ResponseReturnValue:
        """Bring its stock in from a file."""
        row = queries.distributor(session(), distributor_id=distributor_id)
        form, refused = StockForm(), None
        if form.validate():
            done, refused = self.attempt(
                lambda: actions.receive(
                    session(),
                    distributor_id=row.id,
                    format=form.format.data,
                    data=form.file.data.read(),
                    name=form.file.data.filename or "stock",
                    origin="upload",
                    at=clock().now(),
                    store=current_app.extensions["store"],
                    anyway=form.anyway.data,
                )
            )
            if done is not None and done.state != "refused":
                flash(_loaded(done), "success")
                return redirect(url_for(".page", distributor_id=row.id))
            if done is not None:
                refused = Refused(done.error["message"], **done.error["values"])
        return self.sheet(row, self.told(row), refused, form)

    @expose("/<int:distributor_id>/feed", methods=("POST",))
    def feed(self, distributor_id: int) -> ResponseReturnValue:
        """Say how its files are read, and from where its stock is fetched."""
        row = queries.distributor(session(), distributor_id=distributor_id)
        form, refused = FeedForm(), None
        if form.validate():
            _, refused = self.attempt(
                lambda: actions.choose_feed(
                    session(),
                    distributor_id=row.id,
                    format=form.feed_format.data,
                    address=form.feed_address.data or "",
                    token=form.feed_token.data or "",
                    at=clock().now(),
                    pepper=current_app.extensions["secret"],
                    private=not current_app.config["PRODUCTION"],
                )
            )
            if refused is None:
                return self.say_yes(gettext("Saved."), url_for(".page", distributor_id=row.id))
        return self.sheet(row, self.told(row), refused, StockForm(None), form)

    @expose("/<int:distributor_id>/files/<int:run_id>")
    def run(self, distributor_id: int, run_id: int) -> ResponseReturnValue:
        """One file: what it changed, and the lines that were refused."""
        row = queries.distributor(session(), distributor_id=distributor_id)
        return self.render(
            "staff/distributor_run.html",
            row=row,
            run=queries.run(session(), distributor_id=row.id, run_id=run_id),
            words=RUN_STATES,
            origins=ORIGINS,
            reason=_reason,
        )

    def told(self, row: Distributor) -> DistributorForm:
        """The form of what is said of it, as it stands."""
        form = DistributorForm(None, obj=row)
        form.active.data = row.state == "active"
        return form

    def sheet(
        self,
        row: Distributor,
        form: DistributorForm,
        refused: Refused | None,
        stock: StockForm,
        feed_form: FeedForm | None = None,
    ) -> ResponseReturnValue:
        """The page of one."""
        now = clock().now()
        feed = queries.feed_of(session(), distributor_id=row.id)
        if feed_form is None:
            given = {"feed_format": feed.format, "feed_address": feed.address} if feed else {}
            feed_form = FeedForm(None, data=given)
        if feed and not stock.is_submitted():
            stock.format.data = feed.format
        return self.render(
            "staff/distributor.html",
            row=row,
            form=form,
            refused=refused,
            stock=stock,
            feed=feed,
            feed_form=feed_form,
            folder=f"_distributors/{row.key}/" if feed else "",
            runs=queries.runs(session(), distributor_id=row.id),
            words=RUN_STATES,
            origins=ORIGINS,
            reason=_reason,
            state=_state(row, now, value_of(session(), HIDE_HOURS, at=now)),
        )


def _loaded(done: DistributorRun) -> str:
    if done.state == "unchanged":
        return gettext("The same file as last time: its stock counts as new.")
    return gettext(
        "Its stock: %(titles)s titles, %(added)s new, %(removed)s removed, %(refused)s lines refused.",
        titles=number(done.titles),
        added=number(done.added),
        removed=number(done.removed),
        refused=number(done.rejected),
    )


def _reason(kept: dict[str, Any]) -> str:
    """A reason that was kept, in the reader's language; empty for none."""
    return say(Text(kept["message"], kept["values"])) if kept else ""


def _state(row: Distributor, now: datetime, hours: int) -> tuple[str, str]:
    """How well its stock does: a word and a shape."""
    if row.state != "active":
        return gettext("Suspended"), "refused"
    if row.stock_at is None:
        return gettext("No stock yet"), "open"
    if (now - row.stock_at).total_seconds() >= hours * 3600:
        return gettext("Too old: does not count"), "late"
    return gettext("Counts"), "done"

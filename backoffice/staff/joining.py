"""The applications on their way in, as a board by state; and the import of bookshops that had joined before."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from backoffice.base import ScreenView
from backoffice.export import csv_response
from backoffice.forms import AtMost, PaperForm
from trade.base.errors import Refused
from trade.base.raw_text import decode
from trade.base.text import N_
from trade.members import actions, queries
from trade.members.actions.importing import COLUMNS, ImportReport
from trade.members.models import Bookshop
from trade.members.states import MEMBERSHIP
from web.database import clock, session
from web.language import LOCALES

MOST_CARDS = 200
MOST_LINES = 2_000
LARGEST_IMPORT = 1024 * 1024
BOARD = (
    ("applied", N_("New"), N_("staff send the questionnaire")),
    ("questionnaire_sent", N_("Answering"), N_("the bookshop answers")),
    ("changes_asked", N_("Changing"), N_("the bookshop changes answers")),
    ("answered", N_("To review"), N_("staff review")),
    ("in_review", N_("In review"), N_("staff decide")),
    ("fee_due", N_("Fee due"), N_("the bookshop pays, staff record it")),
    ("terms_due", N_("Texts to accept"), N_("the bookshop enters and accepts")),
)
COLUMN_OF = {"accepted": "fee_due"}


class ImportForm(PaperForm):
    """A CSV file of bookshops."""

    file = FileField(N_("CSV file"), [AtMost(LARGEST_IMPORT)])
    kept = HiddenField()

    def text(self) -> str:
        """The file's words: those just sent, or those of the dry run. Raises Refused."""
        data = self.file.data.read() if self.file.data else b""
        if not data and not (self.kept.data or "").strip():
            raise Refused(N_("Choose a file that is not empty."), field="file")
        return decode(data) if data else str(self.kept.data)


class RequirementForm(PaperForm):
    """A condition of joining that staff tick by hand."""

    es = StringField(N_("In Spanish"), [Length(max=200)])
    fr = StringField(N_("In French"), [Length(max=200)])
    en = StringField(N_("In English"), [Length(max=200)])


@dataclass(frozen=True)
class BoardColumn:
    """One column of the board with its cards."""

    title: str
    who: str
    state: str
    cards: list[Any]


class Applications(ScreenView):
    """Who wants to join, and whose turn it is."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The board."""
        rows = session().execute(queries.applicants().limit(MOST_CARDS + 1)).all()
        columns = [
            BoardColumn(gettext(title), gettext(who), state, [row for row in rows if _column_of(row[0]) == state])
            for state, title, who in BOARD
            if state != "fee_due" or session().profile.has("fee")
        ]
        return self.render(
            "staff/applications.html",
            columns=columns,
            machine=MEMBERSHIP,
            more=len(rows) > MOST_CARDS,
            requirements=queries.requirements(session()),
        )

    @expose("/requirements/", methods=("GET", "POST"))
    def requirements(self) -> ResponseReturnValue:
        """The conditions of joining that staff tick by hand (T03)."""
        form, refused = RequirementForm(), None
        if form.is_submitted() and form.validate():
            names = {language: form[language].data or "" for language in LOCALES}
            _, refused = self.attempt(lambda: actions.add_requirement(session(), names=names, at=clock().now()))
            if refused is None:
                flash(gettext("The condition is added. New applicants need it from now on."), "success")
                return redirect(url_for(".requirements"))
        return self.render(
            "staff/requirements.html", form=form, refused=refused, requirements=queries.requirements(session())
        )

    @expose("/requirements/<int:record_id>/retire", methods=("POST",))
    def retire(self, record_id: int) -> ResponseReturnValue:
        """Ask for a condition no longer."""
        return self.act(
            lambda: actions.retire_requirement(session(), requirement_id=record_id, at=clock().now()),
            said=gettext("The condition is asked for no longer."),
            to=url_for(".requirements"),
        )

    @expose("/import/", methods=("GET", "POST"))
    def import_(self) -> ResponseReturnValue:
        """Take in bookshops that had joined before (T05): a dry run first, then the same file for good."""
        form, report, refused = ImportForm(), None, None
        if form.is_submitted() and form.validate():
            for_good = "apply" in request.form
            report, refused = self.attempt(lambda: _import(form, dry_run=not for_good))
            if report is not None and for_good:
                flash(gettext("%(count)s bookshops are taken in.", count=len(report.created)), "success")
                return redirect(url_for("staff_members.index_view", tab="joining"))
        return self.render("staff/import.html", form=form, report=report, refused=refused, columns=COLUMNS)

    @expose("/import/model.csv")
    def model(self) -> ResponseReturnValue:
        """The empty file with its headings."""
        return csv_response("bookshops", COLUMNS, [])


def _column_of(bookshop: Bookshop) -> str:
    return COLUMN_OF.get(bookshop.state, bookshop.state)


def _import(form: ImportForm, *, dry_run: bool) -> ImportReport:
    text = form.text()
    form.kept.data = text
    return actions.import_bookshops(session(), rows=read_rows(text), at=clock().now(), dry_run=dry_run)


def read_rows(text: str) -> Sequence[dict[str, str]]:
    """The rows of a CSV text with headings, commas or semicolons. Raises Refused saying what is wrong."""
    separator = ";" if text.partition("\n")[0].count(";") >= text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    missing = [name for name in ("name", "postcode", "city", "contact_email") if name not in (reader.fieldnames or ())]
    if missing:
        raise Refused(
            N_("The first line must name the columns; these are missing: %(missing)s."),
            field="file",
            missing=", ".join(missing),
        )
    rows = [{name: row.get(name) or "" for name in COLUMNS} for row in islice(reader, MOST_LINES + 1)]
    if len(rows) > MOST_LINES:
        raise Refused(N_("At most %(most)s lines at once."), field="file", most=MOST_LINES)
    return rows

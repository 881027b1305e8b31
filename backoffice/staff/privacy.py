"""Deletion of personal data: every request with its clock, its execution and its certificate (F42)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale, gettext
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import RecordView, Tab
from backoffice.cells import Column, day_cell, link_to, moment_cell, state_in, state_word
from backoffice.forms import PaperForm
from backoffice.staff.names import person_names
from trade.accounts.models import Person
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.models import JournalEntry
from trade.base.text import N_
from trade.privacy import actions
from trade.privacy.models import DeletionRequest
from trade.privacy.rules import days_left
from trade.privacy.states import DELETION, OPEN
from web.database import clock, session


class AskForm(PaperForm):
    """A request that came by mail or telephone."""

    email = StringField(N_("E-mail of the account"), [InputRequired(), Length(max=254)])


def clock_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """How many days are left of the month the law gives."""
    if row.state not in OPEN:
        return ""
    left = days_left(row.due_on, at=clock().now())
    return gettext("%(days)s days left", days=left) if left >= 0 else gettext("%(days)s days late", days=-left)


class Erasures(RecordView):
    """The requests, the most urgent first."""

    lede = N_("The law gives one month. Open reservations are dealt with first; what the law keeps is blocked.")
    columns = (
        Column("id", N_("Request"), cell=link_to("staff_erasures.deletion"), css="ref"),
        Column("state", N_("State"), cell=state_in(DELETION), plain=state_word(DELETION)),
        Column("person_id", N_("Person"), cell=lambda c, row, beside: beside["people"].get(row.person_id), css="wide"),
        Column("asked_at", N_("Asked"), cell=moment_cell, sort=True),
        Column("due_on", N_("Last day"), cell=day_cell, sort=True),
        Column("clock", N_("Clock"), cell=clock_cell, plain=clock_cell),
        Column("executed_at", N_("Carried out"), cell=moment_cell, css="minor"),
    )
    column_default_sort = ("due_on", False)
    tabs = (
        Tab("open", N_("Not finished"), lambda: DeletionRequest.state.in_((*OPEN, "executed"))),
        Tab("all", N_("All")),
    )
    empty_title = N_("No request is open")
    empty_text = N_("Readers ask for deletion from their account, in two clicks.")
    empty_icon = "shield"
    head_acts = ((N_("Request that came by mail"), "staff_erasures.ask", ""),)

    def beside(self, rows: Sequence[Any]) -> Mapping[str, Any]:
        """The people who ask; erased ones have no name any more."""
        return {"people": person_names(session(), {row.person_id for row in rows})}

    @expose("/ask/", methods=("GET", "POST"))
    def ask(self) -> ResponseReturnValue:
        """Write down a request that came by mail or telephone."""
        form, refused = AskForm(), None
        if form.is_submitted() and form.validate():
            made, refused = self.attempt(lambda: _ask(form.email.data or ""))
            if made is not None:
                return self.say_yes(gettext("The request is written down."), url_for(".deletion", record_id=made.id))
        return self.render("staff/erasure_ask.html", form=form, refused=refused)

    @expose("/<int:record_id>/")
    def deletion(self, record_id: int) -> ResponseReturnValue:
        """One request: its clock, what it waits for, what staff can do."""
        asked = self.record(record_id)
        entries = select(JournalEntry).where(JournalEntry.thing == DELETION.name, JournalEntry.thing_id == asked.id)
        events = session().scalars(entries.order_by(JournalEntry.id).limit(100)).all()
        return self.render(
            "staff/erasure.html",
            asked=asked,
            person=session().get(Person, asked.person_id),
            machine=DELETION,
            moves=[move for move in DELETION.allowed(asked.state, "staff") if move.name in VERBS],
            days=days_left(asked.due_on, at=clock().now()),
            is_open=asked.state in OPEN,
            events=events,
            people=person_names(session(), {event.actor_id for event in events}),
        )

    @expose("/<int:record_id>/move/<step>", methods=("POST",))
    def move(self, record_id: int, step: str) -> ResponseReturnValue:
        """Make one move of the request, as the states table allows it."""
        asked, verb = self.record(record_id), VERBS.get(step)
        if verb is None:
            abort(404)
        back = url_for(".deletion", record_id=asked.id)
        after, refused = self.attempt(lambda: verb(asked))
        if refused is not None or after is None:
            return self.refuse(refused or Conflict(), back)
        return self.say_yes(
            gettext("The request is now: %(state)s.", state=gettext(DELETION.states[after.state].label)), back
        )

    @expose("/<int:record_id>/certificate.txt")
    def certificate(self, record_id: int) -> ResponseReturnValue:
        """The certificate in words: what was found, deleted, blocked or kept, and by which law."""
        asked = self.record(record_id)
        if not asked.certificate:
            abort(404)
        text = actions.certificate_text(session(), request=asked, locale=str(get_locale()))
        name = f"certificate-{asked.id}.txt"
        return Response(text, mimetype="text/plain", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@cache
def code_version() -> str:
    """Which version of the program carried a deletion out: a digest of the domain's own files."""
    sources = sorted(Path(actions.__file__).parents[1].rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _ask(email: str) -> DeletionRequest:
    try:
        return actions.staff_ask(session(), email=email, at=clock().now())
    except NotFound:
        raise Refused(N_("Nobody has this e-mail address."), field="email") from None


def _words(name: str) -> str:
    return request.form.get(name, "")[:500]


VERBS: Mapping[str, Any] = {
    "check_identity": lambda asked: actions.check_identity(
        session(), request_id=asked.id, how=_words("how"), at=clock().now()
    ),
    "execute": lambda asked: actions.execute(
        session(),
        request_id=asked.id,
        at=clock().now(),
        pepper=current_app.extensions["secret"],
        code=code_version(),
    ),
    "refuse": lambda asked: actions.refuse(session(), request_id=asked.id, reason=_words("reason"), at=clock().now()),
    "withdraw": lambda asked: actions.withdraw_deletion(session(), request_id=asked.id, at=clock().now()),
}
"""What each move of the staff does."""

"""Members: the list, and one bookshop's file with everything staff need to answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from flask import abort, current_app, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla.filters import FilterEqual, FilterLike
from flask_babel import get_locale, gettext
from sqlalchemy import select

from backoffice.base import RecordView, Tab
from backoffice.cells import Column, day_cell, link_to, moment_cell, state_in, state_word
from backoffice.staff.file_parts import LARGEST_PROOF, PARTS, load
from trade.base.errors import Refused
from trade.base.text import N_
from trade.members import actions, queries
from trade.members.models import Bookshop, StoredFile
from trade.members.states import AFTER_ACCEPTANCE, BEFORE_ACCEPTANCE, MEMBERSHIP
from web.database import clock, session


def questionnaire_link(token: str) -> str:
    """The address of the one-time link to the questionnaire."""
    return url_for("join.questionnaire", token=token, _external=True)


def access_link(token: str) -> str:
    """The address of the first access."""
    return url_for("door.invitation", token=token, _external=True)


class Members(RecordView):
    """Every bookshop the network knows, in every state of its membership."""

    lede = N_("Every bookshop, from its application to its leaving.")
    columns = (
        Column("name", N_("Bookshop"), cell=link_to("staff_members.file"), css="ref wide", sort=True),
        Column("state", N_("State"), cell=state_in(MEMBERSHIP), plain=state_word(MEMBERSHIP)),
        Column("city", N_("Town"), sort=True),
        Column("postcode", N_("Postcode"), css="minor", sort=True),
        Column("area", N_("Province"), css="minor", sort=True),
        Column("email", N_("E-mail"), css="minor"),
        Column("applied_at", N_("Applied on"), cell=day_cell, plain=moment_cell, sort=True),
        Column("active_at", N_("Active since"), cell=day_cell, plain=moment_cell, sort=True),
    )
    column_default_sort = ("name", False)
    column_searchable_list = ("name", "city", "slug", "postcode", "email")
    column_filters = (
        FilterLike(Bookshop.area, N_("Province")),
        FilterEqual(Bookshop.postcode, N_("Postcode")),
    )
    tabs = (
        Tab("active", N_("Active bookshops"), lambda: Bookshop.state == "active"),
        Tab("joining", N_("Joining"), lambda: Bookshop.state.in_((*BEFORE_ACCEPTANCE, *AFTER_ACCEPTANCE[:3]))),
        Tab("suspended", N_("Suspended"), lambda: Bookshop.state == "suspended"),
        Tab("gone", N_("Left or refused"), lambda: Bookshop.state.in_(("left", "refused"))),
        Tab("all", N_("All")),
    )
    empty_title = N_("No bookshop here")
    empty_icon = "shop"
    head_acts = (
        (N_("Import bookshops"), "staff_applications.import_", ""),
        (N_("Applications"), "staff_applications.index", ""),
    )

    @expose("/<int:record_id>/")
    def file(self, record_id: int) -> ResponseReturnValue:
        """One bookshop's file, a part at a time."""
        return self._file(self.record(record_id))

    def _file(self, bookshop: Bookshop, refused: Refused | None = None) -> ResponseReturnValue:
        part = request.args.get("part", "overview")
        if part not in PARTS:
            abort(404)
        return self.render(
            "staff/member.html",
            bookshop=bookshop,
            machine=MEMBERSHIP,
            moves=MEMBERSHIP.allowed(bookshop.state, "staff"),
            application=queries.application_of(session(), bookshop_id=bookshop.id),
            parts=[(key, gettext(words)) for key, words in PARTS.items()],
            part=part,
            refused=refused,
            **load(part, session(), bookshop, at=clock().now(), locale=str(get_locale())),
        )

    @expose("/<int:record_id>/move/<step>", methods=("POST",))
    def move(self, record_id: int, step: str) -> ResponseReturnValue:
        """Make one move of the membership, as the states table allows it."""
        bookshop, verb = self.record(record_id), VERBS.get(step)
        if verb is None:
            abort(404)
        _, refused = self.attempt(lambda: verb(bookshop))
        if refused is not None:
            return self._file(self.record(record_id), refused)
        return self.say_yes(
            gettext("Done: %(move)s.", move=gettext(MEMBERSHIP.move(step).label)), url_for(".file", record_id=record_id)
        )

    @expose("/<int:record_id>/ask", methods=("POST",))
    def ask(self, record_id: int) -> ResponseReturnValue:
        """Ask for changes of some answers: only those questions reopen."""
        bookshop = self.record(record_id)
        wishes = {
            key.removeprefix("wish-"): words[:1_000] for key, words in request.form.items() if key.startswith("wish-")
        }
        return self.act(
            lambda: actions.ask_change(
                session(), bookshop_id=bookshop.id, wishes=wishes, at=clock().now(), link=questionnaire_link
            ),
            said=gettext("The bookshop is asked. It gets a new link to the questions you marked."),
            to=url_for(".file", record_id=record_id, part="answers"),
        )

    @expose("/<int:record_id>/tick/<int:requirement_id>", methods=("POST",))
    def tick(self, record_id: int, requirement_id: int) -> ResponseReturnValue:
        """Write down that the bookshop meets a condition of joining, or no longer."""
        bookshop, met = self.record(record_id), request.form.get("met") == "yes"
        return self.act(
            lambda: actions.tick_requirement(
                session(), bookshop_id=bookshop.id, requirement_id=requirement_id, at=clock().now(), met=met
            ),
            said=gettext("Saved."),
            to=url_for(".file", record_id=record_id),
        )

    @expose("/<int:record_id>/resend-access", methods=("POST",))
    def resend_access(self, record_id: int) -> ResponseReturnValue:
        """Mail the first access once more."""
        bookshop = self.record(record_id)
        return self.act(
            lambda: actions.resend_access(session(), bookshop_id=bookshop.id, at=clock().now(), link=access_link),
            said=gettext("The first access is mailed once more."),
            to=url_for(".file", record_id=record_id),
        )

    @expose("/<int:record_id>/files/<int:file_id>")
    def stored_file(self, record_id: int, file_id: int) -> ResponseReturnValue:
        """A file the bookshop sent, as a download: it is never shown inside a page."""
        file = session().scalar(
            select(StoredFile).where(StoredFile.id == file_id, StoredFile.bookshop_id == self.record(record_id).id)
        )
        if file is None:
            abort(404)
        stored = BytesIO(current_app.extensions["store"].get(file.sha256))
        return send_file(stored, mimetype=file.media_type, as_attachment=True, download_name=file.name)


def _reason() -> str:
    return request.form.get("reason", "")[:1_000]


def _accept(bookshop: Bookshop) -> None:
    actions.accept(
        session(),
        bookshop_id=bookshop.id,
        at=clock().now(),
        link=access_link,
        override_reason=request.form.get("override_reason", "")[:1_000],
    )


def _record_fee(bookshop: Bookshop) -> None:
    upload, proof = request.files.get("proof"), None
    if upload is not None and upload.filename:
        proof = actions.keep_file(
            session(),
            store=current_app.extensions["store"],
            data=upload.stream.read(LARGEST_PROOF + 1),
            name=upload.filename,
            purpose="fee",
            bookshop_id=bookshop.id,
            at=clock().now(),
        ).id
    actions.record_fee(session(), bookshop_id=bookshop.id, proof_file_id=proof, at=clock().now(), link=access_link)


VERBS: Mapping[str, Callable[[Bookshop], Any]] = {
    "send_questionnaire": lambda bookshop: actions.send_questionnaire(
        session(), bookshop_id=bookshop.id, at=clock().now(), link=questionnaire_link
    ),
    "review": lambda bookshop: actions.review(session(), bookshop_id=bookshop.id, at=clock().now()),
    "accept": _accept,
    "record_fee": _record_fee,
    "refuse": lambda bookshop: actions.refuse(session(), bookshop_id=bookshop.id, reason=_reason(), at=clock().now()),
    "suspend": lambda bookshop: actions.suspend(session(), bookshop_id=bookshop.id, reason=_reason(), at=clock().now()),
    "resume": lambda bookshop: actions.resume(session(), bookshop_id=bookshop.id, at=clock().now()),
    "leave": lambda bookshop: actions.leave(session(), bookshop_id=bookshop.id, reason=_reason(), at=clock().now()),
}
"""What each move of the staff does; asking for a change has its own form, question by question."""

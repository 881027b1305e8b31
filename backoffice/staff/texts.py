"""Legal texts in versions: drafted, published from a date on, never edited afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import get_locale, gettext
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from backoffice.base import RecordView
from backoffice.cells import Column, link_to, moment_cell, state_mark
from backoffice.forms import DayField, PaperForm, translated
from trade.base.errors import Refused
from trade.base.text import N_
from trade.texts import actions, queries, rules
from trade.texts.models import LegalText
from web.database import clock, profile, session
from web.language import LOCALES

LONGEST_TITLE = 200
LONGEST_BODY = 200_000


class TextForm(PaperForm):
    """The words of a version, in every language the network speaks; an empty language is left out."""

    accepted_by = RadioField(N_("Who must accept it"), choices=lambda: translated(rules.ACCEPTED_BY.items()))
    title_es = StringField(N_("Title in Spanish"), [Length(max=LONGEST_TITLE)])
    body_es = TextAreaField(N_("Text in Spanish"), [Length(max=LONGEST_BODY)])
    title_fr = StringField(N_("Title in French"), [Length(max=LONGEST_TITLE)])
    body_fr = TextAreaField(N_("Text in French"), [Length(max=LONGEST_BODY)])
    title_en = StringField(N_("Title in English"), [Length(max=LONGEST_TITLE)])
    body_en = TextAreaField(N_("Text in English"), [Length(max=LONGEST_BODY)])

    def words(self) -> dict[str, dict[str, str]]:
        """Titles and bodies by language, of the languages that have any words."""
        given = {locale: (self[f"title_{locale}"].data or "", self[f"body_{locale}"].data or "") for locale in LOCALES}
        kept = {locale: pair for locale, pair in given.items() if any(part.strip() for part in pair)}
        return {
            "titles": {locale: title.strip() for locale, (title, _) in kept.items()},
            "bodies": {locale: body.replace("\r\n", "\n").strip() for locale, (_, body) in kept.items()},
        }

    def fill(self, text: LegalText) -> None:
        """Show the words of a version."""
        self.accepted_by.data = text.accepted_by
        for locale in LOCALES:
            self[f"title_{locale}"].data = text.titles.get(locale, "")
            self[f"body_{locale}"].data = text.bodies.get(locale, "")


class PublishForm(PaperForm):
    """From which day a draft is in force."""

    effective_from = DayField(N_("In force from"), [InputRequired()])


def text_state(column: Column | None, row: Any, beside: Mapping[str, Any]) -> Any:
    """Draft, announced, in force or superseded."""
    return state_mark(*state_of(row, beside["in_force"], clock().now()))


def state_of(text: LegalText, in_force: Mapping[str, LegalText], at: datetime) -> tuple[str, Any]:
    """The word and shape of a version's state."""
    if text.state == "draft":
        return gettext("Draft"), "open"
    if text.effective_from is not None and text.effective_from > at:
        return gettext("Announced"), "working"
    present = in_force.get(text.document)
    return (gettext("In force"), "done") if present and present.id == text.id else (gettext("Superseded"), "refused")


def document_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """The document in words."""
    return gettext(rules.DOCUMENTS.get(row.document, row.document))


def accepted_by_cell(column: Column, row: Any, beside: Mapping[str, Any]) -> str:
    """Who must accept it, in words."""
    return gettext(rules.ACCEPTED_BY.get(row.accepted_by, row.accepted_by))


class LegalTexts(RecordView):
    """Every version of every legal text."""

    lede = N_("What bookshops and readers are told and accept. A published version is never edited.")
    columns = (
        Column(
            "id",
            N_("Version"),
            cell=lambda c, row, b: _version_link(row),
            css="ref",
            plain=lambda c, row, b: row.version,
        ),
        Column("document", N_("Document"), cell=document_cell, plain=document_cell, css="wide", sort=True),
        Column("state", N_("State"), cell=text_state),
        Column("effective_from", N_("In force from"), cell=moment_cell, sort=True),
        Column("accepted_by", N_("Accepted by"), cell=accepted_by_cell, plain=accepted_by_cell, css="minor"),
    )
    column_default_sort = [("document", False), ("version", True)]
    empty_title = N_("No legal text has been written")
    empty_icon = "page"
    list_template = "staff/texts.html"

    def beside(self, rows: Any) -> Mapping[str, Any]:
        """The versions in force, to tell the states."""
        return {"in_force": queries.all_in_force(session(), at=clock().now())}

    @property
    def documents(self) -> list[tuple[str, str]]:
        """The kinds of documents, for the button that drafts one."""
        return [(key, gettext(words)) for key, words in rules.DOCUMENTS.items()]

    @expose("/new/<document>/", methods=("GET", "POST"))
    def draft(self, document: str) -> ResponseReturnValue:
        """A new version, beginning with the words of the last one."""
        if document not in rules.DOCUMENTS:
            abort(404)
        form, refused = TextForm(), None
        if form.is_submitted() and form.validate():
            text, refused = self.attempt(
                lambda: actions.draft(
                    session(),
                    document=document,
                    accepted_by=form.accepted_by.data,
                    at=clock().now(),
                    **form.words(),
                )
            )
            if text is not None:
                flash(gettext("The draft is saved. It is not in force yet."), "success")
                return redirect(url_for(".text", record_id=text.id))
        elif not form.is_submitted():
            earlier = queries.versions(session(), document=document)
            if earlier:
                form.fill(earlier[0])
            else:
                form.accepted_by.data = "nobody"
        return self._form(form, refused, gettext(rules.DOCUMENTS[document]), url_for(".index_view"))

    @expose("/<int:record_id>/")
    def text(self, record_id: int) -> ResponseReturnValue:
        """One version as it is read, and for a draft the way to publish it."""
        return self._text(self.record(record_id), PublishForm(), None)

    @expose("/<int:record_id>/edit", methods=("GET", "POST"))
    def edit(self, record_id: int) -> ResponseReturnValue:
        """Change a draft."""
        text, form, refused = self.record(record_id), TextForm(), None
        if text.state != "draft":
            abort(404)
        if form.is_submitted() and form.validate():
            saved, refused = self.attempt(
                lambda: actions.edit(
                    session(), text_id=text.id, accepted_by=form.accepted_by.data, at=clock().now(), **form.words()
                )
            )
            if saved is not None:
                flash(gettext("The draft is saved. It is not in force yet."), "success")
                return redirect(url_for(".text", record_id=text.id))
        elif not form.is_submitted():
            form.fill(text)
        return self._form(form, refused, gettext(rules.DOCUMENTS[text.document]), url_for(".text", record_id=text.id))

    @expose("/<int:record_id>/publish", methods=("POST",))
    def publish(self, record_id: int) -> ResponseReturnValue:
        """Put a draft in force from the beginning of a day, or at once if that day is today."""
        text, form, refused = self.record(record_id), PublishForm(), None
        if form.validate():
            now = clock().now()
            begins = datetime.combine(form.effective_from.data, time(), ZoneInfo(profile().time_zone))
            _, refused = self.attempt(
                lambda: actions.publish(session(), text_id=text.id, effective_from=_not_before(begins, now), at=now)
            )
            if refused is None:
                flash(gettext("The text is published."), "success")
                return redirect(url_for(".text", record_id=text.id))
        return self._text(self.record(record_id), form, refused)

    def _text(self, text: LegalText, form: PublishForm, refused: Refused | None) -> ResponseReturnValue:
        asked = request.args.get("language") or str(get_locale())
        language, body = rules.in_language(text.bodies, locales=[asked, profile().locale])
        now = clock().now()
        present = queries.all_in_force(session(), at=now)
        earlier = queries.versions(session(), document=text.document)[:20]
        return self.render(
            "staff/text.html",
            text=text,
            document=gettext(rules.DOCUMENTS[text.document]),
            accepted_by=gettext(rules.ACCEPTED_BY[text.accepted_by]),
            state=state_of(text, present, now),
            language=language,
            blocks=rules.blocks(body),
            versions=[(each, state_of(each, present, now)) for each in earlier],
            form=form,
            refused=refused,
            notice=rules.SHORTEST_NOTICE_DAYS,
        )

    def _form(self, form: TextForm, refused: Refused | None, document: str, back: str) -> ResponseReturnValue:
        return self.render(
            "staff/text_form.html", form=form, refused=refused, document=document, back=back, languages=LOCALES
        )


def _not_before(begins: datetime, now: datetime) -> datetime:
    """Today means now: a text cannot take effect in the past."""
    return now if begins.date() == now.astimezone(begins.tzinfo).date() else begins


def _version_link(row: LegalText) -> Any:
    return link_to("staff_legal.text", "version")(Column("version", ""), row, {})

"""E-mail templates: the words of every kind of mail in each language, with preview and history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from backoffice.base import ScreenView
from backoffice.forms import PaperForm
from backoffice.staff.names import person_names
from trade.base.errors import Refused
from trade.base.text import N_
from trade.messages import actions, queries, rules
from web.database import clock, profile, session
from web.language import LOCALES

GROUPS = {
    "joining": N_("Joining"),
    "membership": N_("Membership"),
    "account": N_("Accounts"),
    "reservation": N_("Reservations"),
    "stock": N_("Stock"),
    "invoice": N_("Money"),
    "transfer": N_("Money"),
    "billing": N_("Money"),
    "privacy": N_("Privacy"),
}
SAMPLES = {
    "contact": "Alba Serrano",
    "bookshop": "Librería Alba",
    "bookshop_address": "Calle Mayor 1, 28001 Madrid",
    "bookshop_phone": "+34 910 000 000",
    "name": "Clara",
    "reader": "Clara Ruiz",
    "reference": "R-24839",
    "title": "Hamnet",
    "authors": "Maggie O’Farrell",
    "isbn": "9788417977405",
    "link": "https://example.org/…",
    "until": "27/11/2026, 18:00",
    "due": "25/11/2026, 18:00",
    "due_on": "24/12/2026",
    "collect_by": "02/12/2026",
    "moment": "24/11/2026, 11:00",
    "month": "10/2026",
    "price": "24,95 €",
    "fee": "121,00 €",
    "total": "26,39 €",
    "amount": "414,39 €",
    "number": "CHQ-2026-000001",
    "operator": "Red de muestra",
}


class TemplateForm(PaperForm):
    """Subject and text of a mail."""

    subject = StringField(N_("Subject"), [Length(max=rules.SUBJECT_LENGTH)])
    body = TextAreaField(N_("Text"), [Length(max=rules.BODY_LENGTH)])


class MailTemplates(ScreenView):
    """The words of every mail the network sends."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Every kind of mail and the languages it is written in."""
        written = {(row.key, row.locale): row for row in queries.templates_in_force(session())}
        groups: dict[str, list[Any]] = {}
        for key, template in rules.TEMPLATES.items():
            words = gettext(GROUPS.get(key.partition(".")[0], N_("Others")))
            groups.setdefault(words, []).append((key, gettext(template.label), written))
        return self.render("staff/mail_templates.html", groups=groups, languages=LOCALES)

    @expose("/<key>/<locale>/", methods=("GET", "POST"))
    def edit(self, key: str, locale: str) -> ResponseReturnValue:
        """Change the words of one mail in one language, see them filled in, go back to earlier ones."""
        if key not in rules.TEMPLATES or locale not in LOCALES:
            abort(404)
        form, refused = TemplateForm(), None
        history = queries.template_history(session(), key=key, locale=locale)
        if not form.is_submitted():
            chosen = next((row for row in history if str(row.id) == request.args.get("version")), None)
            shown = chosen or (history[0] if history else None)
            form.subject.data, form.body.data = (shown.subject, shown.body) if shown else ("", "")
        elif form.validate() and "save" in request.form:
            _, refused = self.attempt(lambda: _save(key, locale, form))
            if refused is None:
                flash(gettext("The new words are in force."), "success")
                return redirect(url_for(".edit", key=key, locale=locale))
        elif form.validate():
            _, refused = self.attempt(lambda: _check(key, form))
        return self.render(
            "staff/mail_template.html",
            form=form,
            refused=refused,
            key=key,
            locale=locale,
            label=gettext(rules.TEMPLATES[key].label),
            variables=(*rules.COMMON, *rules.TEMPLATES[key].variables),
            languages=LOCALES,
            history=history,
            authors=person_names(session(), {row.set_by for row in history}),
            preview=_preview(key, form) if refused is None else None,
        )


def _save(key: str, locale: str, form: TemplateForm) -> None:
    actions.set_template(
        session(), key=key, locale=locale, subject=form.subject.data, body=form.body.data, at=clock().now()
    )


def _check(key: str, form: TemplateForm) -> None:
    rules.check_template(key=key, subject=form.subject.data or "", body=form.body.data or "")


def _preview(key: str, form: TemplateForm) -> Mapping[str, str] | None:
    """Subject and text with sample values; None where the words cannot be sent as they are."""
    try:
        _check(key, form)
    except Refused:
        return None
    names = (*rules.COMMON, *rules.TEMPLATES[key].variables)
    values = {name: SAMPLES.get(name, f"[{name}]") for name in names}
    values["network"] = profile().brand
    return {
        "subject": rules.fill_subject(form.subject.data or "", values),
        "body": rules.fill_body(form.body.data or "", values),
    }

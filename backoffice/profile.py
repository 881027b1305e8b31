"""One's own account, the same in every area: name and language, password, second factor."""

from __future__ import annotations

from typing import Any

import segno
from flask import current_app, flash, redirect, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from backoffice.base import ScreenView
from backoffice.forms import PaperForm, languages
from trade.accounts import actions
from trade.accounts.identity import Identity
from trade.accounts.models import Person
from trade.base.text import N_
from web.database import clock, profile, session
from web.identity import identity
from web.language import CHOICE


class NameForm(PaperForm):
    """How the person is called and spoken to."""

    name = StringField(N_("Name"), [InputRequired(), Length(max=140)])
    phone = StringField(N_("Telephone"), [Length(max=40)])
    language = SelectField(N_("Language"), choices=languages)


class PasswordForm(PaperForm):
    """A new password, knowing the present one."""

    old = PasswordField(N_("Present password"), [InputRequired(), Length(max=200)])
    new = PasswordField(
        N_("New password"),
        [InputRequired(), Length(max=200)],
        description=N_("Long and your own: a few words do well."),
    )


class CodeForm(PaperForm):
    """The six figures that the app shows."""

    code = StringField(N_("Code shown by the app"), [InputRequired(), Length(max=12)])


class OffForm(PaperForm):
    """Switching the second factor off takes the password."""

    password = PasswordField(N_("Password"), [InputRequired(), Length(max=200)])


class Profile(ScreenView):
    """The account of the one who is signed in; she reaches nobody else's."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Everything about one's own account."""
        return self._page()

    @expose("/name", methods=("POST",))
    def name_(self) -> ResponseReturnValue:
        """Change name, telephone and language."""
        form = NameForm()
        if not form.validate():
            return self._page(name=form)
        _, refused = self.attempt(
            lambda: actions.change_profile(
                session(),
                person_id=_who().person_id,
                name=form.name.data or "",
                phone=form.phone.data or "",
                locale=form.language.data,
                at=clock().now(),
            )
        )
        if refused is not None:
            return self._page(name=form, refused=refused)
        cookie_language(form.language.data)
        flash(gettext("Saved."), "success")
        return redirect(url_for(".index"))

    @expose("/password", methods=("POST",))
    def password(self) -> ResponseReturnValue:
        """Change the password; every other session ends."""
        form = PasswordForm()
        if not form.validate():
            return self._page(password=form)
        _, refused = self.attempt(
            lambda: actions.change_password(
                session(),
                person_id=_who().person_id,
                session_id=_who().session_id,
                old=form.old.data or "",
                new=form.new.data or "",
                at=clock().now(),
            )
        )
        if refused is not None:
            return self._page(password=form, refused=refused)
        flash(gettext("The password is changed. Your other sessions have ended."), "success")
        return redirect(url_for(".index"))

    @expose("/second-factor", methods=("GET", "POST"))
    def second_factor(self) -> ResponseReturnValue:
        """Set an app up: scan, type the code it shows, keep the recovery codes."""
        form, refused, codes = CodeForm(), None, None
        if form.is_submitted() and "code" in request.form:
            if form.validate():
                codes, refused = self.attempt(lambda: _confirm(form))
            if codes is not None:
                return self.render("admin/recovery_codes.html", codes=codes)
            return self.render("admin/second_factor.html", form=form, refused=refused, made=None)
        if not form.is_submitted():
            return redirect(url_for(".index"))
        made, refused = self.attempt(_begin)
        if made is None:
            return self.refuse(refused, url_for(".index")) if refused else redirect(url_for(".index"))
        return self.render("admin/second_factor.html", form=form, refused=None, made=made, qr=qr(made.uri))

    @expose("/second-factor/off", methods=("POST",))
    def switch_off(self) -> ResponseReturnValue:
        """Switch the second factor off."""
        form = OffForm()
        if not form.validate():
            return self._page(off=form)
        _, refused = self.attempt(
            lambda: actions.switch_off_second_factor(
                session(), person_id=_who().person_id, password=form.password.data or "", at=clock().now()
            )
        )
        if refused is not None:
            return self._page(off=form, refused=refused)
        flash(gettext("The second factor is off."), "success")
        return redirect(url_for(".index"))

    def _page(self, **forms: Any) -> ResponseReturnValue:
        person = session().get_one(Person, _who().person_id)
        name = forms.get("name") or NameForm(
            formdata=None, name=person.name, phone=person.phone, language=person.locale or profile().locale
        )
        return self.render(
            "admin/profile.html",
            person=person,
            who=_who(),
            name=name,
            password=forms.get("password") or PasswordForm(formdata=None),
            off=forms.get("off") or OffForm(formdata=None),
            refused=forms.get("refused"),
        )


def _who() -> Identity:
    who = identity()
    if who is None:
        raise RuntimeError("The profile was opened by nobody.")
    return who


def _begin() -> actions.SecondFactor:
    return actions.begin_second_factor(
        session(), person_id=_who().person_id, pepper=current_app.extensions["secret"], issuer=profile().brand
    )


def _confirm(form: CodeForm) -> list[str]:
    return actions.confirm_second_factor(
        session(),
        person_id=_who().person_id,
        session_id=_who().session_id,
        code=form.code.data or "",
        at=clock().now(),
        pepper=current_app.extensions["secret"],
    )


def cookie_language(language: str) -> None:
    """Speak the chosen language from the next page on."""
    browser[CHOICE] = language


def qr(uri: str) -> Markup:
    """The picture an app scans, as SVG without any style attribute."""
    code = segno.make(uri, error="m")
    return Markup(code.svg_inline(scale=4, border=0, omitsize=True, svgclass="qr", lineclass=None))

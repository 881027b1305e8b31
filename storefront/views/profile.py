"""One's own details: name, language, password, second step."""

from __future__ import annotations

import segno
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from storefront.forms import ChangePasswordForm, CodeForm, PasswordForm, ProfileForm
from storefront.frame import account
from storefront.links import pepper
from trade.accounts.actions import (
    begin_second_factor,
    change_password,
    change_profile,
    confirm_second_factor,
    switch_off_second_factor,
)
from trade.accounts.identity import Identity
from trade.accounts.models import Person
from trade.base.errors import Refused
from web.database import clock, session
from web.database import profile as network
from web.identity import identity
from web.language import say
from web.limits import limiter


def me() -> Identity:
    """Who asks; the access table lets nobody else in."""
    who = identity()
    if who is None:
        abort(403)
    return who


@account.route("/details", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Name, telephone and language."""
    who, work = me(), session()
    form = ProfileForm(obj=work.get_one(Person, who.person_id))
    if form.validate_on_submit():
        try:
            change_profile(
                work,
                person_id=who.person_id,
                name=form.name.data or "",
                phone=form.phone.data or "",
                locale=form.locale.data,
                at=clock().now(),
            )
            work.commit()
        except Refused as refusal:
            work.rollback()
            form.refuse(refusal)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("account.home"))
    return render_template("profile.html", form=form, reader=who)


@account.route("/password", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def password() -> ResponseReturnValue:
    """Change the password; the sessions on other devices end."""
    who, form = me(), ChangePasswordForm()
    if form.validate_on_submit():
        try:
            change_password(
                session(),
                person_id=who.person_id,
                session_id=who.session_id,
                old=form.old.data or "",
                new=form.password.data or "",
                at=clock().now(),
            )
            session().commit()
        except Refused as refusal:
            session().rollback()
            form.refuse(refusal)
        else:
            flash(_("Your password is saved; you are signed out everywhere else."), "ok")
            return redirect(url_for("account.profile"))
    return render_template("password.html", form=form, heading=_("Change your password"))


@account.get("/second-step")
def second_step() -> ResponseReturnValue:
    """Whether the second step is on, and how to switch it."""
    who = me()
    return render_template("second_step.html", is_on=who.has_second_factor, form=PasswordForm())


@account.post("/second-step/begin")
@limiter.limit("10/minute")
def second_step_begin() -> ResponseReturnValue:
    """Make a new key for an authenticator app; nothing is in force before its code is shown."""
    try:
        made = begin_second_factor(session(), person_id=me().person_id, pepper=pepper(), issuer=network().brand)
        session().commit()
    except Refused as refusal:
        session().rollback()
        flash(say(refusal), "warn")
        return redirect(url_for("account.second_step"))
    return set_up(CodeForm(formdata=None, key=made.secret, address=made.uri))


@account.post("/second-step/confirm")
@limiter.limit("20/minute")
def second_step_confirm() -> ResponseReturnValue:
    """Switch it on with the first right code, and show the recovery codes once."""
    who, form = me(), CodeForm()
    if form.validate_on_submit():
        try:
            codes = confirm_second_factor(
                session(),
                person_id=who.person_id,
                session_id=who.session_id,
                code=form.code.data or "",
                at=clock().now(),
                pepper=pepper(),
            )
            session().commit()
        except Refused as refusal:
            session().rollback()
            form.refuse(refusal)
        else:
            return render_template("second_step.html", codes=codes)
    return set_up(form)


def set_up(form: CodeForm) -> ResponseReturnValue:
    """The key as a square and as letters, with the field for the code."""
    drawn = segno.make(form.address.data or "-", error="m").svg_inline(scale=5, border=2, light="#fff")
    return render_template("second_step.html", form=form, secret=form.key.data, square=Markup(drawn))


@account.post("/second-step/off")
@limiter.limit("10/minute")
def second_step_off() -> ResponseReturnValue:
    """Switch it off, knowing the password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            switch_off_second_factor(
                session(), person_id=me().person_id, password=form.password.data or "", at=clock().now()
            )
            session().commit()
        except Refused as refusal:
            session().rollback()
            form.refuse(refusal)
        else:
            flash(_("The second step is off."), "ok")
            return redirect(url_for("account.profile"))
    return render_template("second_step.html", is_on=me().has_second_factor, form=form)

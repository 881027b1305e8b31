"""A password forgotten, or never had (T05)."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from storefront.forms import MailForm, NewPasswordForm
from storefront.frame import Link, door
from storefront.links import link_to, pepper
from storefront.views.registering import used_up
from trade.accounts.actions import ask_recovery, greet, set_password
from trade.base.errors import Refused
from web.database import clock, session
from web.limits import limiter


@door.route("/password", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def recover() -> ResponseReturnValue:
    """Ask for a link; the answer is the same whether the address is known or not."""
    form = MailForm()
    if form.validate_on_submit():
        ask_recovery(
            session(),
            email=form.email.data or "",
            at=clock().now(),
            pepper=pepper(),
            link=link_to("door.reset"),
        )
        session().commit()
        return render_template(
            "message.html",
            heading=_("Look into your mail"),
            lines=[
                _("If %(address)s has an account, a link to choose a password is on its way.", address=form.email.data),
                _("If nothing comes in a few minutes, look among unwanted mail."),
            ],
        )
    return render_template("forgotten.html", form=form)


@door.route("/password/<token>", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def reset(token: str) -> ResponseReturnValue:
    """Choose a password with a link that works once; a refused password does not use it up."""
    at = clock().now()
    try:
        greeting = greet(session(), token=token, purpose="recovery", at=at)
    except Refused as refusal:
        return used_up(refusal, Link(url_for("door.recover"), _("Ask for a new link")))
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            set_password(session(), token=token, password=form.password.data or "", at=at)
            session().commit()
        except Refused as refusal:
            session().rollback()
            form.refuse(refusal)
        else:
            flash(_("Your password is saved. Sign in with it."), "ok")
            return redirect(url_for("door.sign_in"))
    return render_template("password.html", form=form, heading=_("Choose a password"), intro=greeting.email)

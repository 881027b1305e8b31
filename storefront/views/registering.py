"""Opening an account: registration, the verified address, invitations."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from storefront.consents import offered, with_purposes
from storefront.forms import Form, InvitationForm, RegisterForm
from storefront.frame import Link, door
from storefront.links import link_to, local, pepper
from trade.accounts.actions import accept_invitation, greet, resend_verification, verify_address
from trade.accounts.actions import register as open_account
from trade.base.errors import Refused
from web.database import clock, session
from web.identity import half_signed_in
from web.language import say
from web.limits import limiter


@door.route("/register", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def register() -> ResponseReturnValue:
    """Open a reader's account; the answer is the same for an address that has one already."""
    form = with_purposes(RegisterForm, offered())
    if form.validate_on_submit():
        try:
            open_account(
                session(),
                name=form.name.data or "",
                email=form.email.data or "",
                password=form.password.data or "",
                locale=str(get_locale()),
                consents=form.ticked(),
                at=clock().now(),
                pepper=pepper(),
                link=link_to("door.verify"),
                recovery_link=link_to("door.reset"),
            )
            session().commit()
        except Refused as refusal:
            session().rollback()
            form.refuse(refusal)
        else:
            return render_template(
                "message.html",
                heading=_("Look into your mail"),
                lines=[
                    _(
                        "We have written to %(address)s. Open the link in that mail, and you can reserve.",
                        address=form.email.data,
                    ),
                    _("If nothing comes in a few minutes, look among unwanted mail."),
                ],
            )
    return render_template("register.html", form=form, next=local(request.args.get("next")) or None)


@door.route("/verify/<token>", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
def verify(token: str) -> ResponseReturnValue:
    """The link of the mail: one click confirms, so that a mail scanner that opens links uses nothing up."""
    form = Form()
    try:
        greeting = greet(session(), token=token, purpose="verification", at=clock().now())
        if form.validate_on_submit():
            verify_address(session(), token=token, at=clock().now())
            session().commit()
            flash(_("Your address is verified. You can reserve now."), "ok")
            return redirect(url_for("account.home"))
    except Refused as refusal:
        session().rollback()
        return used_up(refusal, Link(url_for("account.home"), _("Your account")))
    return render_template("verify.html", form=form, greeting=greeting)


def used_up(refusal: Refused, way_out: Link) -> ResponseReturnValue:
    """The page of a link that no longer works, with where to go instead."""
    return render_template(
        "message.html", heading=_("This link no longer works"), lines=[say(refusal)], link=way_out
    ), 410


@door.post("/verify")
@limiter.limit("10/minute")
def send_verification() -> ResponseReturnValue:
    """Send the verifying link once more to whoever is signed in."""
    who = half_signed_in()
    if who is None:
        return redirect(url_for("door.sign_in"))
    try:
        resend_verification(
            session(), person_id=who.person_id, at=clock().now(), pepper=pepper(), link=link_to("door.verify")
        )
        session().commit()
        flash(_("Sent to %(address)s.", address=who.email), "ok")
    except Refused as refusal:
        session().rollback()
        flash(say(refusal), "warn")
    return redirect(url_for("account.home"))


@door.route("/invitation/<token>", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def invitation(token: str) -> ResponseReturnValue:
    """Accept a role; who has no password yet chooses one."""
    at = clock().now()
    try:
        greeting = greet(session(), token=token, purpose="invitation", at=at)
    except Refused as refusal:
        return used_up(refusal, Link(url_for("door.sign_in"), _("Sign in")))
    form = Form() if greeting.has_password else InvitationForm()
    if form.validate_on_submit():
        try:
            password = None if greeting.has_password else form.password.data
            accept_invitation(session(), token=token, password=password, at=at)
            session().commit()
        except Refused as refusal:
            session().rollback()
            form.refuse(refusal)
        else:
            flash(_("Welcome. Sign in with your address and your password."), "ok")
            return redirect(url_for("door.sign_in"))
    return render_template("invitation.html", form=form, greeting=greeting)

"""The door: signing in and out, and the second step."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from storefront.entering import enter, landing
from storefront.forms import SecondFactorForm, SignInForm
from storefront.frame import door
from storefront.links import local, pepper
from trade.accounts.actions import SignIn, pass_second_factor
from trade.accounts.actions import sign_in as check_and_open
from trade.accounts.actions import sign_out as close
from trade.accounts.queries import signed_in
from trade.base.errors import Refused
from web.database import clock, session
from web.identity import TOKEN, forget, half_signed_in, identity
from web.limits import limiter


@door.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """Sign in with address and password; the answer tells nothing about which addresses are known."""
    wanted = local(request.args.get("next"))
    who = identity()
    if who is not None and request.method == "GET":
        return redirect(landing(who, wanted))
    form = SignInForm()
    if form.validate_on_submit():
        tried = check_and_open(
            session(),
            email=form.email.data or "",
            password=form.password.data or "",
            network=request.remote_addr or "",
            at=clock().now(),
            pepper=pepper(),
        )
        session().commit()
        if tried.refusal is None:
            return let_in(tried, wanted)
        form.refuse(Refused(tried.refusal.message, **tried.refusal.values))
    return render_template("sign_in.html", form=form, next=wanted or None)


def let_in(opened: SignIn, wanted: str) -> ResponseReturnValue:
    """Put the person into the browser's session and send her on."""
    enter(person_id=opened.person_id or 0, token=opened.token or "")
    if opened.needs_second_factor:
        return redirect(url_for("door.second_factor", next=wanted or None))
    who = signed_in(session(), token=opened.token or "", at=clock().now())
    return redirect(landing(who, wanted) if who else url_for("door.sign_in"))


@door.route("/second-step", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
def second_factor() -> ResponseReturnValue:
    """Show the second factor: a code of the app, or a recovery code."""
    who = half_signed_in()
    wanted = local(request.args.get("next"))
    if who is None or not who.needs_second_factor:
        return redirect(landing(who, wanted) if who else url_for("door.sign_in", next=wanted or None))
    form = SecondFactorForm()
    if form.validate_on_submit():
        tried = pass_second_factor(
            session(),
            person_id=who.person_id,
            session_id=who.session_id,
            code=form.code.data or "",
            at=clock().now(),
            pepper=pepper(),
        )
        session().commit()
        if tried.refusal is None:
            return let_in(tried, wanted)
        form.refuse(Refused(tried.refusal.message, field="code", **tried.refusal.values))
    return render_template("second_factor.html", form=form)


@door.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    token = cookie.get(TOKEN)
    if token:
        close(session(), token=str(token), at=clock().now())
        session().commit()
    forget()
    return redirect(url_for("public.home"))

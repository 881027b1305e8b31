"""Withdrawing from an order without signing in (Directive 2011/83, article 11a): state it, confirm it, have it written.

By the order's own page the reader chooses books. By its number and address alone nothing is told to whoever asks, not
even whether there is such an order: what comes of it goes by mail to the address of the order.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from storefront import withdrawals as told
from storefront.forms import Form, WithdrawForm
from storefront.frame import order
from storefront.views.orders import known, own_page
from trade.base.errors import Refused
from trade.orders.actions import ask_by_number, declare, left_to_withdraw, why_not, window_of
from web.database import clock, session
from web.identity import identity
from web.limits import limiter
from web.words import gettext as _


@order.route("/withdraw", methods=["GET", "POST"])
@limiter.limit("10/minute", methods=["POST"])
def withdraw() -> ResponseReturnValue:
    """State the withdrawal by the order's number and address, confirm it, read when it was received."""
    form, who, at = WithdrawForm(), identity(), clock().now()
    if request.method == "GET":
        form.email.data = who.email if who else ""
    step = "state"
    if form.validate_on_submit():
        step = "confirm"
        if request.form.get("step") == "confirm":
            whole = form.which.data == "all"
            ask_by_number(
                session(), reference=form.reference.data or "", email=form.email.data or "", whole=whole, at=at
            )
            session().commit()
            step = "received"
    return render_template("withdraw.html", form=form, step=step, received_at=at, signed_in=who is not None)


@order.route("/order/<reference>/withdraw", methods=["GET", "POST"])
@limiter.limit("30/minute")
def withdraw_from(reference: str) -> ResponseReturnValue:
    """Choose the books of an order, confirm; the acknowledgement leaves at once. Without its link it is not there."""
    found, work, at = known(reference), session(), clock().now()
    obstacle = why_not(work, order=found, at=at)
    left = {} if obstacle else left_to_withdraw(work, order=found)
    form, copies, step = Form(), told.chosen(left), "state"
    if form.validate_on_submit() and obstacle is None:
        step = "confirm" if any(copies.values()) else "state"
        if step == "state":
            form.refuse(Refused(told.NOTHING_CHOSEN))
        elif request.form.get("step") == "confirm":
            try:
                declare(work, order_id=found.id, copies=copies, at=at)
            except Refused as refusal:
                work.rollback()
                form.refuse(refusal)
                step = "state"
            else:
                work.commit()
                flash(_("We have received your withdrawal. Its acknowledgement is on its way to your mail."), "ok")
                return redirect(own_page(found))
    return render_template(
        "withdraw_from.html",
        form=form,
        step=step,
        order=found,
        obstacle=obstacle,
        lines=told.lines_left(found, left, copies),
        last_day=window_of(work, order=found, at=at).last,
        k=request.args.get("k"),
    )

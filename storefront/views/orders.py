"""An order followed by its link or by its reader signed in, and the way back from the gateway."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront import orders as told
from storefront.deadlines import reasons
from storefront.frame import account, order
from storefront.paying import address_to_pay
from storefront.shops import address_of
from storefront.withdrawals import declared
from trade.base.errors import NotFound
from trade.orders.actions import cancel as cancel_order
from trade.orders.actions import why_not
from trade.orders.models import Order
from trade.orders.queries import by_link, by_reference, deadline_of, token_of, withdrawals_of
from trade.orders.states import FULFILLED
from trade.payments.models import Payment
from trade.payments.queries import payment_by_key, payments_of, refunds_of
from web.database import clock, session
from web.limits import limiter
from web.words import gettext as _

RENEWED = "5"
"""Seconds after which a page that waits for the gateway's word asks again."""


@account.get("/orders")
def orders() -> ResponseReturnValue:
    """The list stands on the account's page."""
    return redirect(url_for("account.home", _anchor="orders"))


@order.get("/order/<reference>")
@limiter.limit("120/minute")
def page(reference: str) -> ResponseReturnValue:
    """One order; without its link, or another's, it is not there (404). A payment that is under way renews the page."""
    found, work = known(reference), session()
    payments = payments_of(work, order_id=found.id)
    paid = [one for one in payments if one.state in ("paid", "surplus")]
    refunds = [refund for one in paid for refund in refunds_of(work, payment_id=one.id)]
    waits = found.state == "awaiting_payment"
    gave_up = waits and "gave_up" in request.args
    deadline = deadline_of(found)
    served = found.state in FULFILLED
    answer = make_response(
        render_template(
            "order.html",
            order=found,
            state_shown=told.state_of(found),
            headline=told.headline(found),
            explanation=told.explanation(found),
            reason=told.reason(found),
            timeline=told.timeline(found),
            deadline_why=reasons(deadline) if deadline else [],
            lines=told.lines_shown(found),
            refunds=told.refunds_shown(refunds),
            card_tail=next((one.card_tail for one in paid if one.card_tail), ""),
            can_cancel=told.can_cancel(found),
            can_withdraw=served and why_not(work, order=found, at=clock().now()) is None,
            withdrawals=declared(found, withdrawals_of(work, order=found)) if served else [],
            may_pay=waits and payable(payments) is not None,
            gave_up=gave_up,
            waits=waits and not gave_up,
            shop=found.bookshop,
            address=address_of(found.bookshop),
            k=request.args.get("k"),
        )
    )
    if waits and not gave_up:
        answer.headers["Refresh"] = RENEWED
    return answer


@order.post("/order/<reference>/pay")
@limiter.limit("20/minute")
def pay(reference: str) -> ResponseReturnValue:
    """Go (back) to the gateway's page of an order that waits for its money."""
    found = known(reference)
    payment = payable(payments_of(session(), order_id=found.id)) if found.state == "awaiting_payment" else None
    session().commit()
    url = address_to_pay(payment_id=payment.id, at=clock().now()) if payment else ""
    if not url:
        flash(_("The payment page does not answer. Try again in a moment."), "warn")
    return redirect(url or own_page(found))


@order.post("/order/<reference>/cancel")
@limiter.limit("20/minute")
def cancel(reference: str) -> ResponseReturnValue:
    """Cancel, as long as the bookshop has not accepted; the money goes back."""
    found = known(reference)
    cancel_order(session(), order_id=found.id, at=clock().now())
    session().commit()
    flash(_("Cancelled. Your money goes back by the means you paid with."), "ok")
    return redirect(own_page(found))


@order.get("/pay/<key>")
@limiter.limit("60/minute")
def returned(key: str) -> ResponseReturnValue:
    """Back from the gateway: on to the order. Whoever knows the key of a payment was led here by its gateway."""
    work = session()
    payment = payment_by_key(work, key=key)
    found = None if payment is None else work.get(Order, payment.order_id)
    if found is None:
        raise NotFound()
    gave_up = "1" if "gave_up" in request.args else None
    token = token_of(work.profile, found.reference)
    return redirect(url_for("order.page", reference=found.reference, k=token, gave_up=gave_up))


def known(reference: str) -> Order:
    """The order that the link names, or the signed-in reader's own. Raises NotFound."""
    work, token = session(), request.args.get("k")
    if token is not None:
        found = by_link(work, reference=reference, token=token)
    else:
        found = by_reference(work, reference=reference) if work.scope.kind == "reader" else None
    if found is None:
        raise NotFound()
    return found


def payable(payments: Iterable[Payment]) -> Payment | None:
    """The attempt that is not ended yet."""
    return next((one for one in payments if one.state in ("intended", "open")), None)


def own_page(found: Order) -> str:
    """The order's page, reached as this request was."""
    return url_for("order.page", reference=found.reference, k=request.args.get("k"))

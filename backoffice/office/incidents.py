"""Trouble with payments: what was declined and what helps, refunds to be done, disputes, the look-up of an attempt."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice.base import ScreenView
from backoffice.office.desk import desk
from backoffice.office.wording import day_hour
from trade.base.text import N_
from trade.payments import actions, queries
from trade.payments.models import Refund
from trade.payments.rules import guide
from trade.payments.states import PAYMENT, REFUND

LONGEST_REFERENCE = 120
CAUSES = {
    "rejected": N_("order rejected"),
    "line_refused": N_("title refused"),
    "withdrawal": N_("withdrawal"),
    "goodwill": N_("goodwill"),
    "paid_twice": N_("paid twice"),
    "paid_late": N_("paid too late"),
}
REASONS = {
    "fraudulent": N_("The cardholder says that she did not pay this."),
    "product_not_received": N_("The cardholder says that nothing arrived."),
    "product_unacceptable": N_("The cardholder says that the books were not as described."),
    "duplicate": N_("The cardholder says that she paid twice."),
    "credit_not_processed": N_("The cardholder waits for a refund."),
}
OTHER_REASON = N_("The cardholder's bank disputes the payment.")
FAILURES = {
    "charge_disputed": N_("The bank has taken the money back already: answer the dispute instead."),
    "charge_already_refunded": N_("It was refunded at Stripe before: mark it as done."),
    "lost_or_stolen_card": N_("The card no longer exists: agree on a bank transfer with the reader."),
    "expired_or_canceled_card": N_("The card no longer exists: agree on a bank transfer with the reader."),
    "insufficient_funds": N_("Your balance at Stripe does not cover it: top it up there, then try again."),
    "key_lacks_right": N_("The key may not refund: do it at Stripe, or give the key the right."),
}
OTHER_FAILURE = N_("Look at the payment on Stripe's own pages, then try again or do it there.")
MISFITS = {
    "amount": N_("the amount is another one"),
    "currency": N_("the currency is another one"),
    "order": N_("the order is another one"),
    "payment": N_("no such payment is known"),
    "account": N_("the payment belongs to another account"),
    "mode": N_("test and live are mixed up"),
    "session": N_("the page is another one"),
    "refund": N_("no such refund is known"),
}


class Incidents(ScreenView):
    """One page for whoever helps a reader on the telephone."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Everything that somebody should look at; with ``q`` the attempts of one order or payment (T59)."""
        session, shop, _ = desk()
        asked = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_REFERENCE]
        return self.render(
            "office/incidents.html",
            asked=asked,
            found=queries.attempts(session, bookshop_id=shop.id, reference=asked) if asked else [],
            declined=queries.attempts(session, bookshop_id=shop.id),
            refunds=queries.troubled_refunds(session, bookshop_id=shop.id),
            disputes=queries.open_disputes(session, bookshop_id=shop.id),
            misfits=queries.refused_events(session, bookshop_id=shop.id),
            **words(),
        )

    @expose("/refunds/<int:refund_id>/again", methods=("POST",))
    def again(self, refund_id: int) -> ResponseReturnValue:
        """Ask the gateway once more."""
        session, _, at = desk()
        _own_refund(refund_id)
        return self.act(
            lambda: actions.again(session, refund_id=refund_id, role="bookshop", at=at),
            said=gettext("The refund is asked for again."),
            to=url_for(".index"),
        )

    @expose("/refunds/<int:refund_id>/done", methods=("POST",))
    def done(self, refund_id: int) -> ResponseReturnValue:
        """The bookshop gave the money back at Stripe."""
        session, _, at = desk()
        _own_refund(refund_id)
        return self.act(
            lambda: actions.done_by_hand(session, refund_id=refund_id, at=at),
            said=gettext("Noted: the reader has the money back."),
            to=url_for(".index"),
        )


def words() -> dict[str, Any]:
    """The words and shapes of the page."""
    return {
        "payment_machine": PAYMENT,
        "refund_machine": REFUND,
        "guide": guide,
        "causes": CAUSES,
        "reason_of": lambda reason: gettext(REASONS.get(reason, OTHER_REASON)),
        "failure_of": lambda error: gettext(FAILURES.get(error, OTHER_FAILURE)),
        "misfit_of": lambda note: ", ".join(gettext(MISFITS.get(word, word)) for word in note.split(", ")),
        "day_hour": day_hour,
    }


def _own_refund(refund_id: int) -> None:
    session, shop, _ = desk()
    found = session.get(Refund, refund_id)
    if found is None or found.bookshop_id != shop.id:
        abort(404)

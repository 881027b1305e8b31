"""What money does at the gateway: intents, charges, refunds within bounds, disputes, each told by its events."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from tests.doubles.stripe.cards import CARDS, METHODS, Card
from tests.doubles.stripe.events import Post
from tests.doubles.stripe.parameters import Wrong
from tests.doubles.stripe.store import Store, Thing

LEAST_CENTS = {"eur": 50, "usd": 50, "gbp": 30}
MOST_CENTS = 99_999_999
DECLINES = {
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}
ENDED_DISPUTES = {"won", "lost", "warning_closed"}


def check_amount(cents: int, currency: str) -> None:
    """Raises Wrong for what no card is charged with."""
    least = LEAST_CENTS.get(currency)
    if least is None:
        raise Wrong(f"Invalid currency: {currency}.", param="currency")
    if not least <= cents <= MOST_CENTS:
        code = "amount_too_small" if cents < least else "amount_too_large"
        raise Wrong(f"Amount must be from {least} to {MOST_CENTS} {currency} cents", param="amount", code=code)


@dataclass(frozen=True)
class Bank:
    """The account-holding side of the gateway."""

    store: Store
    post: Post

    # --- intents ------------------------------------------------------------------------------------

    def intent(self, account: str, *, cents: int, currency: str, live: bool, **more: Any) -> Thing:
        """A payment intent. Raises Wrong for an amount that no card is charged with."""
        check_amount(cents, currency)
        values: dict[str, Any] = {
            "amount": cents,
            "amount_received": 0,
            "currency": currency,
            "status": "requires_payment_method",
            "latest_charge": None,
            "last_payment_error": None,
            "payment_method": None,
            "customer": None,
            "metadata": {},
            "livemode": live,
            "client_secret": f"secret_{secrets.token_hex(8)}",
        }
        return self.store.keep(account, self.store.new(account, "payment_intent", **(values | more)))

    def charge(self, account: str, intent: Thing, card: Card, *, secured: bool, off_session: bool = False) -> Thing:
        """Try a card on an intent: it succeeds, asks for the bank's step, or is declined (``last_payment_error``)."""
        intent["last_payment_error"] = None
        if card.secure and not secured and (not off_session or not card.off_session):
            if off_session:
                return self._declined(account, intent, card, "authentication_required", "authentication_required")
            intent["status"] = "requires_action"
            return self.store.keep(account, intent)
        if card.decline:
            return self._declined(account, intent, card, card.code, card.decline)
        charge = self._charge(account, intent, card, status="succeeded")
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        self.store.keep(account, intent)
        self.post.tell(account, "charge.succeeded", charge)
        self.post.tell(account, "payment_intent.succeeded", intent)
        if card.dispute:
            self.dispute(account, intent["id"], card.dispute)
        return intent

    def _charge(self, account: str, intent: Thing, card: Card, *, status: str, **more: Any) -> Thing:
        good = status == "succeeded"
        values: dict[str, Any] = {
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if good else 0,
            "amount_refunded": 0,
            "captured": good,
            "paid": good,
            "refunded": False,
            "disputed": False,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "payment_intent": intent["id"],
            "metadata": dict(intent["metadata"]),
            "livemode": intent["livemode"],
            "status": status,
            "failure_code": None,
            "failure_message": None,
            "outcome": {"network_status": "approved_by_network", "reason": None, "type": "authorized"},
            "payment_method_details": {"type": "card", "card": {"brand": card.brand, "last4": card.tail}},
        }
        charge = self.store.keep(account, self.store.new(account, "charge", **(values | more)))
        intent["latest_charge"] = charge["id"]
        return charge

    def _declined(self, account: str, intent: Thing, card: Card, code: str, decline: str) -> Thing:
        message = DECLINES.get(decline, "Your card was declined.")
        outcome = {"network_status": "declined_by_network", "reason": decline, "type": "issuer_declined"}
        charge = self._charge(
            account, intent, card, status="failed", failure_code=code, failure_message=message, outcome=outcome
        )
        error = {
            "type": "card_error",
            "code": code,
            "decline_code": decline,
            "message": message,
            "charge": charge["id"],
        }
        intent |= {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
        self.store.keep(account, intent)
        self.post.tell(account, "charge.failed", charge)
        self.post.tell(account, "payment_intent.payment_failed", intent)
        return intent

    def card_of(self, account: str, method: str) -> Card:
        """The card behind a payment method: one of the account's own, or one of the test names."""
        if method in METHODS:
            return CARDS[METHODS[method]]
        kept = self.store.get(account, method, "payment_method")
        return CARDS[kept["_number"]]

    # --- refunds ------------------------------------------------------------------------------------

    def refund(self, account: str, charge: Thing, *, cents: int | None, metadata: dict[str, str], reason: str) -> Thing:
        """Give money back. Raises Wrong beyond what is left of the charge, and while the bank has taken it back."""
        left = charge["amount"] - charge["amount_refunded"]
        wanted = left if cents is None else cents
        if not charge["paid"]:
            raise Wrong("This charge was not paid.", code="charge_not_refundable")
        if charge["disputed"]:
            raise Wrong(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
        if left == 0:
            raise Wrong(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        if not 0 < wanted <= left:
            raise Wrong(
                f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})", param="amount"
            )
        charge["amount_refunded"] += wanted
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.store.keep(account, charge)
        refund = self.store.new(
            account,
            "refund",
            amount=wanted,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            metadata=metadata,
            reason=reason or None,
            status="succeeded",
            failure_reason=None,
            livemode=charge["livemode"],
        )
        self.store.keep(account, refund)
        self.post.tell(account, "refund.created", refund)
        self.post.tell(account, "charge.refunded", charge)
        return refund

    def fail_refund(self, account: str, refund_id: str, reason: str) -> Thing:
        """The reader's bank sends a refund back."""
        refund = self.store.get(account, refund_id, "refund")
        charge = self.store.get(account, refund["charge"], "charge")
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self.store.keep(account, charge)
        refund |= {"status": "failed", "failure_reason": reason}
        self.post.tell(account, "refund.failed", refund)
        return self.store.keep(account, refund)

    # --- disputes -----------------------------------------------------------------------------------

    def dispute(self, account: str, intent_id: str, reason: str) -> Thing:
        """The cardholder disputes the payment: the bank takes the money back until it is decided."""
        intent = self.store.get(account, intent_id, "payment_intent")
        charge = self.store.get(account, intent["latest_charge"], "charge")
        charge["disputed"] = True
        self.store.keep(account, charge)
        dispute = self.store.new(
            account,
            "dispute",
            amount=charge["amount"],
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=intent_id,
            reason=reason,
            status="needs_response",
            metadata={},
            livemode=charge["livemode"],
        )
        week = dispute["created"] + 7 * 86_400
        dispute["evidence_details"] = {"due_by": week, "has_evidence": False, "past_due": False, "submission_count": 0}
        self.store.keep(account, dispute)
        self.post.tell(account, "charge.dispute.created", dispute)
        return dispute

    def decide(self, account: str, dispute_id: str, status: str) -> Thing:
        """The bank decides a dispute: won, or lost."""
        dispute = self.store.get(account, dispute_id, "dispute")
        dispute["status"] = status
        self.store.keep(account, dispute)
        if status in ENDED_DISPUTES:
            charge = self.store.get(account, dispute["charge"], "charge")
            charge["disputed"] = status == "lost"
            self.store.keep(account, charge)
        kind = "charge.dispute.closed" if status in ENDED_DISPUTES else "charge.dispute.updated"
        self.post.tell(account, kind, dispute)
        return dispute

"""Rules of money given back, and what a decline means for whoever stands before it (T58)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from trade.base.errors import Refused
from trade.base.text import N_

COUNTING: Final = frozenset({"asked", "done", "by_hand"})
"""States of refunds whose money is gone, or about to go; a failed one gave nothing."""
CAUSES: Final = ("rejected", "line_refused", "withdrawal", "goodwill", "paid_twice", "paid_late")


@dataclass(frozen=True)
class Parts:
    """Money by what it was paid for, in cents."""

    books: int = 0
    delivery: int = 0
    handling: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.books + self.delivery + self.handling

    def less(self, other: Parts) -> Parts:
        """What is left after the other was taken off."""
        return Parts(self.books - other.books, self.delivery - other.delivery, self.handling - other.handling)


def left_of(paid: Parts, given: Iterable[Parts]) -> Parts:
    """What can still be given back of an order, part by part."""
    left = paid
    for one in given:
        left = left.less(one)
    return left


def check_refund(wanted: Parts, *, left: Parts, paid_cents: int, given_cents: int) -> None:
    """Refuses a refund of nothing, of a negative part, or beyond what is left of any part or of the payment itself.

    Raises Refused. One payment never gives more than it brought (safety.md, fault 14).
    """
    if min(wanted.books, wanted.delivery, wanted.handling) < 0 or wanted.total == 0:
        raise Refused(N_("There is nothing to refund."))
    over = wanted.books > left.books or wanted.delivery > left.delivery or wanted.handling > left.handling
    if over or given_cents + wanted.total > paid_cents:
        raise Refused(N_("That is more than is left of what was paid."))


def check_copies(wanted: Mapping[int, int], *, bought: Mapping[int, int], given: Mapping[int, int]) -> None:
    """Refuses copies that were not bought, or were refunded before. Raises Refused. Keys are ids of order lines."""
    for line, copies in wanted.items():
        if copies < 1 or copies + given.get(line, 0) > bought.get(line, 0):
            raise Refused(N_("More copies than were bought, or refunded before."))


def books_of(wanted: Mapping[int, int], *, prices: Mapping[int, int]) -> int:
    """The price of copies by their lines, in cents, VAT included."""
    return sum(copies * prices[line] for line, copies in wanted.items())


def mismatch(told: Mapping[str, object], known: Mapping[str, object]) -> str:
    """Which of the things that must agree do not, by name; "" where all do (safety.md, fault 11)."""
    return ", ".join(name for name, value in known.items() if told.get(name) != value)


@dataclass(frozen=True)
class Guide:
    """What a decline means, and the steps of whoever helps the reader: msgids."""

    meaning: str
    steps: tuple[str, ...]


_OTHER_CARD = N_("Suggest another card, or the same one after a talk with the bank.")
_NO_SHIPPING = N_("Send nothing: nothing was paid, and the order ends by itself when the time to pay is over.")
_ORDER_AGAIN = N_("If the time to pay is over, the reader orders again: the basket is still there.")

GUIDES: Final[Mapping[str, Guide]] = {
    "insufficient_funds": Guide(
        N_("There is not enough money on the card's account."), (_OTHER_CARD, _ORDER_AGAIN, _NO_SHIPPING)
    ),
    "authentication_required": Guide(
        N_("The bank wanted to ask the cardholder and did not get an answer."),
        (
            N_("Ask the reader to try again and to answer the bank's message (3-D Secure) on her telephone."),
            N_("If no message comes, her bank must activate purchases on the internet for the card."),
            _ORDER_AGAIN,
        ),
    ),
    "expired_card": Guide(N_("The card has expired."), (_OTHER_CARD, _ORDER_AGAIN)),
    "incorrect_cvc": Guide(
        N_("The security code was wrong."),
        (N_("Ask the reader to type the three digits on the back of the card again."), _ORDER_AGAIN),
    ),
    "incorrect_number": Guide(
        N_("The card's number was wrong."), (N_("Ask the reader to type the number again."), _ORDER_AGAIN)
    ),
    "processing_error": Guide(
        N_("The bank could not be reached at that moment."),
        (N_("Ask the reader to try again in some minutes; nothing was charged."), _ORDER_AGAIN),
    ),
    "card_velocity_exceeded": Guide(
        N_("The card has reached its limit of purchases or of amount."), (_OTHER_CARD, _ORDER_AGAIN)
    ),
    "lost_card": Guide(
        N_("The bank refuses this card."),
        (
            N_("Do not tell the reader why: the bank does. Say only that the card was declined."),
            _OTHER_CARD,
            _NO_SHIPPING,
        ),
    ),
    "fraudulent": Guide(
        N_("Stripe or the bank took the payment for a fraud."),
        (
            N_("Do not tell the reader why. Say only that the card was declined."),
            N_("If you know the reader, reserve the book for her instead: she pays at the counter."),
            _NO_SHIPPING,
        ),
    ),
    "generic_decline": Guide(
        N_("The bank declined without saying why."),
        (N_("The reader's bank knows the reason: she can ask there."), _OTHER_CARD, _ORDER_AGAIN),
    ),
}
_SAME: Final[Mapping[str, str]] = {
    "stolen_card": "lost_card",
    "pickup_card": "lost_card",
    "restricted_card": "lost_card",
    "merchant_blacklist": "fraudulent",
    "highest_risk_level": "fraudulent",
    "withdrawal_count_limit_exceeded": "card_velocity_exceeded",
    "invalid_cvc": "incorrect_cvc",
    "invalid_number": "incorrect_number",
    "try_again_later": "processing_error",
    "issuer_not_available": "processing_error",
    "reenter_transaction": "processing_error",
    "approve_with_id": "authentication_required",
    "payment_intent_authentication_failure": "authentication_required",
}


def guide(decline_code: str) -> Guide:
    """The guide of a decline code; a code we do not know is a decline without reason."""
    return GUIDES.get(_SAME.get(decline_code, decline_code), GUIDES["generic_decline"])

"""What the test cards do, as Stripe documents them: by the number alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A card's behaviour: ``decline`` is the decline code, ``code`` the error code, ``dispute`` the later reason."""

    number: str
    secure: bool = False
    decline: str = ""
    code: str = "card_declined"
    dispute: str = ""
    off_session: bool = True

    @property
    def tail(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    @property
    def brand(self) -> str:
        """By the first digit."""
        return {"4": "visa", "5": "mastercard", "3": "amex"}.get(self.number[0], "unknown")


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444"),
        Card("4000007240000007"),
        Card("4000002500000003"),
        Card("4000002760003184", secure=True, off_session=False),
        Card("4000002500003155", secure=True),
        Card("4000000000003220", secure=True, off_session=False),
        Card("4000008400001629", secure=True, decline="generic_decline"),
        Card("4000000000000002", decline="generic_decline"),
        Card("4000000000009995", decline="insufficient_funds"),
        Card("4000000000009987", decline="lost_card"),
        Card("4000000000009979", decline="stolen_card"),
        Card("4000000000000069", decline="expired_card", code="expired_card"),
        Card("4000000000000127", decline="incorrect_cvc", code="incorrect_cvc"),
        Card("4000000000000119", decline="processing_error", code="processing_error"),
        Card("4000000000004954", decline="fraudulent"),
        Card("4000000000006975", decline="card_velocity_exceeded"),
        Card("4000000000000259", dispute="fraudulent"),
        Card("4000000000002685", dispute="product_not_received"),
    )
}
METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_createDispute": "4000000000000259",
}
"""The names by which a test's payment method is given without a page."""


def known(number: str) -> Card | None:
    """The card of a typed number."""
    return CARDS.get("".join(sign for sign in number if sign.isdecimal()))

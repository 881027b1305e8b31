"""Opening a reader's page at the gateway between two transactions: the storefront and the job take the same steps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from trade.base.crypto import Keyring
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.payments import actions, queries
from trade.payments.actions import Outcome
from trade.payments.gateways import stripe

BACK = "/pay/{key}"
"""The page to which the gateway leads the reader; the payment's key is known to nobody else."""


@dataclass(frozen=True)
class Desk:
    """What opening needs: sessions of the system's scope that commit at their end, keys, and addresses."""

    sessions: Callable[[], AbstractContextManager[TenantSession]]
    keyring: Keyring
    stripe_address: str
    base_url: str

    def back(self, key: str) -> str:
        """The address to which a reader comes back from the gateway."""
        return self.base_url + BACK.format(key=key)


def open_page(desk: Desk, *, payment_id: int, at: datetime) -> tuple[str, Outcome | None]:
    """The address of the page on which the reader pays; "" where this attempt is over, with what that means.

    The intent is committed before, the gateway is asked between two transactions, under the payment's own key: who
    dies in between, or asks at the same time, gets the same page. Raises Unsure, where asking again is right.
    """
    with desk.sessions() as session:
        payment = queries.payment(session, payment_id=payment_id)
        if payment.state != "intended":
            return (payment.url if payment.state == "open" else ""), None
        wanted = actions.wanted(session, payment=payment, back=desk.back(payment.key))
        account = payment.account_id or 0
        access = actions.access_of(session, account_id=account, keyring=desk.keyring, address=desk.stripe_address)
    try:
        page = stripe.open_checkout(access, wanted)
    except Refused as refused:
        with desk.sessions() as session:
            code = getattr(refused, "code", "") or type(refused).__name__
            return "", actions.refused(session, payment_id=payment_id, code=code, at=at)
    with desk.sessions() as session:
        opened = actions.opened(session, payment_id=payment_id, page=page, at=at)
        return (opened.url if opened.state == "open" else ""), None

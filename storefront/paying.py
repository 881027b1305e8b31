"""From a placed order to the page on which it is paid: the gateway is asked between two transactions."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

from flask import current_app

from trade.base import outbox
from trade.base.tenancy import SYSTEM, TenantSession, session_for
from trade.payments.gateways import Unsure
from web.database import profile
from web.identity import engine
from web.paying import Desk, open_page

ORDER_UNPAID: Final = "orders.unpaid"


def address_to_pay(*, payment_id: int, at: datetime) -> str:
    """The gateway's page of a payment that was committed before.

    Empty where the gateway did not answer (the effect posted with the order asks again) or refuses this attempt (the
    order is told, and its copies are free again).
    """

    def sessions() -> AbstractContextManager[TenantSession]:
        return session_for(engine(), SYSTEM, profile())

    desk = Desk(
        sessions,
        current_app.extensions["keyring"],
        current_app.extensions["stripe_address"],
        current_app.config["BASE_URL"],
    )
    try:
        url, outcome = open_page(desk, payment_id=payment_id, at=at)
    except Unsure:
        return ""
    if outcome is not None and outcome.what == "gone":
        with session_for(engine(), SYSTEM, profile()) as session:
            payload = {"order_id": outcome.order_id, "payment_id": payment_id}
            outbox.post(session, kind=ORDER_UNPAID, key=f"{ORDER_UNPAID}:{payment_id}", payload=payload)
    return url

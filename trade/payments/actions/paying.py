"""Attempts to pay: committed before the gateway is called, opened there, and ended by what it tells (safety.md R3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from trade.base import outbox
from trade.base.crypto import new_token
from trade.base.errors import Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.orders.models import Order
from trade.payments import queries
from trade.payments.gateways import Opened, PaymentFacts, Wanted
from trade.payments.models import Payment
from trade.payments.rules import mismatch
from trade.payments.states import PAYMENT

OPEN_EFFECT = "payments.open"
RUNNING = ("intended", "open")


@dataclass(frozen=True)
class Outcome:
    """What a payment became. ``order_id`` must be told where ``what`` is paid, late, surplus or gone.

    ``paid``: in time or not, the order decides; ``surplus``: the order was paid before, give this back; ``gone``: this
    attempt brought nothing, and no other one is running; ``same``: nothing new.
    """

    what: Literal["paid", "surplus", "gone", "noted", "same"]
    order_id: int
    payment_id: int


def intend(session: TenantSession, *, order: Order, at: datetime, cents: int | None = None) -> Payment:
    """Begin an attempt to pay an order (or ``cents`` of it) by card, in the transaction that places the order.

    The page is opened after the commit: at once by the edge, else by the effect posted here. Raises Refused where
    nobody can collect for the bookshop now.
    """
    account = queries.account_that_collects(session, bookshop_id=order.bookshop_id)
    if account is None:
        raise Refused(N_("This bookshop cannot take payments at the moment. Reserve the books instead."))
    made = Payment(
        order_id=order.id,
        account_id=account.id,
        bookshop_id=order.bookshop_id,
        reader_id=order.reader_id,
        cents=order.total_cents if cents is None else cents,
        currency=session.profile.currency,
        state=PAYMENT.first,
        key=f"pay_{new_token()}",
        expires_at=order.expires_at,
        created_at=at,
    )
    session.add(made)
    session.flush()
    outbox.post(session, kind=OPEN_EFFECT, key=f"{OPEN_EFFECT}:{made.id}", payload={"payment_id": made.id})
    return made


def wanted(session: TenantSession, *, payment: Payment, back: str) -> Wanted:
    """What to ask the gateway for: the same each time, so that a repeated call is the same page.

    ``back`` is the address to which the gateway leads the reader afterwards.
    """
    order = session.get_one(Order, payment.order_id)
    title = session.profile.translate(N_("Order %(reference)s at %(bookshop)s"), order.locale)
    return Wanted(
        key=payment.key,
        order=order.reference,
        title=title % {"reference": order.reference, "bookshop": order.bookshop.name},
        cents=payment.cents,
        currency=payment.currency,
        locale=order.locale,
        back=back,
        email=order.reader_email,
    )


def opened(session: TenantSession, *, payment_id: int, page: Opened, at: datetime) -> Payment:
    """Note the page that the gateway opened. What has moved on meanwhile stays as it is."""
    found = queries.payment(session, payment_id=payment_id, lock=True)
    if found.state == "intended":
        fire(session, PAYMENT, found, "open", role="platform", at=at, session_ref=page.session_ref, url=page.url)
    return found


def refused(session: TenantSession, *, payment_id: int, code: str, at: datetime) -> Outcome:
    """The gateway refuses to open a page: this attempt brings nothing."""
    found = queries.payment(session, payment_id=payment_id, lock=True)
    if found.state != "intended":
        return Outcome("same", found.order_id, found.id)
    fire(session, PAYMENT, found, "fail", role="platform", at=at, closed_at=at, decline_code=code[:100])
    return _gone(session, found)


def apply(session: TenantSession, *, payment: Payment, facts: PaymentFacts, at: datetime) -> Outcome:
    """What the gateway tells of a payment, in whatever order and however often it comes.

    Raises Misfit where amount, currency, order, mode or names do not agree with what we asked for.
    """
    # The order first, as whoever acts on an order does: two pages of one order, paid at once, come one after another.
    queries.lock_order(session, order_id=payment.order_id)
    found = queries.payment(session, payment_id=payment.id, lock=True)
    _check(session, found, facts)
    if facts.card_tail and not found.card_tail:
        found.card_tail = facts.card_tail
    if facts.payment_ref and not found.payment_ref:
        found.payment_ref = facts.payment_ref
    session.flush()
    if facts.state == "paid":
        return _paid(session, found, facts, at)
    if found.state not in RUNNING:
        return Outcome("same", found.order_id, found.id)
    if facts.state == "declined":
        found.decline_code = facts.decline_code[:100]
        session.flush()
        return Outcome("noted", found.order_id, found.id)
    if facts.state in ("failed", "expired"):
        verb = "fail" if facts.state == "failed" else "expire"
        fire(session, PAYMENT, found, verb, role="platform", at=at, closed_at=at)
        return _gone(session, found)
    return Outcome("same", found.order_id, found.id)


def expire_unopened(session: TenantSession, *, payment_id: int, at: datetime) -> Outcome:
    """The gateway knows nothing of this attempt, and its time is over."""
    found = queries.payment(session, payment_id=payment_id, lock=True)
    if found.state not in RUNNING:
        return Outcome("same", found.order_id, found.id)
    fire(session, PAYMENT, found, "expire", role="platform", at=at, closed_at=at)
    return _gone(session, found)


class Misfit(Exception):
    """What the gateway tells does not agree with what we know; the message names what."""


def _check(session: TenantSession, found: Payment, facts: PaymentFacts) -> None:
    order = session.get_one(Order, found.order_id)
    account = queries.account(session, account_id=found.account_id or 0)
    known: dict[str, object] = {
        "payment": found.key,
        "order": order.reference,
        "amount": found.cents,
        "currency": found.currency,
        "mode": account.mode,
    }
    told: dict[str, object] = {
        "payment": facts.key,
        "order": facts.order,
        "amount": facts.cents,
        "currency": facts.currency,
        "mode": facts.mode,
    }
    if facts.session_ref and found.session_ref:
        known["session"], told["session"] = found.session_ref, facts.session_ref
    if wrong := mismatch(told, known):
        raise Misfit(wrong)


def _paid(session: TenantSession, found: Payment, facts: PaymentFacts, at: datetime) -> Outcome:
    if found.state in ("paid", "surplus"):
        return Outcome("same", found.order_id, found.id)
    if facts.session_ref and not found.session_ref:
        found.session_ref = facts.session_ref
    surplus = queries.paid_payment(session, order_id=found.order_id) is not None
    verb = "pay_again" if surplus else "pay"
    fire(session, PAYMENT, found, verb, role="platform", at=at, paid_at=at, closed_at=at)
    return Outcome("surplus" if surplus else "paid", found.order_id, found.id)


def _gone(session: TenantSession, found: Payment) -> Outcome:
    others = [each for each in queries.payments_of(session, order_id=found.order_id) if each.id != found.id]
    hopeful = any(each.state in (*RUNNING, "paid") for each in others)
    return Outcome("noted" if hopeful else "gone", found.order_id, found.id)

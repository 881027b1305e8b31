"""Money in the background: pages opened, events applied, refunds made, the gateway asked where it stayed silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from jobs.context import Context
from jobs.queue import handles
from trade.base import outbox
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.orders import actions as orders
from trade.payments import actions, queries
from trade.payments.actions import MOVED_EFFECT, Outcome
from trade.payments.gateways import Access, KeyFacts, PaymentFacts, RefundFacts, Unsure, stripe
from web.paying import Desk, open_page

SILENT: Final = timedelta(minutes=15)
"""So long nothing is heard of an open page before the gateway is asked: a webhook may be lost."""
SURE: Final = timedelta(minutes=10)
"""A refund older than this is looked for before it is asked for again; Stripe forgets keys after a day."""
LOOK_BACK: Final = timedelta(hours=1)
ORDER_PAID: Final = "orders.paid"
ORDER_UNPAID: Final = "orders.unpaid"


def tell_order(session: TenantSession, outcome: Outcome | None, *, at: datetime) -> None:
    """What became of the money, told to the order: by effects, so that no trouble of an order undoes what was paid.

    ``orders.paid`` {order_id, payment_id}: in time or late, the order decides. ``orders.unpaid``: no attempt is left.
    What was paid twice goes back at once.
    """
    if outcome is None:
        return
    payload = {"order_id": outcome.order_id, "payment_id": outcome.payment_id}
    if outcome.what == "paid":
        outbox.post(session, kind=ORDER_PAID, key=f"{ORDER_PAID}:{outcome.payment_id}", payload=payload)
    elif outcome.what == "gone":
        outbox.post(session, kind=ORDER_UNPAID, key=f"{ORDER_UNPAID}:{outcome.payment_id}", payload=payload)
    elif outcome.what == "surplus":
        key = f"surplus-{outcome.payment_id}"
        actions.refund(session, payment_id=outcome.payment_id, cause="paid_twice", key=key, at=at)


@handles(ORDER_PAID)
def order_paid(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """The order is received, or taken up again, or its money goes back."""
    at = queries.payment(session, payment_id=payload["payment_id"]).paid_at or context.now()
    return {"state": orders.paid(session, order_id=payload["order_id"], at=at).state}


@handles(ORDER_UNPAID)
def order_unpaid(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Nobody pays this order any more: its copies are free."""
    return {"state": orders.abandoned(session, order_id=payload["order_id"], at=context.now()).state}


@handles(MOVED_EFFECT)
def refund_moved(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """The order books what left for the reader, or came back from the reader's bank."""
    bounced = payload["state"] == "bounced"
    orders.book_refund_moved(session, refund_id=payload["refund_id"], bounced=bounced, at=context.now())
    return {}


def desk_of(context: Context) -> Desk:
    """What opening a page needs."""
    return Desk(context.session, context.keyring, context.config.stripe_address, context.config.base_url)


def _access(session: TenantSession, context: Context, account_id: int | None) -> Access:
    address = context.config.stripe_address
    return actions.access_of(session, account_id=account_id or 0, keyring=context.keyring, address=address)


# --- opening and closing pages ---------------------------------------------------------------------


def open_outside(context: Context, payload: dict[str, Any]) -> Outcome | None:
    """Open the page of a payment whose reader's request died before it could."""
    with context.session() as session:
        payment = queries.payment(session, payment_id=payload["payment_id"])
        over = payment.expires_at is not None and payment.expires_at <= context.now()
    return None if over else open_page(desk_of(context), payment_id=payload["payment_id"], at=context.now())[1]


@handles("payments.open", outside=open_outside)
def page_opened(
    session: TenantSession, context: Context, payload: dict[str, Any], outcome: Outcome | None
) -> dict[str, Any]:
    """Tell the order where the gateway refused."""
    tell_order(session, outcome, at=context.now())
    return {"outcome": outcome.what if outcome else ""}


def ask_outside(context: Context, payload: dict[str, Any]) -> PaymentFacts | None:
    """Ask the gateway what became of a payment; ``close``: its time is over, so the page is ended as well."""
    with context.session() as session:
        payment = queries.payment(session, payment_id=payload["payment_id"])
        access, ref, key = _access(session, context, payment.account_id), payment.session_ref or "", payment.key
        # By the system's clock: the demo's may have been moved since.
        since = context.clock.system() - max(context.now() - payment.created_at, timedelta(0)) - LOOK_BACK
    facts = stripe.look_up(access, session_ref=ref, key=key, since=since)
    if facts is None or facts.state != "open" or not payload["close"]:
        return facts
    return stripe.close(access, session_ref=facts.session_ref)


@handles("payments.ask", outside=ask_outside)
def asked(
    session: TenantSession, context: Context, payload: dict[str, Any], facts: PaymentFacts | None
) -> dict[str, Any]:
    """Apply what the gateway said of a payment; one that it does not know is over when its time is."""
    at = context.now()
    payment = queries.payment(session, payment_id=payload["payment_id"])
    outcome = None
    if facts is not None:
        outcome = actions.apply(session, payment=payment, facts=facts, at=at)
    elif payload["close"]:
        outcome = actions.expire_unopened(session, payment_id=payment.id, at=at)
    tell_order(session, outcome, at=at)
    return {"outcome": outcome.what if outcome else ""}


@handles("payments.sweep")
def sweep(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Close pages whose time is over; ask for payments and refunds of which nothing was heard."""
    at = context.now()
    due, silent = queries.due_to_close(session, at=at), queries.silent_since(session, before=at - SILENT)
    stretch = at.strftime("%Y-%m-%dT%H") + f":{at.minute // 15}"
    for payment_id in due:
        told = {"payment_id": payment_id, "close": True}
        outbox.post(session, kind="payments.ask", key=f"payments.close:{payment_id}:{stretch}", payload=told)
    for payment_id in set(silent) - set(due):
        told = {"payment_id": payment_id, "close": False}
        outbox.post(session, kind="payments.ask", key=f"payments.ask:{payment_id}:{stretch}", payload=told)
    refunds = queries.refunds_asked_before(session, before=at - timedelta(hours=1))
    for refund_id in refunds:
        key = f"payments.refund:{refund_id}:{at:%Y-%m-%dT%H}"
        outbox.post(session, kind="payments.refund", key=key, payload={"refund_id": refund_id})
    return {"closed": len(due), "asked": len(silent), "refunds": len(refunds)}


# --- refunds ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failure:
    """The gateway refuses for good; ``may_refund``: it is not for want of a right."""

    code: str
    may_refund: bool = True


def refund_outside(context: Context, payload: dict[str, Any]) -> RefundFacts | Failure | None:
    """Give money back at the gateway; None where that was done, or given up, before."""
    with context.session() as session:
        refund = queries.refund(session, refund_id=payload["refund_id"])
        if refund.state != "asked":
            return None
        payment = queries.payment(session, payment_id=refund.payment_id)
        access = _access(session, context, payment.account_id)
        key, cents, ref, old = (
            refund.key,
            refund.cents,
            payment.payment_ref or "",
            context.now() - refund.asked_at > SURE,
        )
        order = queries.reference_of(session, order_id=refund.order_id)
    if old and (found := stripe.find_refund(access, key=key, payment_ref=ref)):
        return found
    try:
        return stripe.refund(access, key=key, payment_ref=ref, cents=cents, order=order)
    except stripe.KeyLacksRight:
        return Failure("key_lacks_right", may_refund=False)
    except Refused as refused:
        return Failure(getattr(refused, "code", "") or type(refused).__name__)
    except Unsure:
        found = stripe.find_refund(access, key=key, payment_ref=ref)
        if found is None:
            raise
        return found


@handles("payments.refund", outside=refund_outside)
def refunded(
    session: TenantSession, context: Context, payload: dict[str, Any], answer: RefundFacts | Failure | None
) -> dict[str, Any]:
    """Note what came of a refund."""
    at = context.now()
    if isinstance(answer, Failure):
        refund_id = payload["refund_id"]
        actions.gateway_refused(session, refund_id=refund_id, code=answer.code, may_refund=answer.may_refund, at=at)
        return {"failed": answer.code}
    if answer is not None:
        refund = queries.refund(session, refund_id=payload["refund_id"])
        paid = queries.payment(session, payment_id=refund.payment_id)
        actions.apply_refund(session, paid=paid, facts=answer, at=at)
    return {}


# --- what the gateway tells ------------------------------------------------------------------------


@handles("payments.event")
def event_applied(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Apply an event that was kept."""
    at = context.now()
    kept = queries.event(session, event_id=payload["event_id"])
    outcome = actions.apply_event(session, event_id=kept.id, told=stripe.read(kept.body), at=at)
    tell_order(session, outcome, at=at)
    return {"state": kept.state, "note": kept.note}


# --- keys ------------------------------------------------------------------------------------------


@handles("payments.check_all")
def check_all(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Try every key in use, each by itself: one that was revoked must not be found out by a reader."""
    accounts = queries.accounts_in_use(session)
    for account, _, _ in accounts:
        key = f"payments.check:{account.id}:{context.now():%Y-%m-%d}"
        outbox.post(session, kind="payments.check", key=key, payload={"account_id": account.id})
    return {"accounts": len(accounts)}


def check_outside(context: Context, payload: dict[str, Any]) -> KeyFacts | Refused:
    """Try a kept key."""
    with context.session() as session:
        access = _access(session, context, payload["account_id"])
    try:
        return stripe.check(access)
    except Refused as refused:
        return refused


@handles("payments.check", outside=check_outside)
def checked(
    session: TenantSession, context: Context, payload: dict[str, Any], answer: KeyFacts | Refused
) -> dict[str, Any]:
    """Note what trying a key showed."""
    facts, refused = (None, answer) if isinstance(answer, Refused) else (answer, None)
    account_id = payload["account_id"]
    account = actions.note_check(session, account_id=account_id, facts=facts, refused=refused, at=context.now())
    return {"state": account.state}


def reseal_outside(context: Context, payload: dict[str, Any]) -> int:
    """Seal again with the current key what an older one sealed, a batch at a time: it may break off anywhere."""
    done = 0
    while True:
        with context.session() as session:
            batch = actions.reseal(session, keyring=context.keyring, at=context.now())
        done += batch
        if batch == 0:
            return done


@handles("payments.reseal", outside=reseal_outside)
def resealed(session: TenantSession, context: Context, payload: dict[str, Any], done: int) -> dict[str, Any]:
    """All is done outside: each batch is a transaction of its own."""
    return {"resealed": done}

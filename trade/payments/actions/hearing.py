"""What the gateway tells: kept as it came, once, then applied by a job in whatever order it came (fault 11)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from trade.base import journal, outbox
from trade.base.tenancy import TenantSession
from trade.payments import queries
from trade.payments.actions import paying, refunding
from trade.payments.actions.paying import Misfit, Outcome
from trade.payments.gateways import DisputeFacts, Facts, PaymentFacts, Told
from trade.payments.models import Dispute, GatewayEvent, Payment, PaymentAccount

EVENT_EFFECT = "payments.event"
WAITS = "waits for "


def receive(session: TenantSession, *, account: PaymentAccount, told: Told, body: bytes, at: datetime) -> bool:
    """Keep an event whose signature was right, and ask for its being applied; False for one that came before."""
    values = {
        "account_id": account.id,
        "bookshop_id": account.bookshop_id,
        "event_ref": told.event_ref,
        "kind": told.kind,
        "body": body,
        "received_at": at,
        "state": "received",
    }
    session.execute(
        insert(GatewayEvent)
        .inline()
        .values(**values)
        .on_conflict_do_nothing(index_elements=["account_id", "event_ref"])
    )
    kept = session.scalars(
        select(GatewayEvent).where(GatewayEvent.account_id == account.id, GatewayEvent.event_ref == told.event_ref)
    ).one()
    if kept.state != "received":
        return False
    outbox.post(session, kind=EVENT_EFFECT, key=f"{EVENT_EFFECT}:{kept.id}", payload={"event_id": kept.id})
    return True


def apply_event(session: TenantSession, *, event_id: int, told: Told, at: datetime) -> Outcome | None:
    """Do what a kept event says; what does not fit is refused, with a note, and changes nothing else."""
    kept = queries.event(session, event_id=event_id)
    if kept.state != "received":
        return None
    account = queries.account(session, account_id=kept.account_id)
    if told.facts is None:
        _note(session, kept, "ignored", "kind", at)
        return None
    try:
        with session.begin_nested():
            payment = _payment_of(session, told.facts, account)
            outcome = None if payment is None else _apply(session, payment, told.facts, at)
    except Misfit as misfit:
        _refuse(session, kept, str(misfit), at)
        return None
    if payment is None:
        _note(session, kept, "ignored", f"{WAITS}{told.facts.payment_ref}", at)
    else:
        _note(session, kept, "applied" if outcome is not None else "ignored", "" if outcome else "known", at)
        _hear_what_waited(session, payment)
    return outcome


def _hear_what_waited(session: TenantSession, payment: Payment) -> None:
    """Events that came before the payment's own are applied now that it is known by the gateway's name."""
    for kept in queries.events_noted(session, account_id=payment.account_id or 0, note=f"{WAITS}{payment.payment_ref}"):
        kept.state, kept.note = "received", ""
        key = f"{EVENT_EFFECT}:{kept.id}:again"
        outbox.post(session, kind=EVENT_EFFECT, key=key, payload={"event_id": kept.id})
    session.flush()


def _refuse(session: TenantSession, kept: GatewayEvent, wrong: str, at: datetime) -> None:
    _note(session, kept, "refused", wrong, at)
    journal.write(
        session,
        action="gateway_event.refused",
        thing="gateway_event",
        thing_id=kept.id,
        bookshop_id=kept.bookshop_id,
        at=at,
        details={"event": kept.event_ref, "kind": kept.kind, "does_not_fit": wrong},
    )


def _payment_of(session: TenantSession, facts: Facts, account: PaymentAccount) -> Payment | None:
    """The payment that facts speak of, which must be of the account that speaks. Raises Misfit.

    None where nothing says that it is ours: the account sells elsewhere too, or the payment's own event is to come.
    """
    key = facts.key if isinstance(facts, PaymentFacts) else ""
    found = queries.payment_by_key(session, key=key) if key else None
    found = found or queries.payment_by_ref(session, payment_ref=facts.payment_ref)
    if found is None and key:
        raise Misfit("payment")
    if found is not None and found.account_id != account.id:
        raise Misfit("account")
    return found


def _apply(session: TenantSession, payment: Payment, facts: Facts, at: datetime) -> Outcome | None:
    """What came of it; None where nothing was new."""
    if isinstance(facts, PaymentFacts):
        outcome = paying.apply(session, payment=payment, facts=facts, at=at)
        return None if outcome.what == "same" else outcome
    if isinstance(facts, DisputeFacts):
        return Outcome("noted", payment.order_id, payment.id) if _dispute(session, payment, facts, at) else None
    moved = refunding.apply(session, paid=payment, facts=facts, at=at)
    return None if moved is None else Outcome("noted", payment.order_id, payment.id)


def _dispute(session: TenantSession, payment: Payment, facts: DisputeFacts, at: datetime) -> bool:
    """Note a dispute, or how it goes; False where it was decided before."""
    if facts.currency != payment.currency or facts.cents > payment.cents:
        raise Misfit("amount" if facts.currency == payment.currency else "currency")
    found = queries.dispute_by_ref(session, dispute_ref=facts.dispute_ref)
    if found is None:
        found = Dispute(
            payment_id=payment.id,
            bookshop_id=payment.bookshop_id,
            dispute_ref=facts.dispute_ref,
            cents=facts.cents,
            reason=facts.reason[:200],
            state=facts.state,
            opened_at=facts.opened_at,
        )
        session.add(found)
    elif found.closed_at is not None:
        return False
    found.state, found.due_at = facts.state, facts.due_at
    found.closed_at = at if facts.ended else None
    session.flush()
    journal.write(
        session,
        action=f"dispute.{'closed' if facts.ended else 'told'}",
        thing="dispute",
        thing_id=found.id,
        bookshop_id=payment.bookshop_id,
        at=at,
        details={"state": facts.state},
    )
    return True


def _note(session: TenantSession, kept: GatewayEvent, state: str, note: str, at: datetime) -> None:
    kept.state, kept.note, kept.applied_at = state, note[:200], at
    session.flush()

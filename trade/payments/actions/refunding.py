"""Money back: committed before the gateway is called, never more than was paid, by hand where the key may not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from trade.base import outbox
from trade.base.errors import Conflict, Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.orders.models import Order
from trade.payments import queries
from trade.payments.actions.paying import Misfit
from trade.payments.gateways import RefundFacts
from trade.payments.models import Payment, Refund
from trade.payments.rules import CAUSES, COUNTING, Parts, check_copies, check_refund, left_of, mismatch
from trade.payments.states import REFUND

REFUND_EFFECT = "payments.refund"
MOVED_EFFECT = "orders.refund_moved"
"""Asked for when money has left for the reader, or came back: the order books it."""


def refund(
    session: TenantSession,
    *,
    payment_id: int,
    cause: str,
    key: str,
    at: datetime,
    parts: Parts | None = None,
    lines: Mapping[int, int] | None = None,
) -> Refund:
    """Give money of a payment back: ``parts`` of it, else all that is left. ``lines`` are copies by order line.

    ``key`` is the caller's own name for this refund ("order-17-rejected"): asked again, it is the same refund. Raises
    Refused beyond what is left. Where the account's key may not refund it is ``by_hand``: a task for the bookshop.
    """
    if cause not in CAUSES:
        raise ValueError(cause)
    paid = queries.payment(session, payment_id=payment_id)
    order = queries.lock_order(session, order_id=paid.order_id)  # refunds of one order wait for each other
    before = queries.refund_named(session, key=key)
    if before is not None:
        return before
    if paid.state not in ("paid", "surplus"):
        raise Refused(N_("There is nothing to refund: this was not paid."))
    given = [each for each in queries.refunds_of(session, payment_id=paid.id) if each.state in COUNTING]
    if lines:
        _check_lines(order, lines, given)
    left = left_of(_paid_parts(order, paid), [_parts(each) for each in given])
    wanted = left if parts is None else parts
    check_refund(wanted, left=left, paid_cents=paid.cents, given_cents=sum(each.cents for each in given))
    made = Refund(
        payment_id=paid.id,
        order_id=paid.order_id,
        bookshop_id=paid.bookshop_id,
        reader_id=paid.reader_id,
        cents=wanted.total,
        books_cents=wanted.books,
        delivery_cents=wanted.delivery,
        handling_cents=wanted.handling,
        cause=cause,
        lines={str(line): copies for line, copies in (lines or {}).items()},
        state=REFUND.first,
        key=key,
        asked_by=session.scope.person_id,
        asked_at=at,
    )
    session.add(made)
    session.flush()
    if queries.account(session, account_id=paid.account_id or 0).refunds:
        _ask(session, made)
    else:
        fire(session, REFUND, made, "hand_over", role="platform", at=at)
    return made


def refund_order(
    session: TenantSession,
    *,
    order_id: int,
    cause: str,
    key: str,
    at: datetime,
    parts: Parts | None = None,
    lines: Mapping[int, int] | None = None,
) -> Refund | None:
    """Give back what the order's card payment brought, or parts of it; None where it was not paid by card."""
    paid = queries.paid_payment(session, order_id=order_id)
    if paid is None:
        return None
    return refund(session, payment_id=paid.id, cause=cause, key=key, at=at, parts=parts, lines=lines)


def again(session: TenantSession, *, refund_id: int, role: str, at: datetime) -> Refund:
    """Try a refund once more, under a new key: the gateway would answer the old one as before.

    One that the bank sent back has ended; another one takes its place. Raises Conflict, Refused.
    """
    found = queries.refund(session, refund_id=refund_id)
    paid = queries.payment(session, payment_id=found.payment_id)
    queries.lock_order(session, order_id=paid.order_id)
    session.refresh(found)
    if not queries.account(session, account_id=paid.account_id or 0).refunds:
        raise Refused(N_("The key may not refund: give it the right at Stripe, or refund there yourself."))
    base, _, number = found.key.partition("~")
    fresh = f"{base}~{int(number or 1) + 1}"
    if found.state == "bounced":
        if queries.refund_by(session, key=fresh) is not None:
            raise Conflict()
        lines = {int(line): copies for line, copies in found.lines.items()}
        return refund(
            session, payment_id=paid.id, cause=found.cause, key=fresh, at=at, parts=_parts(found), lines=lines
        )
    others = [each for each in queries.refunds_of(session, payment_id=paid.id) if each.id != found.id]
    if sum(each.cents for each in others if each.state in COUNTING) + found.cents > paid.cents:
        raise Refused(N_("That is more than is left of what was paid."))
    fire(session, REFUND, found, "again", role=role, at=at, key=fresh, error="", refund_ref=None)
    _ask(session, found)
    return found


def done_by_hand(session: TenantSession, *, refund_id: int, at: datetime) -> Refund:
    """The bookshop says that it gave the money back at its gateway. Raises Conflict where that was not its task."""
    found = queries.refund(session, refund_id=refund_id)
    if found.state != "by_hand":
        raise Conflict()
    fire(session, REFUND, found, "finish", role="bookshop", at=at, done_at=at)
    _moved(session, found)
    return found


def gateway_refused(session: TenantSession, *, refund_id: int, code: str, may_refund: bool, at: datetime) -> Refund:
    """The gateway refuses a refund for good: it failed, or (its key may not) it is left to the bookshop."""
    found = queries.refund(session, refund_id=refund_id)
    if found.state == "asked":
        verb = "fail" if may_refund else "hand_over"
        fire(session, REFUND, found, verb, role="platform", at=at, error=code[:200])
    return found


def apply(session: TenantSession, *, paid: Payment, facts: RefundFacts, at: datetime) -> Refund | None:
    """What the gateway tells of a refund, in whatever order and however often it comes; None: nothing new.

    One that was made at the gateway itself finishes the refund by hand of that amount, or is noted as goodwill.
    Raises Misfit where payment, amount, currency or mode do not agree.
    """
    queries.lock_order(session, order_id=paid.order_id)
    found = queries.refund_by(session, key=facts.key, refund_ref=facts.refund_ref)
    account = queries.account(session, account_id=paid.account_id or 0)
    known: dict[str, object] = {"currency": paid.currency, "mode": account.mode, "payment": paid.payment_ref}
    told: dict[str, object] = {"currency": facts.currency, "mode": facts.mode, "payment": facts.payment_ref}
    if found is None and not facts.key:
        found = _made_elsewhere(session, paid, facts, at)
    elif found is None:
        raise Misfit("refund")
    known["amount"], told["amount"] = found.cents, facts.cents
    if wrong := mismatch(told, known):
        raise Misfit(wrong)
    return _move(session, found, facts, at)


def _move(session: TenantSession, found: Refund, facts: RefundFacts, at: datetime) -> Refund | None:
    if facts.state == "done" and found.state in ("asked", "by_hand", "failed"):
        if found.state == "failed" and found.refund_ref == facts.refund_ref:
            return None  # an old event: it failed since
        ref = facts.refund_ref
        fire(session, REFUND, found, "finish", role="platform", at=at, done_at=at, refund_ref=ref, error="")
        _moved(session, found)
        return found
    if facts.state == "failed" and found.state in ("asked", "done"):
        verb = "fail" if found.state == "asked" else "bounce"
        ref, error = facts.refund_ref, facts.error[:200]
        fire(session, REFUND, found, verb, role="platform", at=at, refund_ref=ref, error=error, done_at=None)
        if verb == "bounce":
            _moved(session, found)
        return found
    return None


def _moved(session: TenantSession, found: Refund) -> None:
    payload = {"refund_id": found.id, "state": found.state}
    outbox.post(session, kind=MOVED_EFFECT, key=f"{MOVED_EFFECT}:{found.id}:{found.state}", payload=payload)


def _made_elsewhere(session: TenantSession, paid: Payment, facts: RefundFacts, at: datetime) -> Refund:
    """The row of a refund made at the gateway's own pages: the waiting one of that amount, else a new one."""
    rows = queries.refunds_of(session, payment_id=paid.id)
    waiting = next((each for each in rows if each.state in ("by_hand", "failed") and each.cents == facts.cents), None)
    if waiting is not None:
        return waiting
    order = session.get_one(Order, paid.order_id)
    left = left_of(_paid_parts(order, paid), [_parts(each) for each in rows if each.state in COUNTING])
    if facts.cents > left.total:
        raise Misfit("amount")
    books = min(facts.cents, left.books)
    delivery = min(facts.cents - books, left.delivery)
    made = Refund(
        payment_id=paid.id,
        order_id=paid.order_id,
        bookshop_id=paid.bookshop_id,
        reader_id=paid.reader_id,
        cents=facts.cents,
        books_cents=books,
        delivery_cents=delivery,
        handling_cents=facts.cents - books - delivery,
        cause="goodwill",
        state=REFUND.first,
        key=f"gateway_{facts.refund_ref}",
        asked_at=at,
    )
    session.add(made)
    session.flush()
    return made


def _paid_parts(order: Order, paid: Payment) -> Parts:
    """What a payment brought, by part: books first where it paid only part of the order (a gift cheque the rest)."""
    books = min(order.books_cents, paid.cents)
    delivery = min(order.delivery_cents, paid.cents - books)
    return Parts(books, delivery, paid.cents - books - delivery)


def _parts(one: Refund) -> Parts:
    return Parts(one.books_cents, one.delivery_cents, one.handling_cents)


def _check_lines(order: Order, lines: Mapping[int, int], given: list[Refund]) -> None:
    before: dict[int, int] = {}
    for one in given:
        for line, copies in one.lines.items():
            before[int(line)] = before.get(int(line), 0) + int(copies)
    check_copies(lines, bought={line.id: line.copies for line in order.lines}, given=before)


def _ask(session: TenantSession, one: Refund) -> None:
    outbox.post(session, kind=REFUND_EFFECT, key=f"{REFUND_EFFECT}:{one.key}", payload={"refund_id": one.id})

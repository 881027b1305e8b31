"""Reading payments: accounts with their secrets, attempts, refunds, disputes, events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop
from trade.orders.models import Order
from trade.payments.models import Dispute, GatewayEvent, Payment, PaymentAccount, PaymentSecret, Refund

GONE = ("failed", "expired")
"""States of an attempt that ended without money."""


def payee(session: TenantSession, *, bookshop_id: int) -> int | None:
    """Who collects for a bookshop's orders: the bookshop itself (T49), or None, the platform (F09)."""
    return bookshop_id if session.profile.money_flow == "bookshop" else None


def current_account(session: TenantSession, *, owner_id: int | None) -> PaymentAccount | None:
    """The account in use of a bookshop, or of the platform (None)."""
    mine = PaymentAccount.bookshop_id.is_(None) if owner_id is None else PaymentAccount.bookshop_id == owner_id
    return session.scalar(select(PaymentAccount).where(mine, PaymentAccount.replaced_at.is_(None)))


def account_that_collects(session: TenantSession, *, bookshop_id: int) -> PaymentAccount | None:
    """The account that an order of this bookshop is paid to; None where nobody can collect now."""
    found = current_account(session, owner_id=payee(session, bookshop_id=bookshop_id))
    return found if found is not None and found.state == "good" else None


def account(session: TenantSession, *, account_id: int) -> PaymentAccount:
    """One account, the replaced ones too. Raises NotFound."""
    found = session.get(PaymentAccount, account_id)
    if found is None:
        raise NotFound()
    return found


def accounts_by_hook(session: TenantSession, *, hook: str) -> Sequence[PaymentAccount]:
    """The accounts whose events come to this address, the one in use first: those of one owner."""
    named = or_(PaymentAccount.hook == hook, PaymentAccount.hook.startswith(f"{hook}-", autoescape=True))
    return session.scalars(select(PaymentAccount).where(named).order_by(PaymentAccount.id.desc())).all()


def accounts_of(session: TenantSession, *, owner_id: int | None) -> int:
    """How many accounts an owner has had."""
    mine = PaymentAccount.bookshop_id.is_(None) if owner_id is None else PaymentAccount.bookshop_id == owner_id
    return session.scalar(select(func.count()).select_from(PaymentAccount).where(mine)) or 0


def accounts_in_use(session: TenantSession) -> Sequence[tuple[PaymentAccount, str, datetime | None]]:
    """Every account in use, the name of its bookshop ("" for the platform), and when it last told something."""
    last = (
        select(GatewayEvent.account_id, func.max(GatewayEvent.received_at).label("at"))
        .group_by(GatewayEvent.account_id)
        .subquery()
    )
    statement = (
        select(PaymentAccount, func.coalesce(Bookshop.name, ""), last.c.at)
        .outerjoin(Bookshop, Bookshop.id == PaymentAccount.bookshop_id)
        .outerjoin(last, last.c.account_id == PaymentAccount.id)
        .where(PaymentAccount.replaced_at.is_(None))
        .order_by(Bookshop.name)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def last_event_at(session: TenantSession, *, account_id: int) -> datetime | None:
    """When the gateway last told something of this account."""
    return session.scalar(select(func.max(GatewayEvent.received_at)).where(GatewayEvent.account_id == account_id))


def secrets(session: TenantSession, *, account_id: int) -> dict[str, PaymentSecret]:
    """The sealed secrets of an account by their kind."""
    rows = session.scalars(select(PaymentSecret).where(PaymentSecret.account_id == account_id))
    return {row.kind: row for row in rows}


def secrets_sealed_otherwise(session: TenantSession, *, name: str, limit: int) -> Sequence[PaymentSecret]:
    """Secrets that another key than this one sealed, locked."""
    stale = select(PaymentSecret).where(PaymentSecret.sealed_with != name).order_by(PaymentSecret.account_id)
    return session.scalars(stale.limit(limit).with_for_update(skip_locked=True)).all()


def lock_order(session: TenantSession, *, order_id: int) -> Order:
    """The order, locked until the end of the transaction: whoever moves its money waits here. Raises NotFound."""
    found = session.scalar(select(Order).where(Order.id == order_id).with_for_update(of=Order))
    if found is None:
        raise NotFound()
    return found


def reference_of(session: TenantSession, *, order_id: int) -> str:
    """The reference of an order."""
    return session.scalars(select(Order.reference).where(Order.id == order_id)).one()


# --- payments --------------------------------------------------------------------------------------


def payment(session: TenantSession, *, payment_id: int, lock: bool = False) -> Payment:
    """One attempt to pay; ``lock``: until the end of the transaction. Raises NotFound."""
    statement = select(Payment).where(Payment.id == payment_id)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(locked if lock else statement)
    if found is None:
        raise NotFound()
    return found


def payment_by_key(session: TenantSession, *, key: str) -> Payment | None:
    """The attempt to pay under this key of ours."""
    return session.scalar(select(Payment).where(Payment.key == key))


def payment_by_ref(session: TenantSession, *, payment_ref: str) -> Payment | None:
    """The attempt that the gateway calls so."""
    return session.scalar(select(Payment).where(Payment.payment_ref == payment_ref)) if payment_ref else None


def payments_of(session: TenantSession, *, order_id: int) -> Sequence[Payment]:
    """Every attempt to pay an order, oldest first."""
    return session.scalars(select(Payment).where(Payment.order_id == order_id).order_by(Payment.id)).all()


def paid_payment(session: TenantSession, *, order_id: int) -> Payment | None:
    """The card payment that paid an order."""
    statement = select(Payment).where(Payment.order_id == order_id, Payment.method == "card", Payment.state == "paid")
    return session.scalar(statement)


def due_to_close(session: TenantSession, *, at: datetime) -> Sequence[int]:
    """Payments whose time to pay is over."""
    statement = select(Payment.id).where(
        Payment.state.in_(("intended", "open")), Payment.method == "card", Payment.expires_at <= at
    )
    return session.scalars(statement.order_by(Payment.id)).all()


def silent_since(session: TenantSession, *, before: datetime) -> Sequence[int]:
    """Payments begun before a moment of which nothing final was heard."""
    statement = select(Payment.id).where(
        Payment.state.in_(("intended", "open")), Payment.method == "card", Payment.created_at < before
    )
    return session.scalars(statement.order_by(Payment.id)).all()


# --- refunds and disputes --------------------------------------------------------------------------


def refund(session: TenantSession, *, refund_id: int) -> Refund:
    """One refund. Raises NotFound."""
    found = session.get(Refund, refund_id)
    if found is None:
        raise NotFound()
    return found


def refund_by(session: TenantSession, *, key: str = "", refund_ref: str = "") -> Refund | None:
    """A refund by our key, or by the gateway's name."""
    if not key and not refund_ref:
        return None
    return session.scalar(select(Refund).where(or_(Refund.key == key, Refund.refund_ref == refund_ref)).limit(1))


def refund_named(session: TenantSession, *, key: str) -> Refund | None:
    """The refund that was asked for under this key, also after it was tried again under another one (``key~2``)."""
    named = or_(Refund.key == key, Refund.key.startswith(f"{key}~", autoescape=True))
    return session.scalar(select(Refund).where(named).order_by(Refund.id.desc()).limit(1))


def refunds_of(session: TenantSession, *, payment_id: int) -> Sequence[Refund]:
    """Every refund of a payment, oldest first."""
    return session.scalars(select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)).all()


def refunds_asked_before(session: TenantSession, *, before: datetime) -> Sequence[int]:
    """Refunds asked before a moment of which nothing was heard."""
    statement = select(Refund.id).where(Refund.state == "asked", Refund.asked_at < before)
    return session.scalars(statement.order_by(Refund.id)).all()


def dispute_by_ref(session: TenantSession, *, dispute_ref: str) -> Dispute | None:
    """The dispute that the gateway calls so."""
    return session.scalar(select(Dispute).where(Dispute.dispute_ref == dispute_ref))


def event(session: TenantSession, *, event_id: int) -> GatewayEvent:
    """One event, locked until the end of the transaction. Raises NotFound."""
    statement = select(GatewayEvent).where(GatewayEvent.id == event_id).with_for_update()
    found = session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    return found


def events_noted(session: TenantSession, *, account_id: int, note: str) -> Sequence[GatewayEvent]:
    """Events of an account that were put aside with this note, locked."""
    put_aside = (GatewayEvent.account_id == account_id, GatewayEvent.state == "ignored", GatewayEvent.note == note)
    return session.scalars(select(GatewayEvent).where(*put_aside).with_for_update()).all()


# --- incidents (T58, T59) --------------------------------------------------------------------------


@dataclass(frozen=True)
class Attempt:
    """One attempt to pay with its order; what a bookshop may see of a reader who could not pay."""

    payment: Payment
    order: Order


def attempts(
    session: TenantSession, *, bookshop_id: int | None = None, reference: str = "", limit: int = 50
) -> Sequence[Attempt]:
    """Attempts that met an obstacle, newest first; with a reference, every attempt of that order or payment.

    A reference is the order's, or the name that the gateway shows for the payment (T59). A bookshop finds its own only.
    """
    statement = select(Payment, Order).join(Order, Order.id == Payment.order_id)
    if bookshop_id is not None:
        statement = statement.where(Payment.bookshop_id == bookshop_id)
    if reference:
        named = (Order.reference, Payment.payment_ref, Payment.session_ref, Payment.key)
        statement = statement.where(or_(*(column == reference for column in named)))
    else:
        statement = statement.where(Payment.decline_code != "")
    rows = session.execute(statement.order_by(Payment.id.desc()).limit(limit))
    return [Attempt(row[0], row[1]) for row in rows]


def troubled_refunds(
    session: TenantSession, *, bookshop_id: int | None = None
) -> Sequence[tuple[Refund, Payment, Order]]:
    """Refunds that somebody must act on: failed, to be done by hand, or sent back and not tried again since."""
    later = aliased(Refund)
    same = later.key.startswith(func.split_part(Refund.key, "~", 1).concat("~"))
    tried_again = exists().where(later.payment_id == Refund.payment_id, later.id > Refund.id, same)
    statement = (
        select(Refund, Payment, Order)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Refund.order_id)
        .where(or_(Refund.state.in_(("by_hand", "failed")), and_(Refund.state == "bounced", ~tried_again)))
        .order_by(Refund.asked_at)
    )
    if bookshop_id is not None:
        statement = statement.where(Refund.bookshop_id == bookshop_id)
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def open_disputes(session: TenantSession, *, bookshop_id: int | None = None) -> Sequence[tuple[Dispute, Order]]:
    """Disputes that are not decided, the most urgent first."""
    statement = (
        select(Dispute, Order)
        .join(Payment, Payment.id == Dispute.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(Dispute.closed_at.is_(None))
        .order_by(Dispute.due_at)
    )
    if bookshop_id is not None:
        statement = statement.where(Dispute.bookshop_id == bookshop_id)
    return [(row[0], row[1]) for row in session.execute(statement)]


def refused_events(
    session: TenantSession, *, bookshop_id: int | None = None, limit: int = 20
) -> Sequence[GatewayEvent]:
    """Events that did not fit what we know, newest first."""
    statement = select(GatewayEvent).where(GatewayEvent.state == "refused")
    if bookshop_id is not None:
        statement = statement.where(GatewayEvent.bookshop_id == bookshop_id)
    return session.scalars(statement.order_by(GatewayEvent.id.desc()).limit(limit)).all()

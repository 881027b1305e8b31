"""Payments: whose account collects, each attempt to pay, refunds, disputes, and what the gateway told (T128, T129).

Cents are positive everywhere; what a row is says which way the money goes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Cents, Created, Id, bookshop_key, person_key


class PaymentAccount(Base):
    """An account at the gateway: a bookshop's own, or the platform's where ``bookshop_id`` is empty (5.2).

    ``mode``: test, live. ``key_tail`` are the last four signs of the key, all of it that is ever shown. ``state``:
    unchecked, good, refused, off. ``refunds``: its key may refund; else a refund is a task for the bookshop. Replaced
    accounts stay, for their old payments and webhooks. ``hook`` is the unguessable part of its webhook's address.
    """

    __tablename__ = "payment_account"
    __access__ = ("bookshop", "anyone_read")

    id: Mapped[Id]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    gateway: Mapped[str] = mapped_column(default="stripe")
    mode: Mapped[str]
    key_tail: Mapped[str]
    hook: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="unchecked")
    refunds: Mapped[bool] = mapped_column(default=False)
    gateway_account: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    check_note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("mode IN ('test', 'live')", name="mode"),
        CheckConstraint("state IN ('unchecked', 'good', 'refused', 'off')", name="state"),
        Index(
            "uq_payment_account_current",
            "bookshop_id",
            "gateway",
            unique=True,
            postgresql_where="replaced_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
    )


class PaymentSecret(Base):
    """A secret of an account, sealed by AES-GCM under the key named ``sealed_with``; ``kind``: api_key, webhook."""

    __tablename__ = "payment_secret"
    __access__ = ("bookshop",)

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payment_account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    sealed: Mapped[bytes]
    sealed_with: Mapped[str]
    sealed_at: Mapped[datetime]


class Payment(Base):
    """One attempt to pay an order, or a part of it, by one means. ``method``: card, gift_cheque.

    Committed before the gateway is called, under our ``key`` (its idempotency key). ``session_ref`` and
    ``payment_ref`` are the gateway's names. ``state``: see ``states.PAYMENT``. ``decline_code`` is the gateway's.
    """

    __tablename__ = "payment"
    __access__ = ("bookshop_sees", "reader", "door", "accountant")

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("sale.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("payment_account.id"))
    bookshop_id: Mapped[int] = bookshop_key()
    reader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    method: Mapped[str] = mapped_column(default="card")
    cents: Mapped[Cents]
    currency: Mapped[str]
    state: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    session_ref: Mapped[str | None] = mapped_column(unique=True)
    payment_ref: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    decline_code: Mapped[str] = mapped_column(default="")
    card_tail: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("cents > 0", name="cents"),
        Index("ix_payment_open", "created_at", postgresql_where="state IN ('intended', 'open')"),
        Index("uq_payment_paid", "order_id", "method", unique=True, postgresql_where="state = 'paid'"),
    )


class Refund(Base):
    """Money given back from one payment. ``lines`` maps ids of order lines to copies; committed before the call.

    ``state``: asked, done, failed, by_hand (the bookshop's key may not refund: a task for its own gateway, T129),
    bounced (the reader's bank sent it back).
    ``cause``: rejected, line_refused, withdrawal, goodwill, paid_twice, paid_late.
    """

    __tablename__ = "refund"
    __access__ = ("bookshop", "reader", "door", "accountant")

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payment.id"), index=True)
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("sale.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    reader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    cents: Mapped[Cents]
    books_cents: Mapped[Cents]
    delivery_cents: Mapped[Cents]
    handling_cents: Mapped[Cents]
    cause: Mapped[str]
    lines: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    refund_ref: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[int | None] = person_key(nullable=True)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("cents > 0 AND cents = books_cents + delivery_cents + handling_cents", name="sum"),
    )


class Dispute(Base):
    """A cardholder disputes a payment at the bank. ``state`` is the gateway's word; ``due_at``: answer until then."""

    __tablename__ = "dispute"
    __access__ = ("bookshop", "accountant")

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payment.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    dispute_ref: Mapped[str] = mapped_column(unique=True)
    cents: Mapped[Cents]
    reason: Mapped[str]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class GatewayEvent(Base):
    """What the gateway told, as it came. The same event of one account is kept once.

    ``state``: received, applied, ignored (a kind we do not use, or older than what is known), refused (it does not
    fit: unknown order, other amount, currency or account; ``note`` says which).
    """

    __tablename__ = "gateway_event"
    __access__ = ("bookshop_sees",)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payment_account.id"))
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    event_ref: Mapped[str]
    kind: Mapped[str]
    body: Mapped[bytes]
    received_at: Mapped[Created]
    state: Mapped[str] = mapped_column(default="received")
    note: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("account_id", "event_ref"),
        CheckConstraint("state IN ('received', 'applied', 'ignored', 'refused')", name="state"),
    )

"""Orders of readers: what was bought from which bookshop, from where each line comes, how it leaves (T49-T57)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from trade.base.db import Base, Cents, Id, Isbn, Rate, bookshop_key
from trade.catalogue.models import Book
from trade.members.models import Bookshop


class Order(Base):
    """One order of one reader at one bookshop. The contact is a copy for the bookshop, emptied by erasure (F44).

    ``mode``: delivery, pickup. ``total_cents = books_cents + delivery_cents + handling_cents``, VAT included.
    ``phase`` names the clock that runs (accept, send; empty at the end); ``due_at`` is its deadline and
    ``due_because`` its trace; ``warned``: 0, 1 at half of it, 2 at nine tenths. ``release_on``: a presale waits until
    then. ``brought_by_id`` is the bookshop whose page the reader came by (T15, T31). ``trace`` holds the inputs of the
    decision of supply, with what was dropped and why, so that it can be replayed. ``access_digest`` is of the token by
    which whoever ordered follows the order without signing in.
    """

    __tablename__ = "sale"
    __access__ = ("bookshop", "reader", "door", "accountant")

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    bookshop_id: Mapped[int] = bookshop_key()
    reader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    state: Mapped[str]
    mode: Mapped[str]
    placed_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    phase: Mapped[str] = mapped_column(default="")
    phase_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_because: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warned: Mapped[int] = mapped_column(default=0)
    late_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    collect_by: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    collected_at: Mapped[datetime | None]
    reason_code: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    release_on: Mapped[date | None]
    books_cents: Mapped[Cents]
    delivery_cents: Mapped[Cents]
    handling_cents: Mapped[Cents]
    total_cents: Mapped[Cents]
    weight_grams: Mapped[int]
    weight_is_estimate: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(default="")
    reader_name: Mapped[str]
    reader_email: Mapped[str]
    reader_phone: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    street_more: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    locale: Mapped[str]
    brought_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("bookshop.id"), index=True)
    access_digest: Mapped[str] = mapped_column(unique=True)
    setting_versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    trace: Mapped[dict[str, Any]] = mapped_column(default=dict)

    bookshop: Mapped[Bookshop] = relationship(foreign_keys=[bookshop_id], lazy="joined", innerjoin=True, viewonly=True)
    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.position", lazy="selectin", viewonly=True)
    shipments: Mapped[list[Shipment]] = relationship(order_by="Shipment.number", lazy="selectin", viewonly=True)

    __table_args__ = (
        CheckConstraint("mode IN ('delivery', 'pickup')", name="mode"),
        CheckConstraint("total_cents = books_cents + delivery_cents + handling_cents", name="sum"),
        CheckConstraint("books_cents > 0 AND delivery_cents >= 0 AND handling_cents >= 0", name="cents"),
        Index("ix_sale_bookshop_state_due", "bookshop_id", "state", "due_at"),
        Index("ix_sale_running", "due_at", postgresql_where="phase <> ''"),
        Index("ix_sale_unpaid", "expires_at", postgresql_where="state = 'awaiting_payment'"),
    )

    def __str__(self) -> str:
        return self.reference


class OrderLine(Base):
    """One title of an order at the platform's price, VAT included (T148), and the way by which it comes (T150).

    ``source`` is the label, ``distributor_id`` or ``seller_id`` who supplies the bookshop. ``fee_rule`` names the rule
    that set ``fee_cents`` (A03): trade_last_resort, trusted, delegated, or nothing. ``picked`` and ``refused`` are
    copies; what is refused is refunded. ``document`` is the supplier's reference (T104).
    """

    __tablename__ = "sale_line"
    __access__ = ("bookshop", "reader", "door", "accountant")

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("sale.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    reader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    position: Mapped[int]
    isbn: Mapped[Isbn] = mapped_column(ForeignKey("book.isbn"), index=True)
    title: Mapped[str]
    copies: Mapped[int]
    price_cents: Mapped[Cents]
    vat_rate: Mapped[Rate]
    weight_grams: Mapped[int]
    weight_is_estimate: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]
    distributor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("distributor.id"))
    seller_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("bookshop.id"))
    fee_rule: Mapped[str] = mapped_column(default="")
    fee_cents: Mapped[Cents] = mapped_column(default=0)
    picked: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[str] = mapped_column(default="")
    document: Mapped[str] = mapped_column(default="")
    shipment_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("shipment.id"))

    book: Mapped[Book] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("copies > 0 AND price_cents >= 0 AND fee_cents >= 0", name="amounts"),
        CheckConstraint("picked >= 0 AND refused >= 0 AND picked + refused <= copies", name="copies"),
    )


class Shipment(Base):
    """A parcel of an order. ``state``: open, labelled, sent, cancelled; ``number`` counts within the order.

    ``carrier`` "manual" means a label from elsewhere. ``label_key`` is the reference under which the carrier is asked
    for this label, committed before; ``label_asked_at``: the asking began. ``label_error``: why it failed (``message``
    and its ``values``), ``unsure`` where the carrier may have made it all the same. ``collection``: asked, begun,
    unsure, or the carrier's number of the request to fetch it.
    """

    __tablename__ = "shipment"
    __access__ = ("bookshop", "reader", "door")

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("sale.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    reader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")
    carrier: Mapped[str] = mapped_column(default="")
    tracking: Mapped[str] = mapped_column(default="")
    weight_grams: Mapped[int]
    label_key: Mapped[str] = mapped_column(default="")
    label_file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    label_asked_at: Mapped[datetime | None]
    label_error: Mapped[dict[str, Any]] = mapped_column(default=dict)
    collection: Mapped[str] = mapped_column(default="")
    distributor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("distributor.id"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        CheckConstraint("state IN ('open', 'labelled', 'sent', 'cancelled')", name="state"),
        Index("ix_shipment_tracking", "tracking", postgresql_where="tracking <> ''"),
    )


class Withdrawal(Base):
    """A reader withdraws from an order, or from some of its copies, without giving a reason (Dir. 2011/83 art. 11a).

    ``lines`` maps ids of order lines to copies. ``state``: declared, returned, refunded, declined (with a reason).
    """

    __tablename__ = "withdrawal"
    __access__ = ("bookshop", "reader", "door")

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("sale.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    reader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    lines: Mapped[dict[str, Any]]
    declared_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class PresaleTitle(Base):
    """A title whose presale was agreed with its publisher (T55, A35): staff enter the agreement and the days.

    It may be ordered from ``opens_on`` until the day before ``release_on``; served within the allowance from then.
    ``state``: draft, open_to_shops, on_sale, released, served, cancelled.
    """

    __tablename__ = "presale_title"
    __access__ = ("anyone_read",)

    isbn: Mapped[int] = mapped_column(BigInteger, ForeignKey("book.isbn"), primary_key=True, autoincrement=False)
    state: Mapped[str]
    publisher_agreement: Mapped[str] = mapped_column(default="")
    agreed_on: Mapped[date | None]
    opens_on: Mapped[date]
    release_on: Mapped[date]
    terms: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime]

    id: Mapped[int] = synonym("isbn")
    """The ISBN, under the name by which states are moved and journalled."""

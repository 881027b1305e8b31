"""Month ends: settlements with their lines, the gapless invoice register, transfers with two approvals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Cents, Created, Id, bookshop_key, person_key


class InvoiceSeries(Base):
    """A numbered series; the row is locked in the issuing transaction so that numbers have no gap."""

    __tablename__ = "invoice_series"
    __access__ = ("accountant",)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    last_number: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(default="")


class Invoice(Base):
    """An issued invoice: its data are frozen, its record is chained to the one before (RD 1007/2023).

    Only the PDF's facts are written afterwards, once. A correction is a credit note.
    """

    __tablename__ = "invoice"
    __access__ = ("bookshop", "accountant")
    __columns_changed__ = ("pdf_sha256", "pdf_size", "pdf_at")

    id: Mapped[Id]
    series_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("invoice_series.id"))
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    bookshop_id: Mapped[int] = bookshop_key()
    month: Mapped[str]
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    data: Mapped[dict[str, Any]]
    net_cents: Mapped[Cents]
    vat_cents: Mapped[Cents]
    total_cents: Mapped[Cents]
    corrects_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("invoice.id"))
    previous_hash: Mapped[str]
    record_hash: Mapped[str]
    pdf_sha256: Mapped[str | None]
    pdf_size: Mapped[int | None]
    pdf_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("series_id", "number"),
        CheckConstraint("total_cents = net_cents + vat_cents", name="sum"),
    )

    def __str__(self) -> str:
        return self.reference


class Settlement(Base):
    """What the platform owes one bookshop for one month of one kind; unique, so closing twice is harmless.

    Positive cents: to the bookshop. ``transfer_cents = redeemed_cents - commission_cents - commission_vat_cents``.
    """

    __tablename__ = "settlement"
    __access__ = ("bookshop", "accountant")
    __columns_changed__ = ("transfer_batch_id", "state")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    month: Mapped[str]
    kind: Mapped[str]
    redeemed_cents: Mapped[Cents]
    commission_cents: Mapped[Cents]
    commission_vat_cents: Mapped[Cents]
    transfer_cents: Mapped[Cents]
    invoice_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("invoice.id"))
    transfer_batch_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transfer_batch.id"))
    state: Mapped[str] = mapped_column(default="computed")
    closed_at: Mapped[datetime]
    setting_versions: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        UniqueConstraint("bookshop_id", "month", "kind"),
        CheckConstraint("transfer_cents = redeemed_cents - commission_cents - commission_vat_cents", name="sum"),
    )


class SettlementLine(Base):
    """One line of a statement; each cheque entry is settled once."""

    __tablename__ = "settlement_line"
    __access__ = ("bookshop", "accountant")
    __append_only__ = True

    id: Mapped[Id]
    settlement_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("settlement.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    cheque_entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cheque_entry.id"), unique=True)
    at: Mapped[datetime]
    cents: Mapped[Cents]
    commission_cents: Mapped[Cents]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MonthClose(Base):
    """A month that was closed for the whole network: who, when, totals. ``state``: closing, closed."""

    __tablename__ = "month_close"
    __access__ = ("accountant", "bookshop_read")

    id: Mapped[Id]
    month: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="closing")
    started_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    pack_sha256: Mapped[str | None]
    pack_size: Mapped[int | None]
    pack_at: Mapped[datetime | None]


class TransferBatch(Base):
    """The transfers of one month. ``state``: open, approved, exported, paid. Exported after two approvals."""

    __tablename__ = "transfer_batch"
    __access__ = ("accountant", "bookshop_read")

    id: Mapped[Id]
    month: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="open")
    total_cents: Mapped[Cents]
    count: Mapped[int]
    held: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[Created]
    execution_on: Mapped[date | None]
    file_sha256: Mapped[str | None]
    file_size: Mapped[int | None]
    exported_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]


class TransferApproval(Base):
    """One person's approval of a batch; two different people are needed."""

    __tablename__ = "transfer_approval"
    __access__ = ("accountant", "accountant_add")
    __append_only__ = True

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("transfer_batch.id"))
    person_id: Mapped[int] = person_key()
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("batch_id", "person_id"),)

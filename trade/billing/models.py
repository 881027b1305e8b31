"""Month ends: settlements with their lines, the gapless invoice register, transfers with two approvals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Cents, Id, Rate, bookshop_key, person_key


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
    __access__ = ("bookshop_sees", "accountant")
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
    data_sha256: Mapped[str]
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

    ``state``: computed, exported, paid (``billing.states``). Positive cents: to the bookshop.
    ``transfer_cents = redeemed_cents - commission_cents - commission_vat_cents``.
    """

    __tablename__ = "settlement"
    __access__ = ("bookshop_sees", "accountant")
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
    """One line of a statement: cents to the bookshop, and the commission rate of its moment; settled once."""

    __tablename__ = "settlement_line"
    __access__ = ("bookshop_sees", "accountant")
    __append_only__ = True

    id: Mapped[Id]
    settlement_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("settlement.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    cheque_entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cheque_entry.id"), unique=True)
    at: Mapped[datetime]
    channel: Mapped[str]
    cents: Mapped[Cents]
    rate: Mapped[Rate]


class MonthClose(Base):
    """A month for the whole network: asked to be closed (``closing``), then ``closed`` with its totals."""

    __tablename__ = "month_close"
    __access__ = ("accountant", "accountant_add")

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
    """Transfers that are approved and paid together; two different people approve what then cannot change.

    ``reference`` is the month and a counter (``2026-10/1``): bookshops held for want of an account come into a
    further batch once they have one. ``state``: open, exported, paid (``billing.states``).
    """

    __tablename__ = "transfer_batch"
    __access__ = ("accountant",)
    __columns_changed__ = ("state", "execution_on", "file_sha256", "file_size", "exported_at", "paid_at")

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    month: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="open")
    total_cents: Mapped[Cents]
    count: Mapped[int]
    opened_at: Mapped[datetime]
    execution_on: Mapped[date | None]
    file_sha256: Mapped[str | None]
    file_size: Mapped[int | None]
    exported_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return self.reference


class TransferLine(Base):
    """One transfer of a batch with the account as it was when the batch was opened: what people approve is paid."""

    __tablename__ = "transfer_line"
    __access__ = ("bookshop_sees", "accountant")
    __append_only__ = True

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("transfer_batch.id"), index=True)
    settlement_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("settlement.id"), unique=True)
    bookshop_id: Mapped[int] = bookshop_key()
    name: Mapped[str]
    iban: Mapped[str]
    cents: Mapped[Cents]
    text: Mapped[str]

    __table_args__ = (CheckConstraint("cents > 0", name="positive"),)


class TransferApproval(Base):
    """One person's approval of a batch, with her name of that day; two different people are needed."""

    __tablename__ = "transfer_approval"
    __access__ = ("accountant", "accountant_add")
    __append_only__ = True

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("transfer_batch.id"))
    person_id: Mapped[int] = person_key()
    name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("batch_id", "person_id"),)

"""Reservations: a reader asks a bookshop to set a book aside, without paying (T44-T48)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trade.base.db import Base, Id, Isbn, bookshop_key
from trade.catalogue.models import Book
from trade.members.models import Bookshop


class Reservation(Base):
    """One reservation of one title. The contact is a copy for the bookshop, emptied by erasure (F44)."""

    __tablename__ = "reservation"
    __access__ = ("bookshop", "reader")

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    bookshop_id: Mapped[int] = bookshop_key()
    reader_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    isbn: Mapped[Isbn] = mapped_column(ForeignKey("book.isbn"))
    copies: Mapped[int] = mapped_column(default=1)
    price_cents: Mapped[int | None]
    state: Mapped[str]
    placed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_because: Mapped[dict[str, Any]] = mapped_column(default=dict)
    late_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    collect_by: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    reason_code: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    reader_name: Mapped[str]
    reader_email: Mapped[str]
    reader_phone: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    locale: Mapped[str]
    setting_versions: Mapped[dict[str, Any]] = mapped_column(default=dict)

    book: Mapped[Book] = relationship(lazy="joined", innerjoin=True, viewonly=True)
    bookshop: Mapped[Bookshop] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    __table_args__ = (
        CheckConstraint("copies > 0", name="copies"),
        Index("ix_reservation_bookshop_state_due", "bookshop_id", "state", "due_at"),
        Index(
            "uq_reservation_open",
            "reader_id",
            "bookshop_id",
            "isbn",
            unique=True,
            postgresql_where="state IN ('received', 'in_process')",
        ),
    )

    def __str__(self) -> str:
        return self.reference

"""Gift cheques: campaigns with restrictions, cheques known only by a keyed hash, and their entries.

The balance is the sum of the entries; ``remaining_cents`` repeats it as the guarded row that one
compare-and-set changes, so that two counters can never spend the same euro (safety.md R2, R13).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Cents, Created, Id, Isbn, bookshop_key, person_key


class Campaign(Base):
    """Cheques issued together under the same restrictions (T65). No rows in a restriction: no limit."""

    __tablename__ = "campaign"
    __access__ = ("bookshop_read", "accountant")

    id: Mapped[Id]
    name: Mapped[str]
    buyer: Mapped[str] = mapped_column(default="")
    face_cents: Mapped[Cents]
    cheques: Mapped[int]
    valid_from: Mapped[date]
    expires_on: Mapped[date]
    only_some_bookshops: Mapped[bool] = mapped_column(default=False)
    only_some_books: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="draft")
    created_by: Mapped[int | None] = person_key(nullable=True)
    created_at: Mapped[Created]
    issued_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("face_cents > 0 AND cheques > 0", name="positive"),
        CheckConstraint("expires_on >= valid_from", name="dates"),
    )

    def __str__(self) -> str:
        return self.name


class CampaignBookshop(Base):
    """A bookshop that may redeem the campaign's cheques."""

    __tablename__ = "campaign_bookshop"
    __access__ = ("bookshop_read",)
    __deletable__ = True

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("campaign.id"))
    bookshop_id: Mapped[int] = bookshop_key()

    __table_args__ = (UniqueConstraint("campaign_id", "bookshop_id"),)


class CampaignBook(Base):
    """A book on which the campaign's cheques may be spent."""

    __tablename__ = "campaign_book"
    __access__ = ("bookshop_read",)
    __deletable__ = True

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("campaign.id"))
    isbn: Mapped[Isbn]

    __table_args__ = (UniqueConstraint("campaign_id", "isbn"),)


class GiftCheque(Base):
    """One cheque. The code is shown once at issue; only its keyed hash and last four letters stay.

    ``state``: active, partly_used, used, expired, blocked.
    """

    __tablename__ = "gift_cheque"
    __access__ = ("bookshop_use", "accountant")
    __columns_changed__ = ("remaining_cents", "state", "version")

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("campaign.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    code_tail: Mapped[str]
    face_cents: Mapped[Cents]
    remaining_cents: Mapped[Cents]
    expires_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(default=0)

    __table_args__ = (CheckConstraint("remaining_cents >= 0 AND remaining_cents <= face_cents", name="remaining"),)


class ChequeEntry(Base):
    """One movement of a cheque. Positive cents add to its balance (issue, undo), negative take (redeem, expire)."""

    __tablename__ = "cheque_entry"
    __access__ = ("bookshop", "accountant")
    __append_only__ = True

    id: Mapped[Id]
    cheque_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("gift_cheque.id"), index=True)
    kind: Mapped[str]
    cents: Mapped[Cents]
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    person_id: Mapped[int | None] = person_key(nullable=True)
    channel: Mapped[str] = mapped_column(default="counter")
    undoes_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("cheque_entry.id"), unique=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (CheckConstraint("cents <> 0", name="not_zero"),)

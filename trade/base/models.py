"""Tables that belong to no room: settings, journal, outbox, schedule, ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Cents, Created, Id, bookshop_key, person_key


class SettingValue(Base):
    """One dated value of a declared setting; append-only. ``bookshop_id`` empty means the whole platform."""

    __tablename__ = "setting_value"
    __access__ = ("bookshop", "anyone_read")
    __append_only__ = True

    id: Mapped[Id]
    key: Mapped[str]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    value: Mapped[Any] = mapped_column(JSONB, nullable=True)
    valid_from: Mapped[datetime]
    set_by: Mapped[int | None] = person_key(nullable=True)
    set_at: Mapped[Created]
    note: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index("ix_setting_value_key_bookshop_valid", "key", "bookshop_id", "valid_from"),)


class JournalEntry(Base):
    """Who did what to which thing, when and why; append-only, without personal data in ``details``."""

    __tablename__ = "journal_entry"
    __access__ = ("bookshop", "reader_add", "public_add", "accountant", "accountant_add")
    __append_only__ = True

    id: Mapped[Id]
    at: Mapped[datetime]
    action: Mapped[str]
    thing: Mapped[str]
    thing_id: Mapped[int] = mapped_column(BigInteger)
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index("ix_journal_entry_thing", "thing", "thing_id", "id"),)


class Effect(Base):
    """The outbox: an intent with its idempotency key, committed before anything outside is called."""

    __tablename__ = "effect"
    __access__ = ("bookshop", "reader_add", "public_add", "accountant_add")

    id: Mapped[Id]
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[Created]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done', 'dead')", name="state"),
        Index("ix_effect_pending", "lease_until", "id", postgresql_where="state = 'pending'"),
    )


class ScheduledRun(Base):
    """One run of the schedule: unique (kind, period, subject), so that no period runs twice."""

    __tablename__ = "scheduled_run"
    __access__ = ()

    id: Mapped[Id]
    kind: Mapped[str]
    period: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    effect_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("effect.id"))
    created_at: Mapped[Created]

    __table_args__ = (UniqueConstraint("kind", "period", "subject"),)


class LedgerEntry(Base):
    """One balanced event of money. Its postings sum to zero: a deferred trigger demands it."""

    __tablename__ = "ledger_entry"
    __access__ = ("bookshop", "accountant")
    __append_only__ = True

    id: Mapped[Id]
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    thing: Mapped[str]
    thing_id: Mapped[int] = mapped_column(BigInteger)
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    note: Mapped[str] = mapped_column(default="")


class Posting(Base):
    """One leg of an entry. Positive cents: the account receives; negative: it gives."""

    __tablename__ = "posting"
    __access__ = ("bookshop", "accountant")
    __append_only__ = True

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("ledger_entry.id"), index=True)
    account: Mapped[str]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    cents: Mapped[Cents]

    __table_args__ = (CheckConstraint("cents <> 0", name="not_zero"),)

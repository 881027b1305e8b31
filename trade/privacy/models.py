"""Consents, deletion requests, what the law keeps blocked, and the tombstones that a restore replays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Created, Id, person_key


class Consent(Base):
    """One yes or no to one purpose, with the version of the words shown; append-only (F45-F47)."""

    __tablename__ = "consent"
    __access__ = ("reader", "door")
    __append_only__ = True

    id: Mapped[Id]
    person_id: Mapped[int] = person_key(index=True)
    purpose: Mapped[str]
    given: Mapped[bool]
    words: Mapped[str]
    form: Mapped[str]
    at: Mapped[datetime]


class DeletionRequest(Base):
    """A person asks to be erased; its life stands in ``privacy.states``. It keeps no personal data itself."""

    __tablename__ = "deletion_request"
    __access__ = ("reader",)

    id: Mapped[Id]
    person_id: Mapped[int] = person_key(index=True)
    state: Mapped[str] = mapped_column(default="asked")
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    waits_for: Mapped[list[Any]] = mapped_column(default=list)
    executed_at: Mapped[datetime | None]
    executed_by: Mapped[int | None] = mapped_column(BigInteger)
    subject: Mapped[str | None]
    certificate: Mapped[dict[str, Any]] = mapped_column(default=dict)
    certificate_sha256: Mapped[str] = mapped_column(default="")


class BlockedRecord(Base):
    """Data the law makes us keep, out of everyone's sight but the law's, until a date."""

    __tablename__ = "blocked_record"
    __access__ = ()
    __deletable__ = True

    id: Mapped[Id]
    kind: Mapped[str]
    subject: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    keep_until: Mapped[date]
    law: Mapped[str]
    created_at: Mapped[Created]


class Tombstone(Base):
    """Remembers that a person was erased, so that a restored backup can be erased again."""

    __tablename__ = "tombstone"
    __access__ = ("door",)
    __append_only__ = True

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger)
    email_hash: Mapped[str]
    executed_at: Mapped[datetime]

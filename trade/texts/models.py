"""Legal texts in versions, and who accepted which (T06, T07)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Created, Id, bookshop_key, person_key


class LegalText(Base):
    """One version of a document (``terms``, ``privacy``, ...); titles and bodies by language.

    ``state``: draft, published. A published text is never edited: a change is a new version.
    """

    __tablename__ = "legal_text"
    __access__ = ("anyone_read",)

    id: Mapped[Id]
    document: Mapped[str]
    version: Mapped[int]
    titles: Mapped[dict[str, Any]]
    bodies: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="draft")
    accepted_by: Mapped[str] = mapped_column(default="nobody")
    effective_from: Mapped[datetime | None]
    created_at: Mapped[Created]

    __table_args__ = (UniqueConstraint("document", "version"),)


class Acceptance(Base):
    """Proof that a person accepted a version, for a bookshop or for herself; append-only."""

    __tablename__ = "acceptance"
    __access__ = ("bookshop", "reader_sees")
    __append_only__ = True

    id: Mapped[Id]
    text_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("legal_text.id"))
    person_id: Mapped[int] = person_key()
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    at: Mapped[datetime]
    locale: Mapped[str]

    __table_args__ = (Index("ix_acceptance_bookshop_text", "bookshop_id", "text_id"),)

"""E-mails: templates as rows, and every message that was sent or waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Created, Id, bookshop_key, person_key


class MessageTemplate(Base):
    """The words of one kind of message in one language; the newest row is in force."""

    __tablename__ = "message_template"
    __access__ = ("anyone_read",)
    __append_only__ = True

    id: Mapped[Id]
    key: Mapped[str]
    locale: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    set_by: Mapped[int | None] = person_key(nullable=True)
    set_at: Mapped[Created]

    __table_args__ = (Index("ix_message_template_key_locale", "key", "locale", "id"),)


class Message(Base):
    """One message to one address; ``key`` makes it exactly one per event. ``state``: queued, sent, or kept (no mail
    server is set: it is read at /staff/outbox).

    Any scope may add one (``public_add``); only staff and the addressee's own person read it. ``about_id`` is the
    person whose data the words hold, so that erasure finds mails sent to somebody else (F42).
    """

    __tablename__ = "message"
    __access__ = ("reader", "public_add")
    __deletable__ = True

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    locale: Mapped[str]
    to_email: Mapped[str]
    to_name: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = person_key(nullable=True, index=True)
    about_id: Mapped[int | None] = person_key(nullable=True, index=True)
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")

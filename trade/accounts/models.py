"""People, their roles, their sessions and one-time tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, Index, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Created, Id, bookshop_key, person_key


class Person(Base):
    """Anybody who can sign in. ``email`` is stored lower case; an erased person keeps only the id."""

    __tablename__ = "person"
    __access__ = ("self", "door", "colleague")
    __colleague_sql__ = "EXISTS (SELECT 1 FROM role WHERE role.person_id = person.id AND role.bookshop_id = {bookshop})"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="active")
    verified_at: Mapped[datetime | None]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_on_at: Mapped[datetime | None]
    created_at: Mapped[Created]

    @classmethod
    def is_colleague_in(cls, bookshop_id: int) -> ColumnElement[bool]:
        """The condition that a person has a role in the bookshop."""
        return cls.id.in_(select(Role.person_id).where(Role.bookshop_id == bookshop_id))

    def __str__(self) -> str:
        return self.name or f"#{self.id}"


class Role(Base):
    """A person's role: ``administrator``, ``staff``, ``accountant``; or in one bookshop ``owner``, ``clerk``.

    Nobody gives herself one: a bookshop's session writes roles of its own bookshop only, and those of the
    platform have no bookshop.
    """

    __tablename__ = "role"
    __access__ = ("bookshop", "reader_sees", "door")
    __deletable__ = True

    id: Mapped[Id]
    person_id: Mapped[int] = person_key(index=True)
    name: Mapped[str]
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    created_at: Mapped[Created]

    __table_args__ = (
        UniqueConstraint("person_id", "name", "bookshop_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(bookshop_id IS NULL) = (name IN ('administrator', 'staff', 'accountant'))", name="place"),
        CheckConstraint("name IN ('administrator', 'staff', 'accountant', 'owner', 'clerk')", name="name"),
    )


class SignInSession(Base):
    """A server-side session. The cookie holds the token; only its SHA-256 is stored."""

    __tablename__ = "sign_in_session"
    __access__ = ("door", "reader")
    __deletable__ = True

    id: Mapped[Id]
    person_id: Mapped[int] = person_key(index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    second_factor: Mapped[bool] = mapped_column(default=False)


class Token(Base):
    """A one-time link: invitation, recovery, address verification, questionnaire. Only its SHA-256 is stored."""

    __tablename__ = "token"
    __access__ = ("door", "reader_add")
    __deletable__ = True

    id: Mapped[Id]
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = person_key(nullable=True, index=True)
    bookshop_id: Mapped[int | None] = bookshop_key(nullable=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A single-use code that replaces the second factor; only its hash is stored."""

    __tablename__ = "recovery_code"
    __access__ = ("reader", "door")
    __deletable__ = True

    id: Mapped[Id]
    person_id: Mapped[int] = person_key(index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed or successful attempt, counted against guessing; the subject is a keyed hash, never an address."""

    __tablename__ = "sign_in_attempt"
    __access__ = ("door",)
    __deletable__ = True

    id: Mapped[Id]
    subject: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    succeeded: Mapped[bool]

    __table_args__ = (Index("ix_sign_in_attempt_subject_at", "kind", "subject", "at"),)


class TotpUse(Base):
    """A used time step of a person's second factor, so that one code works once."""

    __tablename__ = "totp_use"
    __access__ = ("reader", "door")
    __deletable__ = True

    id: Mapped[Id]
    person_id: Mapped[int] = person_key()
    step: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("person_id", "step"),)

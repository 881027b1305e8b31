"""Questionnaires as rows that staff edit, and the answers of the bookshops (F07, F08)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from trade.base.db import Base, Created, Id, bookshop_key


class Questionnaire(Base):
    """One version of a questionnaire. ``state``: draft, in_force, superseded."""

    __tablename__ = "questionnaire"
    __access__ = ("anyone_read",)

    id: Mapped[Id]
    name: Mapped[str]
    version: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    created_at: Mapped[Created]

    __table_args__ = (UniqueConstraint("name", "version"),)


class Question(Base):
    """One question: its kind, its words per language, its condition and the public field it fills."""

    __tablename__ = "question"
    __access__ = ("anyone_read",)

    id: Mapped[Id]
    questionnaire_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("questionnaire.id"), index=True)
    position: Mapped[int]
    section: Mapped[dict[str, Any]]
    key: Mapped[str]
    kind: Mapped[str]
    label: Mapped[dict[str, Any]]
    help: Mapped[dict[str, Any]] = mapped_column(default=dict)
    required: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list[Any]] = mapped_column(default=list)
    condition: Mapped[dict[str, Any]] = mapped_column(default=dict)
    maps_to: Mapped[str] = mapped_column(default="")

    __table_args__ = (UniqueConstraint("questionnaire_id", "key"),)


class Reply(Base):
    """A bookshop's reply to one questionnaire. ``state``: open, submitted, reopened, closed."""

    __tablename__ = "reply"
    __access__ = ("bookshop_sees", "door")

    id: Mapped[Id]
    bookshop_id: Mapped[int] = bookshop_key()
    questionnaire_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("questionnaire.id"))
    state: Mapped[str] = mapped_column(default="open")
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("bookshop_id", "questionnaire_id"),)


class Answer(Base):
    """One answer. ``asked`` holds the change that staff ask for; empty where none is asked."""

    __tablename__ = "answer"
    __access__ = ("bookshop_sees", "door")

    id: Mapped[Id]
    reply_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reply.id"), index=True)
    bookshop_id: Mapped[int] = bookshop_key()
    question_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("question.id"))
    value: Mapped[Any] = mapped_column(JSONB, nullable=True)
    before: Mapped[Any] = mapped_column(JSONB, nullable=True)
    asked: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("reply_id", "question_id"),)

"""Reads about mails and their templates."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from trade.base.models import Effect
from trade.base.tenancy import TenantSession
from trade.messages.models import Message, MessageTemplate

DELIVER = "message.deliver"
"""The kind of effect that delivers a mail; its key is this and the mail's key."""


def template_in_force(session: TenantSession, *, key: str, locales: Sequence[str]) -> MessageTemplate | None:
    """The newest template of a kind in the first of these languages that has one."""
    rows = session.scalars(
        select(MessageTemplate)
        .where(MessageTemplate.key == key, MessageTemplate.locale.in_(locales))
        .ext(distinct_on(MessageTemplate.locale))
        .order_by(MessageTemplate.locale, MessageTemplate.id.desc())
    ).all()
    return min(rows, key=lambda row: locales.index(row.locale), default=None)


def templates_in_force(session: TenantSession) -> Sequence[MessageTemplate]:
    """The newest template of every kind and language, for the list of staff."""
    return session.scalars(
        select(MessageTemplate)
        .ext(distinct_on(MessageTemplate.key, MessageTemplate.locale))
        .order_by(MessageTemplate.key, MessageTemplate.locale, MessageTemplate.id.desc())
    ).all()


def template_history(session: TenantSession, *, key: str, locale: str, limit: int = 20) -> Sequence[MessageTemplate]:
    """The versions of one template, newest first."""
    return session.scalars(
        select(MessageTemplate)
        .where(MessageTemplate.key == key, MessageTemplate.locale == locale)
        .order_by(MessageTemplate.id.desc())
        .limit(limit)
    ).all()


def outbox(*, state: str | None = None) -> Select[Message]:
    """The mails, newest first, for a paged list (``/staff/outbox``)."""
    statement = select(Message).order_by(Message.id.desc())
    return statement if state is None else statement.where(Message.state == state)


def by_key(session: TenantSession, *, key: str) -> Message | None:
    """The mail of one event, if this scope may read it."""
    return session.scalar(select(Message).where(Message.key == key))


def undelivered() -> ColumnElement[bool]:
    """The condition of a mail whose delivery failed for good: a part of other queries on :class:`Message`."""
    failed = exists().where(Effect.key == func.concat(f"{DELIVER}:", Message.key), Effect.state == "dead")
    return and_(Message.state == "queued", failed)

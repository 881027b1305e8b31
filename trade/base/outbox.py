"""The outbox: intents committed with the change that caused them, carried out once by jobs/queue.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from trade.base import journal
from trade.base.errors import Conflict
from trade.base.models import Effect
from trade.base.tenancy import TenantSession

CHANNEL = "effects"


def post(
    session: TenantSession, *, kind: str, key: str, payload: dict[str, Any], bookshop_id: int | None = None
) -> None:
    """Ask for an effect after the commit. The same ``key`` asks once, however often it is posted.

    ``kind`` names a handler (``message.deliver``); ``payload`` holds ids only, never personal data.
    """
    values = {"kind": kind, "key": key, "payload": payload, "bookshop_id": bookshop_id}
    session.execute(insert(Effect).inline().values(**values).on_conflict_do_nothing())
    session.execute(text(f"NOTIFY {CHANNEL}"))


def revive(session: TenantSession, *, effect_id: int, at: datetime) -> None:
    """Let an effect that failed for good be tried again from the first attempt. Raises Conflict for any other."""
    statement = (
        update(Effect)
        .where(Effect.id == effect_id, Effect.state == "dead")
        .values(state="pending", attempts=0, lease_until=None)
    )
    if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict()
    journal.write(session, action="effect.revived", thing="effect", thing_id=effect_id, at=at)
    session.execute(text(f"NOTIFY {CHANNEL}"))


def posted(session: TenantSession, *, key: str) -> Effect | None:
    """The effect that was asked for under a key; None where none was, or where it is of another bookshop."""
    return session.scalar(select(Effect).where(Effect.key == key))

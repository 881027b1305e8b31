"""The outbox: intents committed with the change that caused them, carried out once by jobs/queue.py."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

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

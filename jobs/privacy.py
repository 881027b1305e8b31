"""What the clock does for privacy, and what of an erasure lies outside the database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.members.settings import PRIVACY_EMAIL
from trade.messages.actions import send
from trade.privacy.actions import replay, retain
from trade.privacy.queries import file_is_used, tombstones, urgency

Stone = tuple[int, str, datetime]


def stones_file(context: Context) -> Path:
    """Where the tombstones lie outside the database, so that a restored backup does not lose them."""
    return context.config.folder / "tombstones.jsonl"


@handles("privacy.remember")
def remember(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Write every tombstone into the file beside the database; lines already there stay."""
    stones = {**_read(stones_file(context)), **_by_person(tombstones(session))}
    _write(stones_file(context), stones.values())
    return {"known": len(stones)}


def replay_tombstones(context: Context) -> int:
    """Erase again whom a restored backup brought back: to be run before a restored installation opens."""
    with context.session() as session:
        stones = {**_by_person(tombstones(session)), **_read(stones_file(context))}
        return replay(session, tombstones=list(stones.values()), at=context.now(), pepper=context.pepper)


def _by_person(stones: Iterable[Stone]) -> dict[tuple[int, str], Stone]:
    return {(person_id, email_hash): (person_id, email_hash, at) for person_id, email_hash, at in stones}


def _read(path: Path) -> dict[tuple[int, str], Stone]:
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return _by_person((row["person"], row["hash"], datetime.fromisoformat(row["at"])) for row in rows)


def _write(path: Path, stones: Iterable[Stone]) -> None:
    lines = [json.dumps({"person": person, "hash": hashed, "at": at.isoformat()}) for person, hashed, at in stones]
    fresh = path.with_suffix(".new")
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.chmod(fresh, 0o600)
    os.replace(fresh, path)


@handles("privacy.forget_file")
def forget_file(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Delete the bytes of an erased file, unless another record holds the same ones."""
    if file_is_used(session, sha256=payload["sha256"]):
        return {"deleted": False}
    context.store.forget(payload["sha256"])
    return {"deleted": True}


@handles("privacy.retain")
def retention(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Apply the periods of retention."""
    return dict(retain(session, at=context.now()))


@handles("privacy.remind")
def remind(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Tell the operator each day how many deletion requests wait, and by when the first is due."""
    count, first = urgency(session)
    now = context.now()
    if count and first is not None:
        send(
            session,
            key=f"privacy.reminder:{now:%Y-%m-%d}",
            template="privacy.reminder",
            to_email=str(value_of(session, PRIVACY_EMAIL, at=now)),
            locale=session.profile.locale,
            values={"count": count, "due_on": first},
            at=now,
        )
    return {"waiting": count}

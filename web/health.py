"""``/healthz``: database, queue, worker, search index and migration state, for monitors and for ``bin/run``."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from redis import Redis
from sqlalchemy import column, literal, select, table

from web.database import clock
from web.identity import engine

health = Blueprint("health", __name__)
HEARTBEAT = "mostrador:heartbeat:worker"
STALE_SECONDS = 30


@health.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 with one word per part, or 503 naming the part that fails."""
    parts = {"database": _database, "migrations": _migrations, "queue": _queue, "worker": _worker, "search": _search}
    found = {name: _ask(part) for name, part in parts.items()}
    fine = all(answer == "ok" for answer in found.values())
    return jsonify({"status": "ok" if fine else "failing", **found}), 200 if fine else 503


def _ask(part: Callable[[], str]) -> str:
    try:
        return part()
    except Exception:
        current_app.logger.exception("health check failed")
        return "unreachable"


def _database() -> str:
    with engine().connect() as connection:
        connection.execute(select(literal(1)))
    return "ok"


def _migrations() -> str:
    with engine().connect() as connection:
        revision = connection.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar_one()
    wanted = current_app.extensions["schema_revision"]
    return "ok" if revision == wanted else f"at {revision}, wanted {wanted}"


def _redis() -> Redis:
    return current_app.extensions["redis"]  # type: ignore[no-any-return]


def _queue() -> str:
    return "ok" if _redis().ping() else "silent"


def _worker() -> str:
    beat = _redis().get(HEARTBEAT)
    if beat is None:
        return "no heartbeat"
    return "ok" if clock().system().timestamp() - float(beat) < STALE_SECONDS else "heartbeat too old"


def _search() -> str:
    """Whether this machine has an index, and how long ago its process left a sign."""
    reader = current_app.extensions["search"]
    alive_at = reader.folder.alive_at()
    if not reader.ready:
        return "no index yet"
    if alive_at is None:
        return "no heartbeat"
    age = clock().system().timestamp() - alive_at
    return "ok" if age < STALE_SECONDS else f"heartbeat {age:.0f} seconds old"

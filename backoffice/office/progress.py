"""How far a job is, as it told Redis; only a hint, so its absence is no error."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import current_app
from redis import RedisError

from trade.base.text import N_

STAGES = {
    "reading": N_("reading the lines"),
    "comparing": N_("comparing with your stock"),
    "applying": N_("applying"),
    "done": N_("done"),
}


@dataclass(frozen=True)
class Progress:
    """Done of total, and the stage as a msgid."""

    done: int
    total: int
    stage: str


def progress_of(key: str) -> Progress | None:
    """What the job last told; None where it has told nothing yet."""
    redis = current_app.extensions["redis"]
    try:
        told = redis.get(f"mostrador:progress:{key}") if redis is not None else None
    except RedisError:
        return None
    if told is None:
        return None
    found = json.loads(told)
    return Progress(int(found["done"]), int(found["total"]), STAGES.get(found.get("stage", ""), ""))

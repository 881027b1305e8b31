"""How old a bookshop's stock may be (A32)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Freshness(StrEnum):
    """How old a bookshop's stock is (A32)."""

    NEVER = "never"
    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    EXPIRED = "expired"


@dataclass(frozen=True)
class FreshnessLimits:
    """Hours after which staff are warned, readers see the age, and the stock is hidden (settings)."""

    warn: int = 26
    mark: int = 36
    hide: int = 72


def freshness(*, received_at: datetime | None, at: datetime, limits: FreshnessLimits) -> Freshness:
    """Late from 26 h, stale ("seen n h ago") from 36 h, expired (hidden) from 72 h after the last file."""
    if received_at is None:
        return Freshness.NEVER
    age = at - received_at
    for hours, state in (
        (limits.hide, Freshness.EXPIRED),
        (limits.mark, Freshness.STALE),
        (limits.warn, Freshness.LATE),
    ):
        if age >= timedelta(hours=hours):
            return state
    return Freshness.FRESH

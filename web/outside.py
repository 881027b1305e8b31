"""What an address that somebody typed answers: asked between transactions, never inside one."""

from __future__ import annotations

from flask import current_app

from trade.base import outbound
from web.database import session

SECONDS = 5.0
MOST_BYTES = 5_000_000


def fetched(address: str) -> outbound.Answer:
    """What the address answers; what the request has read so far is let go first. Raises Refused, Unreachable."""
    session().commit()
    private = not current_app.config["PRODUCTION"]
    return outbound.get(address, headers={}, most_bytes=MOST_BYTES, seconds=SECONDS, private=private)

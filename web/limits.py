"""Rate limits of the edge, counted in Redis so that every web process counts together."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, headers_enabled=True, strategy="moving-window")


def storage_of(redis_url: str) -> str:
    """The limiter's address of a Redis; a unix socket is written differently there."""
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url


def init(app: Flask, redis_url: str) -> None:
    """Install the limiter; without a Redis (tests) it counts in memory."""
    app.config["RATELIMIT_STORAGE_URI"] = storage_of(redis_url) if redis_url else "memory://"
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter.init_app(app)

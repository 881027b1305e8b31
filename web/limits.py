"""Limits of the edge: how often somebody may ask, counted in Redis so that every web process counts together; and how
large a request may be, said here and nowhere else (the proxy's sample repeats it, held to it by a test)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Flask, Request, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from trade.base.raw_text import BOUNDS

FORM_AROUND = 1_000_000
"""What the fields of a form may add to the file in it."""
LARGEST_REQUEST = BOUNDS.size + FORM_AROUND
IN_MEMORY = 500_000
LARGER: dict[str, int] = {}
"""Endpoints whose requests may be larger, with their bytes."""

limiter = Limiter(get_remote_address, headers_enabled=True, strategy="moving-window")


class StreamedRequest(Request):
    """Files of a form go to disk as they arrive, beside the kept files: a folder for temporary ones may be memory."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.on_disk: list[IO[bytes]] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if total_content_length is not None and total_content_length <= IN_MEMORY:
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        folder: Path = current_app.extensions["store"].folder
        folder.mkdir(parents=True, exist_ok=True)
        self.on_disk.append(TemporaryFile("rb+", dir=folder))  # noqa: SIM115 - closed with the request
        return self.on_disk[-1]

    def close(self) -> None:
        """At the end of the request, also of files of which only a part came."""
        super().close()
        for file in self.on_disk:
            file.close()


def allow_larger(endpoint: str, *, file: int) -> None:
    """Let a form of this endpoint hold a file of so many bytes."""
    LARGER[endpoint] = file + FORM_AROUND


def _widen() -> None:
    """Before the form is read, and after it was asked whether the page may be used at all (``web.access``)."""
    if request.endpoint in LARGER:
        request.max_content_length = LARGER[request.endpoint]


def largest_file() -> int:
    """The megabytes that a file may have in the request at hand."""
    return ((request.max_content_length or LARGEST_REQUEST) - FORM_AROUND) // 1_000_000


def storage_of(redis_url: str) -> str:
    """The limiter's address of a Redis; a unix socket is written differently there."""
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url


def init(app: Flask, redis_url: str) -> None:
    """Install the limits; without a Redis (tests) the limiter counts in memory."""
    app.request_class = StreamedRequest
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.before_request(_widen)
    app.jinja_env.globals["largest_file"] = largest_file
    app.config["RATELIMIT_STORAGE_URI"] = storage_of(redis_url) if redis_url else "memory://"
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter.init_app(app)

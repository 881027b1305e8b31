"""A delegated distributor as a process on loopback that speaks the plain protocol.

Started by tests: ``python tests/doubles/distributor.py`` prints its port on the first line. The first part of the path
says how it behaves: ``good`` (3 copies of every ISBN that ends in an even digit), ``slow``, ``garbage``, ``error``,
``huge``, ``nonsense`` (JSON of another shape). ``/count`` tells how often it was asked.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SLOW_SECONDS = 3.0


class Handler(BaseHTTPRequestHandler):
    """One request."""

    asked = 0

    def do_GET(self) -> None:
        """Answer as the path says."""
        parts = urlsplit(self.path)
        behaviour = parts.path.strip("/").partition("/")[0]
        if behaviour == "count":
            self.answer(200, str(Handler.asked).encode())
            return
        Handler.asked += 1
        isbns = parse_qs(parts.query).get("isbns", [""])[0].split(",")
        good = json.dumps({"copies": {isbn: 3 for isbn in isbns if isbn[-1:] in "02468"}}).encode()
        if behaviour == "slow":
            time.sleep(SLOW_SECONDS)
        status, body = {
            "garbage": (200, b"<html>"),
            "error": (500, b"{}"),
            "huge": (200, b" " * 2_000_000 + good),
            "nonsense": (200, b'{"copies": {"9788437604947": "many", "x": 1, "9788417860790": -4}}'),
        }.get(behaviour, (200, good))
        self.answer(status, body)

    def answer(self, status: int, body: bytes) -> None:
        """Send it."""
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()

"""How gunicorn serves the application, under bin/run and under systemd alike (two processes, four threads each).

gunicorn --config config/deploy/gunicorn.conf.py "app:from_environment()"
"""

import socket
import time
from typing import Any

from config.settings import load

_settings = load()

bind = f"{_settings.bind}:{_settings.port}"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 10
keepalive = 5
# A fresh process after some thousand requests keeps memory flat; the jitter keeps them from doing so together.
max_requests = 5_000
max_requests_jitter = 500
# Only the proxy on this machine may say who the visitor is.
forwarded_allow_ips = "127.0.0.1"
accesslog = None
# Its control socket has one fixed place per user: two installations would meet there.
control_socket_disable = True

# gunicorn itself waits for ever for a body that comes a byte a second. nginx waits 30 s for the next piece; here a body
# has so long in all, and a second more for each piece of this size that has come.
BODY_SECONDS = 30.0
BYTES_A_SECOND = 16_384


class PatientSocket:
    """The socket of one request, which stops to receive when the body comes too slowly. Raises TimeoutError."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._end = time.monotonic() + BODY_SECONDS

    def recv(self, size: int) -> bytes:
        """Some more of the body."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the body comes too slowly")
        self._connection.settimeout(left)
        try:
            piece = self._connection.recv(size)
        finally:
            self._connection.settimeout(None)
        self._end += len(piece) / BYTES_A_SECOND
        return piece


def pre_request(worker: Any, request: Any) -> None:
    """Bound the time of the body before the application reads it."""
    unreader = request.unreader
    unreader.sock = PatientSocket(getattr(unreader.sock, "_connection", unreader.sock))

"""The web server of the product against slow and fat clients: they are sent away, and its memory stays as it is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.servers.processes import wait_until
from config.settings import ROOT
from jobs.run import free_port
from tests.conftest import House

pytestmark = [pytest.mark.database, pytest.mark.kill]

# The product's configuration, but for how long a body may take; the control switches that bound off.
HASTY = """
from runpy import run_path
globals().update(run_path({product!r}))
product = pre_request
workers = 1

def pre_request(worker, request):
    product.__globals__["BODY_SECONDS"] = 600.0 if ("X-CONTROL", "1") in request.headers else 2.0
    product(worker, request)
"""


def ask(port: int, head: bytes, *, seconds: float = 10) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            connection.sendall(head)
            return connection.recv(4_096)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def up(port: int) -> bool:
    try:
        return ask(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", seconds=30)[9:12] == b"200"
    except OSError:
        return False


@pytest.fixture
def server(
    house: House, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """gunicorn as bin/run starts it, with one process."""
    port = free_port("127.0.0.1", None)
    product = str(ROOT / "config/deploy/gunicorn.conf.py")
    hasty = tmp_path / "hasty.conf.py"
    hasty.write_text(HASTY.format(product=product))
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MOSTRADOR_HOME": str(house.folder),
        "MOSTRADOR_NETWORK": house.network,
        "MOSTRADOR_PORT": str(port),
        "DATABASE_URL": house.url,
        "REDIS_URL": house.redis_url,
    }
    command = [sys.executable, "-P", "-m", "gunicorn", "--config", str(hasty), "app:from_environment()"]
    with (tmp_path / "web.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        assert wait_until(lambda: up(port) or running.poll() is not None, 60), (tmp_path / "web.log").read_text()
        yield running, port
    finally:
        running.terminate()
        running.wait(timeout=30)


def memory(server: subprocess.Popen[bytes]) -> int:
    """MiB of the server and its workers."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    told = [Path(f"/proc/{pid}/status").read_text() for pid in (str(server.pid), *children)]
    return sum(int(line.split()[1]) for status in told for line in status.splitlines() if "VmRSS" in line) // 1024


def drip(port: int, seconds: float, more: bytes = b"") -> float:
    """Send a form at a few bytes a second; after how many seconds the server ended it."""
    begun = time.monotonic()
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n" + more
    head += b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=0.25) as connection:
        connection.sendall(head)
        while time.monotonic() - begun < seconds:
            try:
                connection.sendall(b"9")
                if connection.recv(4_096):
                    continue
            except TimeoutError:
                continue
            except OSError:
                pass
            return time.monotonic() - begun
    return seconds


def test_slow_bodies_and_huge_headers_are_sent_away(server: tuple[subprocess.Popen[bytes], int]) -> None:
    running, port = server
    before = memory(running)
    for head in (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Fat: " + b"x" * 20_000_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 10_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\n",
    ):
        assert ask(port, head)[9:10] in {b"4", b""}
    assert 1.5 < drip(port, 20) < 15
    assert drip(port, 5, b"X-Control: 1\r\n") == 5, "control: without the bound it would go on"
    assert memory(running) < before + 32
    assert up(port)

"""``bin/run`` from outside: it becomes ready, watches over its processes, and leaves none behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.servers.processes import wait_until
from config.settings import ROOT, Config, load
from jobs import run
from jobs.children import Child, Children
from jobs.run import CannotRun, free_port, only_one, reset
from tests.conftest import House

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"

FALLS_ONCE = """
import pathlib, sys, time
mark = pathlib.Path("fell")
if not mark.exists():
    mark.touch()
    sys.exit("oh")
time.sleep(60)
"""


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[[str, str], Child]]:
    made: list[Child] = []

    def make(name: str, code: str) -> Child:
        command = [sys.executable, "-c", code]
        made.append(Child(name, command, environ=os.environ, folder=tmp_path, log=tmp_path / f"{name}.log"))
        return made[-1]

    yield make
    Children(made).end()


@pytest.mark.kill
def test_children_end_even_if_they_do_not_listen(
    child: Callable[[str, str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.children.PATIENCE", 0.5)
    quiet, stubborn = child("quiet", "import time; time.sleep(60)"), child("stubborn", STUBBORN)
    children = Children([quiet, stubborn])
    children.start()
    assert wait_until(lambda: "up" in stubborn.last_words(), 10)
    assert children.fallen() == []
    children.end()
    assert children.fallen() == [quiet, stubborn]


@pytest.mark.kill
def test_who_falls_is_started_again(child: Callable[[str, str], Child], tmp_path: Path) -> None:
    falling = child("falling", FALLS_ONCE)
    children = Children([falling])
    children.start()
    assert wait_until(falling.fell, 10)
    assert falling.last_words() == "oh"
    assert children.raise_fallen() == [falling]
    time.sleep(0.3)
    assert not falling.fell()


def settings(folder: Path, **more: str) -> Config:
    return load({"MOSTRADOR_HOME": str(folder), **more})


def test_a_second_run_of_the_same_home_is_told_so(tmp_path: Path) -> None:
    config = settings(tmp_path)
    with only_one(config), pytest.raises(CannotRun, match="already runs"), only_one(config):
        pass
    with only_one(config), only_one(settings(tmp_path, MOSTRADOR_NETWORK="fr")):
        pass


def test_a_taken_port_is_refused_if_chosen_and_passed_over_if_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotRun, match=f"Port {port} is taken"):
            free_port("127.0.0.1", port)
        monkeypatch.setattr(run, "DEFAULT_PORT", port)
        assert free_port("127.0.0.1", None) > port


@pytest.mark.parametrize("answer", ["no", "", "y"])
def test_a_reset_needs_a_plain_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    config = settings(tmp_path)
    (config.files_dir / "invoice").touch()
    (config.folder / "tombstones.jsonl").touch()
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    with pytest.raises(CannotRun, match="Nothing was deleted"):
        reset(config)
    assert (config.files_dir / "invoice").exists()
    monkeypatch.setattr("builtins.input", lambda _question: "Yes")
    reset(config)
    assert list(config.folder.iterdir()) == []


def test_a_reset_never_touches_a_named_database(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="never a database named by DATABASE_URL"):
        reset(settings(tmp_path, DATABASE_URL="postgresql://somewhere/else"))


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def descendants(marker: str) -> list[int]:
    """Every process that holds the marker in its environment: whatever descends from this run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "environ").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.database
@pytest.mark.kill
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_everything_starts_and_nothing_is_left(house: House, stop: signal.Signals) -> None:
    """As in production, with given servers: the demo and the private servers have their own tests."""
    port = free_port("127.0.0.1", None)
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MOSTRADOR_HOME": str(house.folder),
        "MOSTRADOR_PRODUCTION": "1",
        "DATABASE_URL": house.url,
        "DATABASE_OWNER_URL": house.owner_url,
        "REDIS_URL": house.redis_url,
        "SECRET_KEY": "s" * 48,
        "SMTP_URL": "smtp://localhost:1",
        "MOSTRADOR_BASE_URL": "https://localhost",
    }
    command = [sys.executable, "-m", "jobs.run", "--port", str(port)]
    running = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert wait_until(lambda: get(port, "/healthz") == 200 or running.poll() is not None, 60)
        for path in ("/", "/static/fonts/fonts.css", "/office/"):
            assert get(port, path) in {200, 302}
        assert len(descendants(str(house.folder))) >= 6
        running.send_signal(stop)
        told, _ = running.communicate(timeout=30)
        assert "Mostrador is ready" in told
        assert "https://localhost/" in told
    finally:
        running.kill()
        running.communicate()
    assert descendants(str(house.folder)) == []

"""Who uses the private servers now: processes of this machine, each by id and start time."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from config.servers.processes import Process


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold `lock`: one process at a time starts, stops or counts. The system frees it on death."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def living(file: Path) -> list[Process]:
    """The users that still live; those killed without a goodbye are forgotten."""
    try:
        noted = json.loads(file.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return [user for user in (Process(**entry) for entry in noted) if user.alive()]


def note(file: Path, users: list[Process]) -> None:
    file.write_text(json.dumps([asdict(user) for user in users]))

"""Processes by id and start time, so that a recycled id is never taken for an old process."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Process:
    """A process of this machine. `started` is whatever its system calls the start; "" if gone."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Process":
        return cls(pid, _started(pid))

    @classmethod
    def this(cls) -> "Process":
        return cls.of(os.getpid())

    def alive(self) -> bool:
        return bool(self.started) and _started(self.pid) == self.started

    def stop(self, signals: Sequence[signal.Signals], patience: float) -> None:
        """Send each signal in turn until the process is gone; `patience` in seconds for each."""
        for number in signals:
            if not self.alive():
                return
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return
            wait_until(lambda: not self.alive(), patience)


def stray(pid_file: Path, program: str) -> Process | None:
    """The process a server noted in its own file, if it lives and is that program: its starter was killed."""
    try:
        pid = int(pid_file.read_text().split()[0])
        command = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError, IndexError):
        return None
    return Process.of(pid) if command == program else None


class _Detached(subprocess.Popen[bytes]):
    """A child that outlives this object, and this process, on purpose: no warning that it still runs."""

    def __del__(self) -> None:
        return


def spawn(arguments: Sequence[str | Path], *, log: Path, folder: Path, options: Mapping[str, Any]) -> Process:
    """Start a program that goes on when we end, out of reach of our terminal's Ctrl-C."""
    with log.open("ab") as output:
        child = _Detached(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            start_new_session=True,
            **options,
        )
    return Process.of(child.pid)


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Whether `done()` became true within `seconds`; asked twenty times a second."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _started(pid: int) -> str:
    _reap(pid)
    if Path("/proc/self/stat").exists():
        return _started_by_proc(pid)
    listing = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = listing.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


def _started_by_proc(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The command in brackets may hold blanks: count the fields after it.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]


def _reap(pid: int) -> None:
    """Collect a child of ours that ended; a dead child would otherwise look alive."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return

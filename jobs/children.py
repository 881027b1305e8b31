"""The processes that ``bin/run`` starts: watched, started again if they fall, and all ended in the end."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.servers.processes import wait_until

PATIENCE = 10.0
"""Seconds a child has to end by itself."""
_PR_SET_PDEATHSIG = 1
_c = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """In the child: be told to end should our parent be killed without a chance to say so (Linux)."""
    if sys.platform == "linux":
        _c.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process in a group of its own, its talk in a log file."""

    def __init__(self, name: str, command: Sequence[str], *, environ: Mapping[str, str], folder: Path, log: Path):
        self.name = name
        self.log = log
        self._command = command
        self._environ = dict(environ)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                env=self._environ,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def fell(self) -> bool:
        """Whether it ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ask_to_end(self) -> None:
        """Tell it to finish what it is at."""
        self._signal(signal.SIGTERM)

    def end(self) -> None:
        """Wait for its end, and kill what is left of its group."""
        if self._process is None:
            return
        wait_until(self.fell, PATIENCE)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


class Children:
    """All of them."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._falls = dict.fromkeys((child.name for child in children), 0)

    def start(self) -> None:
        """Start all."""
        for child in self._children:
            child.start()

    def fallen(self) -> list[Child]:
        """Those that ended by themselves."""
        return [child for child in self._children if child.fell()]

    def raise_fallen(self) -> list[Child]:
        """Start again whoever fell, after a pause that grows with each fall; returns them."""
        fallen = self.fallen()
        for child in fallen:
            self._falls[child.name] += 1
            time.sleep(min(self._falls[child.name], 10))
            child.start()
        return fallen

    def end(self) -> None:
        """End all: first all are asked, then each is waited for, then killed."""
        for child in self._children:
            child.ask_to_end()
        for child in self._children:
            child.end()

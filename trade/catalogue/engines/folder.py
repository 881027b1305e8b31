"""Where the index lies: ``<folder>/<n>/`` one generation each, ``current`` names the one in force, ``lock`` its writer.

A generation is built beside the one in force and takes its place by the swap of one small file: readers never see
half of it, and a process that is killed while building leaves nothing but a folder that the next writer removes.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trade.catalogue.engines import AsItIs, Engine
from trade.catalogue.engines.tantivy import VERSION, TantivyIndex

CURRENT, LOCK, ALIVE, TOKEN = "current", "lock", "alive", "generation"
RELOAD_SECONDS: Final = 0.5
LOCK_SECONDS: Final = 0.05
SMALL: Final = 100_000
"""Up to so many books typeahead keeps the beginnings of every title from the first letter on."""


class Busy(Exception):
    """Another process writes the index."""


@dataclass(frozen=True)
class Generation:
    """One whole index: its folder, and the token under which the database notes changes for it."""

    path: Path
    token: str

    def open(self) -> TantivyIndex:
        """The index in it, with what was decided when it was begun: see :meth:`IndexFolder.begin`."""
        _, _, small, popular = self.token.split("-")
        return TantivyIndex(self.path, small=small == "s", popular=int(popular))


class IndexFolder:
    """The folder of one machine's copy."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """What this copy is called in the database."""
        return f"{socket.gethostname()}:{self.path}"

    def current(self) -> Generation | None:
        """The generation in force; None where there is none, or one that this version does not read."""
        try:
            path = self.path / (self.path / CURRENT).read_text(encoding="utf-8").strip()
            token = (path / TOKEN).read_text(encoding="utf-8").strip()
        except OSError:
            return None
        return Generation(path, token) if token.startswith(f"{VERSION}-") else None

    def opened(self) -> tuple[Generation, TantivyIndex] | None:
        """The generation in force and its index; None where there is none, or its files are broken."""
        generation = self.current()
        try:
            return None if generation is None else (generation, generation.open())
        except (OSError, ValueError):
            return None

    @contextmanager
    def locked(self, *, seconds: float) -> Iterator[None]:
        """Be the one writer; freed by the end of the process whatever ends it. Raises Busy when time is up."""
        self.path.mkdir(parents=True, exist_ok=True)
        deadline = time.perf_counter() + seconds
        with (self.path / LOCK).open("a") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.perf_counter() > deadline:
                        raise Busy() from None
                    time.sleep(LOCK_SECONDS)
            yield

    def begin(self, *, books: int, popular: int) -> Generation:
        """A new empty generation for so many books, not yet in force; ``popular`` bookshops make a book popular.

        Only under the lock.
        """
        kept = self.current()
        for old in self._generations():
            if kept is None or old != kept.path:
                shutil.rmtree(old, ignore_errors=True)
        number = 1 + max((int(old.name) for old in self._generations()), default=0)
        path = self.path / str(number)
        path.mkdir()
        token = f"{VERSION}-{secrets.token_hex(8)}-{'s' if books <= SMALL else 'l'}-{popular}"
        (path / TOKEN).write_text(token, encoding="utf-8")
        return Generation(path, token)

    def put_in_force(self, generation: Generation) -> None:
        """Let readers go over to a generation that is whole. The one before stays until the next is begun."""
        draft = self.path / f"{CURRENT}.draft"
        draft.write_text(generation.path.name, encoding="utf-8")
        os.replace(draft, self.path / CURRENT)

    def is_written(self) -> bool:
        """Whether some process is writing the index at this moment."""
        try:
            with self.locked(seconds=0):
                return False
        except Busy:
            return True

    def touch(self) -> None:
        """Leave a sign that the index process lives."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / ALIVE).touch()

    def alive_at(self) -> float | None:
        """When the index process last left a sign, in seconds of the system's clock; None for never."""
        try:
            return (self.path / ALIVE).stat().st_mtime
        except OSError:
            return None

    def _generations(self) -> list[Path]:
        return [path for path in self.path.iterdir() if path.name.isdigit() and path.is_dir()]


class IndexReader:
    """The newest state of a folder's index, for one process; looked for again at most twice a second.

    ``keep``, where given, brings the index up to date before every search: for tests and commands, which see
    their own changes at once. Web processes leave that to the index process.
    """

    def __init__(self, folder: IndexFolder, *, keep: Callable[[IndexReader], None] | None = None) -> None:
        self.folder = folder
        self._keep = keep
        self._keeping = False
        self._generation: Generation | None = None
        self._engine: TantivyIndex = TantivyIndex()
        self._looked = 0.0
        self._written = 0.0

    def engine(self) -> Engine:
        """The engine to ask; an empty one while no index is built."""
        if self._keep is not None and not self._keeping:
            self._keeping = True
            try:
                self._keep(self)
            finally:
                self._keeping = False
        return self.opened(now=self._keep is not None)

    def as_it_is(self) -> AsItIs | None:
        """The index as it lies, nothing brought up to date; None where there is none."""
        generation = self.folder.current()
        if generation is None:
            return None
        busy = self.folder.is_written()
        return AsItIs(self.folder.name, generation.token, busy, self.opened(now=True))

    @property
    def ready(self) -> bool:
        """Whether there is an index at all."""
        return self._generation is not None or self.folder.current() is not None

    def opened(self, *, now: bool = False) -> TantivyIndex:
        """The newest state; ``now``: look for it whenever it was looked for last."""
        if not now and time.perf_counter() - self._looked < RELOAD_SECONDS:
            return self._engine
        self._looked = time.perf_counter()
        generation = self.folder.current()
        if generation is None:
            if self._generation is not None:
                self._generation, self._engine = None, TantivyIndex()
            return self._engine
        try:
            written = (generation.path / "meta.json").stat().st_mtime_ns
            if generation != self._generation:
                self._engine = generation.open()
                self._generation, self._written = generation, written
            elif written != self._written:
                self._engine.reload()
                self._written = written
        except (OSError, ValueError):
            self._looked = 0.0  # its folder was just removed: look again
        return self._engine

"""The one clock of the edge. Domain functions get ``at=``; only views, jobs and commands ask here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic


def _system_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Tells the time in UTC; a file can move it for every process at once (``MOSTRADOR_CLOCK``, demo only).

    The file holds one ISO 8601 duration in seconds (``+86400``) to add to the real time. An absent or empty
    file means the real time. Raises ValueError where the file holds something else.
    """

    file: Path | None = None
    system: Callable[[], datetime] = _system_now

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self.system() + self.offset()

    def offset(self) -> timedelta:
        """How far the clock is moved."""
        if self.file is None or not self.file.exists():
            return timedelta(0)
        text = self.file.read_text(encoding="utf-8").strip()
        return timedelta(seconds=float(text)) if text else timedelta(0)

    def move_to(self, moment: datetime) -> None:
        """Make ``moment`` the present, for every process that reads the file. Raises ValueError without a file."""
        if self.file is None:
            raise ValueError("This installation has no movable clock: set MOSTRADOR_CLOCK to a file.")
        seconds = (moment - self.system()).total_seconds()
        self.file.write_text(f"{seconds:.6f}\n", encoding="utf-8")


def stopwatch() -> Callable[[], float]:
    """Tells the seconds since it was made, for giving up on calls outside; no movable clock moves it."""
    begun = monotonic()
    return lambda: monotonic() - begun

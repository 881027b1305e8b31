"""The figures of a bench: told one a line, compared with their goals; wrong answers end it with status 1.

A bench module ends with::

    if __name__ == "__main__":
        main(measure, scale=200_000, scale_means="stock rows")
"""

from __future__ import annotations

import argparse
import gc
import json
import operator
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

_GOAL = re.compile(r"^(?P<sign><=|>=)\s*(?P<number>[0-9][0-9_.]*)(?P<ratio>x?)$")
_SIGNS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


@dataclass
class _Report:
    """What this process has told so far."""

    as_json: bool = False
    wrong: list[str] = field(default_factory=list)


_report = _Report()


def figure(
    name: str, value: float, unit: str, *, ratio: float | None = None, of: str = "", goal: str | Sequence[str] = ()
) -> None:
    """Tell one figure.

    ``ratio`` is the figure beside another one of the same run, which ``of`` names. A goal is ">=250000" or "<=5"
    of the value, or "<=10x" of the ratio; of several all must be met. Raises ValueError for a goal that is none.
    """
    goals = [goal] if isinstance(goal, str) else list(goal)
    met = all(_met(wanted, value, ratio) for wanted in goals) if goals else None
    if _report.as_json:
        told: dict[str, Any] = {"name": name, "value": _short(value), "unit": unit}
        told |= {} if ratio is None else {"ratio": _short(ratio), "of": of}
        told |= {} if met is None else {"goal": goals, "met": met}
        _write(json.dumps(told))
        return
    words = [name, str(_short(value)), unit]
    words += [] if ratio is None else [f"ratio={_short(ratio)}", f"of={of}"]
    words += [] if met is None else [f"goal={','.join(goals)}", "met" if met else "short"]
    _write(" ".join(words))


def _met(goal: str, value: float, ratio: float | None) -> bool:
    found = _GOAL.match(goal)
    if not found or (found["ratio"] and ratio is None):
        raise ValueError(f"“{goal}” is no goal of this figure.")
    measured = ratio if found["ratio"] and ratio is not None else value
    return _SIGNS[found["sign"]](measured, float(found["number"].replace("_", "")))


def _short(value: float) -> float | int:
    """Three digits that count, whole where there are more before the point."""
    if abs(value) >= 100:
        return round(value)
    return float(f"{value:.3g}")


def note(text: str) -> None:
    """A remark for whoever reads the figures; on standard error, so that ``--json`` stays JSON."""
    sys.stderr.write(f"# {text}\n")
    sys.stderr.flush()


def check(holds: bool, what: str) -> None:
    """Note a wrong answer: the bench goes on, and ends with status 1."""
    if not holds:
        _report.wrong.append(what)
        note(f"WRONG: {what}")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# --- measuring ---------------------------------------------------------------------------------------


@dataclass
class Lap:
    """Seconds that a block took."""

    seconds: float = 0.0


@contextmanager
def lap() -> Iterator[Lap]:
    """Measure a block; the garbage of what came before is collected first."""
    gc.collect()
    measured = Lap()
    start = time.perf_counter()
    try:
        yield measured
    finally:
        measured.seconds = time.perf_counter() - start


def milliseconds(work: Callable[[], object]) -> float:
    """What one call takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    if len(values) < 2:
        return (values[0], values[0])
    return median(values), quantiles(values, n=20, method="inclusive")[-1]


def peak_mebibytes() -> float:
    """The most memory that this process has had so far, or since :func:`forget_peak`.

    Linux's own mark of this program: ``ru_maxrss`` would begin with the memory of whoever started it.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    marks = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(marks["VmHWM"].split()[0]) / 1024


def forget_peak() -> None:
    """Let the peak begin anew (on Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def main(measure: Callable[[int], None], *, scale: int, scale_means: str) -> None:
    """The command line of a bench: runs ``measure(scale)`` and ends the process, with 1 where an answer was wrong."""
    described = sys.modules[measure.__module__].__doc__
    parser = argparse.ArgumentParser(description=described, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=scale, help=f"{scale_means} (default: {scale})")
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    options = parser.parse_args()
    _report.as_json = options.json
    note(f"{scale_means}: {options.scale}; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    measure(options.scale)
    sys.exit(1 if _report.wrong else 0)

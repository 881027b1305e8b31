"""What runs by the clock: one table. A period's work runs once, whoever asks how often (unique row, then effect)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

Period = Callable[[datetime], str]
"""The period that has begun last at a moment of the network's local time, as text."""


def daily(at: time) -> Period:
    """Once a day from `at` on; before it, yesterday's run is the last due."""
    return lambda local: (local.date() if local.time() >= at else local.date() - timedelta(days=1)).isoformat()


def every(*, minutes: int) -> Period:
    """Once in each stretch of so many minutes (a divisor of 60), in UTC: an hour that comes twice counts twice."""
    return lambda local: f"{local.astimezone(UTC):%Y-%m-%dT%H}:{local.minute // minutes * minutes:02}"


@dataclass(frozen=True)
class Entry:
    """Effects of `kind` fall due once a `period`; those of the demo never do in production."""

    kind: str
    period: Period
    demo_only: bool = False


SCHEDULE = (
    Entry("reservations.mark_late", every(minutes=5)),
    Entry("reservations.lapse", daily(time(4, 0))),
    Entry("sales.watch", every(minutes=5)),
    Entry("stock.demo_resend", daily(time(2, 0)), demo_only=True),
    Entry("catalogue.prices", every(minutes=5)),
    Entry("catalogue.ask", daily(time(1, 0))),
    Entry("catalogue.covers", every(minutes=60)),
    Entry("stock.settings", every(minutes=5)),
    Entry("presales.move", daily(time(0, 5))),
    Entry("distributors.folder", every(minutes=5)),
    Entry("distributors.pull", daily(time(2, 30))),
    Entry("stock.folder", every(minutes=5)),
    Entry("stock.pull", every(minutes=60)),
    Entry("stock.rare", daily(time(3, 30))),
    Entry("stock.watch", every(minutes=60)),
    Entry("gift_cheques.expire", daily(time(0, 30))),
    Entry("payments.sweep", every(minutes=5)),
    Entry("payments.check_all", daily(time(2, 30))),
    Entry("payments.reseal", daily(time(4, 30))),
    Entry("shipping.reseal", daily(time(4, 35))),
    Entry("privacy.remind", daily(time(6, 0))),
    Entry("privacy.retain", daily(time(5, 0))),
)

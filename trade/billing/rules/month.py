"""A month as it is closed: its first and last day, and its borders in the network's time zone (A36)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trade.base.errors import Refused
from trade.base.text import N_

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month; ``str()`` is ``2026-10``, the form in which it is stored and typed."""

    first: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        """The month after."""
        return Month((self.first + timedelta(days=31)).replace(day=1))

    def start(self, time_zone: str) -> datetime:
        """The first moment of the month in that zone, as UTC."""
        return datetime.combine(self.first, time(), ZoneInfo(time_zone)).astimezone(UTC)

    def end(self, time_zone: str) -> datetime:
        """The first moment after the month in that zone, as UTC."""
        return self.next.start(time_zone)


def read_month(typed: str) -> Month:
    """The month written ``YYYY-MM``. Raises Refused for anything else."""
    found = _MONTH.fullmatch(typed.strip())
    if found is None:
        raise Refused(N_("Write the month as year and month, for example 2026-10."), field="month")
    return Month(date(int(found[1]), int(found[2]), 1))


def month_of(moment: datetime, time_zone: str) -> Month:
    """The month a moment belongs to in that zone."""
    return Month(moment.astimezone(ZoneInfo(time_zone)).date().replace(day=1))


def check_over(month: Month, *, time_zone: str, at: datetime, undo_minutes: int) -> None:
    """Refused while redemptions of the month can still come or be undone by the bookshop."""
    ready = month.end(time_zone) + timedelta(minutes=undo_minutes)
    if at < ready:
        local = ready.astimezone(ZoneInfo(time_zone))
        raise Refused(
            N_("%(month)s is not over: it can be closed from %(day)s at %(hour)s on."),
            field="month",
            month=str(month),
            day=local.date(),
            hour=f"{local:%H:%M}",
        )

"""May a reader still withdraw, and from which copies (Directive 2011/83, articles 9 and 11a)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from trade.orders.rules.money import Sold


@dataclass(frozen=True, slots=True)
class Window:
    """The last day on which a reader may withdraw; None while she does not have the books: it has not begun."""

    last: date | None

    def is_open(self, day: date) -> bool:
        """Whether the declaration is in time on this day; the whole last day is."""
        return self.last is None or day <= self.last


def window(*, had_at: datetime | None, days: int, zone: ZoneInfo) -> Window:
    """Counted from the day after the reader had the books, by the bookshop's calendar; the last day is whole."""
    if had_at is None:
        return Window(None)
    return Window(had_at.astimezone(zone).date() + timedelta(days=days))


def withdrawable(lines: Sequence[Sold], *, declared: Mapping[int, int]) -> dict[int, int]:
    """For each line the copies that can still be withdrawn: not refunded, not declared before."""
    left = {line.line_id: line.copies - line.returned - declared.get(line.line_id, 0) for line in lines}
    return {line: copies for line, copies in left.items() if copies > 0}

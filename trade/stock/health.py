"""How well a bookshop's stock feed does: what came on each day, its titles in time, and how true its stock is.

Values in, values out. Days are the network's; shares are per hundred and whole, each rounded once, half up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from trade.base.money import PER
from trade.stock.rules import Freshness, FreshnessLimits, freshness

HUNDRED = 100
DAY = timedelta(days=1)
SCORE_DAYS = 90
"""The truth score looks back so many days."""
FEWEST_ANSWERS = 5
"""Fewer answered reservations than this say nothing about a bookshop."""


class DayState(StrEnum):
    """What became of a bookshop's stock on one day."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    HELD = "held"
    REFUSED = "refused"
    LATE = "late"
    HIDDEN = "hidden"
    NONE = "none"


_BY_FILE = (
    ("compared", DayState.HELD),
    ("held", DayState.HELD),
    ("applied", DayState.APPLIED),
    ("unchanged", DayState.UNCHANGED),
    ("reverted", DayState.HELD),
    ("rejected", DayState.HELD),
    ("superseded", DayState.HELD),
    ("refused", DayState.REFUSED),
)
"""What a day was, by what became of its files: a file that waits for a person first, then the best."""
_BY_AGE = {Freshness.EXPIRED: DayState.HIDDEN, Freshness.STALE: DayState.LATE, Freshness.LATE: DayState.LATE}
GOOD_STATES = ("applied", "unchanged")
MISSED = frozenset({DayState.HELD, DayState.REFUSED, DayState.LATE, DayState.HIDDEN})
"""No good file came on such a day, and one was due."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Files of one bookshop that arrived on one day, were finished on one (None: they wait) and share their state.

    ``gained``: titles that they added minus those they removed; ``last_at``: how old stock is by the last of them.
    """

    on: date
    finished_on: date | None
    state: str
    gained: int
    read: int
    refused: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One day: ``titles`` in stock at its end (None before the first file); ``cliff``: far fewer than yesterday."""

    on: date
    state: DayState
    titles: int | None
    cliff: bool = False


@dataclass(frozen=True)
class Before:
    """What is known from before the days looked at: the last good file, and how many titles there are now."""

    good_at: datetime | None = None
    titles_now: int = 0


def days_of(
    sent: Sequence[Sent],
    *,
    before: Before,
    at: datetime,
    zone: ZoneInfo,
    limits: FreshnessLimits,
    cliff_share: int,
    count: int,
) -> list[Day]:
    """The last ``count`` days of a feed, today last.

    A day without a good file is held or refused if such a file came, else late or hidden if the stock had grown too
    old by its end (today: by now), else nothing was due. ``cliff_share`` (per ten thousand) is the fall from one day
    to the next that is an alarm.
    """
    today = at.astimezone(zone).date()
    every = [today - timedelta(days=back) for back in range(count - 1, -1, -1)]
    titles = _titles(sent, every, before)
    states: dict[date, set[str]] = {}
    good: dict[date, datetime] = {}
    for files in sent:
        states.setdefault(files.on, set()).add(files.state)
        if files.state in GOOD_STATES:
            good[files.on] = max(files.last_at, good.get(files.on, files.last_at))
    days, good_at = [], before.good_at
    for place, on in enumerate(every):
        good_at = good.get(on, good_at)
        end = min(datetime.combine(on + DAY, datetime.min.time(), zone), at)
        cliff = place > 0 and is_cliff(titles[place - 1], titles[place], share=cliff_share)
        state = _state(states.get(on, set()), freshness(received_at=good_at, at=end, limits=limits))
        days.append(Day(on, state, titles[place], cliff))
    return days


def _state(became: Set[str], age: Freshness) -> DayState:
    for state, told in _BY_FILE:
        if state in became:
            return told
    return _BY_AGE.get(age, DayState.NONE)


def _titles(sent: Sequence[Sent], every: Sequence[date], before: Before) -> list[int | None]:
    """Titles at the end of each day, counted back from those of now; None before the first good file."""
    gained: Counter[date] = Counter()
    for files in sent:
        if files.state in ("applied", "reverted") and files.finished_on is not None:
            gained[files.finished_on] += files.gained
    first = date.min if before.good_at else min((f.on for f in sent if f.state in GOOD_STATES), default=date.max)
    found: list[int | None] = []
    left = before.titles_now
    for on in reversed(every):
        found.append(max(left, 0) if on >= first else None)
        left -= gained[on]
    return found[::-1]


def is_cliff(before: int | None, after: int | None, *, share: int) -> bool:
    """Whether stock fell by ``share`` (per ten thousand) or more from one day to the next."""
    return bool(before) and after is not None and before is not None and (before - after) * PER >= share * before


# --- the truth score ---------------------------------------------------------------------------------


class Doubt(StrEnum):
    """What makes a bookshop's stock less true."""

    NOT_ON_SHELF = "not_on_shelf"
    MISSED_DAYS = "missed_days"
    REFUSED_LINES = "refused_lines"
    HIDDEN_TITLES = "hidden_titles"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score: ``count`` of ``of`` were wrong, which costs ``lost`` points; None: too few to say."""

    doubt: Doubt
    count: int
    of: int
    points: int
    lost: int | None


@dataclass(frozen=True)
class Truth:
    """How true a bookshop's stock is: 100 minus the points lost; None before its first file."""

    score: int | None
    parts: list[Part] = field(default_factory=list)


Share = tuple[int, int]


def truth(shares: Mapping[Doubt, Share], *, points: Mapping[Doubt, int], ever_sent: bool = True) -> Truth:
    """The truth score. ``shares`` tell how many of how many were wrong; each per cent of them costs ``points``.

    A part loses at most 100 points, rounded half up; the score is 100 minus all parts and never below 0. Fewer than
    five answered reservations say nothing, and neither does a part of which there is none at all.
    """
    if not ever_sent:
        return Truth(None)
    parts = [_part(doubt, *shares.get(doubt, (0, 0)), points[doubt]) for doubt in Doubt]
    return Truth(max(HUNDRED - sum(part.lost or 0 for part in parts), 0), parts)


def _part(doubt: Doubt, count: int, of: int, points: int) -> Part:
    fewest = FEWEST_ANSWERS if doubt is Doubt.NOT_ON_SHELF else 1
    if of < fewest:
        return Part(doubt, count, of, points, None)
    lost = (2 * HUNDRED * points * count + of) // (2 * of)
    return Part(doubt, count, of, points, min(lost, HUNDRED))


def refused_lines(sent: Sequence[Sent]) -> Share:
    """Refused lines of all lines of the good files."""
    good = [files for files in sent if files.state in GOOD_STATES]
    return sum(files.refused for files in good), sum(files.read for files in good)


def missed_days(days: Sequence[Day]) -> Share:
    """Days without a good file of the days since the first good one; today counts once something came or is due."""
    since = next((place for place, day in enumerate(days) if day.titles is not None), len(days))
    counted = [day.state for day in days[since:]]
    if counted and counted[-1] is DayState.NONE:
        counted.pop()
    return sum(state in MISSED for state in counted), len(counted)

"""How the feed of a bookshop is drawn and worded, for staff and for the bookshop alike: days, titles, truth score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from trade.base.text import N_
from trade.stock.health import Day, DayState, Doubt, Part, Truth
from trade.stock.models import FeedRun
from trade.stock.readers import readers
from web.database import session
from web.language import number, percent, say, short_day

HEIGHT = 100
STRIP_DAYS = 30

#: What a day is called, in the order of the legend.
DAYS = {
    DayState.APPLIED: N_("applied"),
    DayState.UNCHANGED: N_("unchanged"),
    DayState.LATE: N_("late"),
    DayState.HELD: N_("held or not used"),
    DayState.REFUSED: N_("unreadable"),
    DayState.HIDDEN: N_("hidden, too old"),
    DayState.NONE: N_("nothing due"),
}

#: How a file came.
ORIGINS = {
    "upload": N_("sent by hand"),
    "folder": N_("from the folder"),
    "push": N_("sent by your software"),
    "pull": N_("fetched from your software"),
    "command": N_("from the command line"),
    "demo": N_("sample"),
    "revert": N_("back to the stock before"),
    "replay": N_("read again"),
}


def origin(run: FeedRun) -> str:
    """How a file came, in words."""
    return gettext(ORIGINS[run.origin]) if run.origin in ORIGINS else run.origin


def format_names() -> dict[str, str]:
    """Every format a file may be read in, by its key, as it is called here."""
    return {reader.name: say(reader.title) for reader in readers(session())}


def took(run: FeedRun) -> str:
    """How long its work took; empty where nobody measured."""
    if run.took_ms is None:
        return ""
    return gettext("%(seconds)s s", seconds=number(round(run.took_ms / 1000, 1 if run.took_ms < 60_000 else 0)))


def legend() -> list[tuple[str, str]]:
    """Every state of a day with its word."""
    return [(state.value, gettext(word)) for state, word in DAYS.items()]


def strip(history: Sequence[Day]) -> dict[str, Any]:
    """The states of the last 30 days, and the same in words for who does not see them."""
    days = history[-STRIP_DAYS:]
    counts = Counter(day.state for day in days)
    told = [f"{counts[state]} {gettext(word)}" for state, word in DAYS.items() if counts[state]]
    today = gettext("today: %(state)s", state=gettext(DAYS[days[-1].state]))
    return {"states": [day.state.value for day in days], "label": f"{', '.join(told)}; {today}"}


def trend(days: Sequence[Day]) -> str:
    """By how much titles grew in the days of the strip, signed; empty where there were none."""
    known = [day.titles for day in days[-STRIP_DAYS - 1 :] if day.titles is not None]
    if len(known) < 2 or not known[0] or known[-1] is None:
        return ""
    share = (known[-1] - known[0]) * 10_000 // known[0]
    return f"{'+' if share > 0 else ''}{percent(share, 1)}"


# --- titles in time ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimePlot:
    """Titles in stock day by day as paths in a box ``width`` wide and HEIGHT high; a step a day.

    ``proposed`` is what a file that waits would make of it; ``falls`` are the cliffs, by place and in words.
    """

    width: int
    top: int
    line: str
    proposed: str
    cliffs: list[int]
    falls: list[str]
    first: str
    rows: list[tuple[str, str, int | None, bool]]
    label: str


def time_plot(days: Sequence[Day], *, proposed: int | None = None) -> TimePlot | None:
    """The plot of a bookshop's titles in time; None before its first file."""
    known = [day.titles for day in days if day.titles is not None]
    if not known:
        return None
    top = _round_up(max(*known, proposed or 0, 1))

    def y(titles: int) -> float:
        return round(HEIGHT - titles / top * HEIGHT, 2)

    line, drawing = [], False
    for place, day in enumerate(days):
        if day.titles is not None:
            line.append(f"{'V' if drawing else f'M{place} '}{y(day.titles)}H{place + 1}")
        drawing = day.titles is not None
    width = len(days) + (6 if proposed is not None else 0)
    would = f"M{len(days)} {y(known[-1])}V{y(proposed)}H{width}" if proposed is not None else ""
    cliffs = [place for place, day in enumerate(days) if day.cliff]
    return TimePlot(
        width=width,
        top=top,
        line="".join(line),
        proposed=would,
        cliffs=cliffs,
        falls=[_fall(days[place - 1], days[place]) for place in cliffs],
        first=short_day(days[0].on),
        rows=[(short_day(day.on), gettext(DAYS[day.state]), day.titles, day.cliff) for day in reversed(days)],
        label=gettext(
            "Titles in stock on each of the last %(days)s days, from %(least)s to %(most)s; now %(now)s.",
            days=len(days),
            least=number(min(known)),
            most=number(max(known)),
            now=number(known[-1]),
        ),
    )


def _round_up(most: int) -> int:
    """The next number with two leading digits, so that the axis ends on a round one."""
    step = max(10 ** (len(str(most)) - 2), 1)
    return -(-most // step) * step


def _fall(before: Day, after: Day) -> str:
    had, has = before.titles or 0, after.titles or 0
    return gettext(
        "%(day)s: from %(before)s titles to %(after)s (%(share)s)",
        day=short_day(after.on),
        before=number(had),
        after=number(has),
        share=percent((has - had) * 10_000 // max(had, 1), 0),
    )


# --- the truth score ---------------------------------------------------------------------------------


def why(found: Truth) -> list[dict[str, Any]]:
    """Each part of a truth score: what was counted, what it costs, and the rule."""
    return [
        {
            "title": _counted(part),
            "lost": part.lost,
            "rule": ngettext("%(num)s point for each 1 %%", "%(num)s points for each 1 %%", part.points),
        }
        for part in found.parts
    ]


def _counted(part: Part) -> str:
    values = {"count": number(part.count), "of": number(part.of)}
    if part.doubt is Doubt.NOT_ON_SHELF:
        if part.lost is None:
            return gettext("%(of)s reservations answered: too few to judge by.", **values)
        return gettext("%(count)s of %(of)s answered reservations were not on the shelf.", **values)
    if part.doubt is Doubt.MISSED_DAYS:
        return gettext("%(count)s of %(of)s days without a good file.", **values)
    if part.doubt is Doubt.REFUSED_LINES:
        return gettext("%(count)s of %(of)s lines refused.", **values)
    return gettext("%(count)s of %(of)s titles hidden for their price.", **values)

"""Settings of the working-day clock: the network's week and its opening window (A05, T132)."""

from __future__ import annotations

from datetime import time
from typing import Any

from trade.base.errors import Refused
from trade.base.settings import Setting, declare
from trade.base.text import N_

WEEKS = {
    "mon_fri": frozenset(range(1, 6)),
    "mon_sat": frozenset(range(1, 7)),
    "every_day": frozenset(range(1, 8)),
}


def _wall_time(value: Any) -> None:
    try:
        found = time.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or len(value) != 5:
        raise Refused(N_("Write a time of day like 10:00."))


WORKING_WEEK = declare(
    Setting(
        key="calendar.working_week",
        kind="choice",
        label=N_("Working week"),
        help=N_("The days that count for deadlines. Closing days can only be set on these days."),
        default="mon_fri",
        choices=(
            ("mon_fri", N_("Monday to Friday")),
            ("mon_sat", N_("Monday to Saturday")),
            ("every_day", N_("Every day")),
        ),
        section="calendar",
    )
)

OPENS = declare(
    Setting(
        key="calendar.opens",
        kind="text",
        label=N_("Deadlines run from"),
        help=N_("The hour at which the clock of deadlines starts on a working day, in the bookshop's time zone."),
        maximum=5,
        section="calendar",
        check=_wall_time,
    )
)

CLOSES = declare(
    Setting(
        key="calendar.closes",
        kind="text",
        label=N_("Deadlines run until"),
        help=N_("The hour at which the clock of deadlines stops on a working day, in the bookshop's time zone."),
        maximum=5,
        section="calendar",
        check=_wall_time,
    )
)

LONGEST_VACATION = declare(
    Setting(
        key="calendar.longest_vacation",
        kind="integer",
        label=N_("Longest vacation"),
        help=N_("A bookshop cannot stop orders for longer than this without talking to the network."),
        unit=N_("days"),
        minimum=1,
        maximum=366,
        section="calendar",
    )
)

"""``clock``: shows or moves the demo's clock, for every process at once."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jobs.commands.answers import Answer, verb
from jobs.context import Context
from trade.base.errors import Refused
from trade.base.text import N_

_STEP = re.compile(r"^\+([0-9]{1,5})(m|h|d)$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def add(verbs: Any) -> None:
    """Declare the verb and its arguments."""
    made = verb(
        verbs,
        "clock",
        help="show the clock, or move it in a demo",
        detail="MOSTRADOR_CLOCK names the file that every process reads; production refuses to be moved. A moment is "
        "written 2026-12-01T09:00 in the network's time zone, a step +30m, +5h or +2d; “real” goes back to real time.",
        example="clock +2d",
    )
    made.add_argument("moment", nargs="?", metavar="MOMENT", help="where to move the clock to; shows it if left out")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Show or move the clock. Raises Refused in production, without a clock file, and for what is no moment."""
    if options.moment is not None:
        _move(options.moment, context)
    now = context.now()
    moved = int(context.clock.offset().total_seconds())
    local = now.astimezone(ZoneInfo(context.profile.time_zone))
    text = f"{local:%Y-%m-%d %H:%M %Z}" + (f", moved by {timedelta(seconds=moved)}" if moved else "")
    return Answer({"now": now.isoformat(timespec="seconds"), "moved_seconds": moved}, text)


def _move(words: str, context: Context) -> None:
    if context.config.production:
        raise Refused(N_("In production nobody moves the clock."))
    if context.clock.file is None:
        raise Refused(N_("Set MOSTRADOR_CLOCK to a file that every process reads; then the clock can be moved."))
    if words == "real":
        context.clock.file.unlink(missing_ok=True)
    else:
        context.clock.move_to(_moment(words, context))


def _moment(words: str, context: Context) -> datetime:
    step = _STEP.match(words)
    if step:
        return context.now() + timedelta(**{_UNITS[step[2]]: int(step[1])})
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise Refused(N_("“%(moment)s” is no moment: write 2026-12-01T09:00, +2d or real."), moment=words) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(context.profile.time_zone))

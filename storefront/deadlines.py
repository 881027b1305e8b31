"""Why a deadline is when it is, in a reader's words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from trade.base.text import N_
from trade.calendar.rules import AllowanceUnit, DayKind, Deadline, Stretch
from web.language import short_day

CAUSES = {
    DayKind.WEEKEND: N_("no working day"),
    DayKind.CLOSING_DAY: N_("closed"),
    DayKind.VACATION: N_("vacation"),
}


def reasons(deadline: Deadline) -> list[str]:
    """The time allowed, and the days that do not count."""
    lines = [allowed(deadline)]
    lines += [skipped(stretch) for stretch in deadline.skipped]
    return lines


def allowed(deadline: Deadline) -> str:
    """The time the bookshop has."""
    amount = deadline.allowance.amount
    if deadline.allowance.unit is AllowanceUnit.WORKING_HOURS:
        return ngettext("It has %(num)s working hour.", "It has %(num)s working hours.", amount)
    return ngettext("It has %(num)s working day.", "It has %(num)s working days.", amount)


def skipped(stretch: Stretch) -> str:
    """Days that do not count, and why."""
    cause = stretch.name or _(CAUSES[stretch.kind])
    if stretch.days == 1:
        return _("%(day)s does not count: %(cause)s.", day=short_day(stretch.first), cause=cause)
    return _(
        "%(first)s to %(last)s do not count: %(cause)s.",
        first=short_day(stretch.first),
        last=short_day(stretch.last),
        cause=cause,
    )

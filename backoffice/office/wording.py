"""Deadlines, days and causes in the reader's language: the only place of the office that words them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from babel.dates import format_date
from babel.lists import format_list
from flask_babel import get_locale, gettext, ngettext

from trade.calendar.rules import AllowanceUnit, DayKind, Deadline, Stretch, WorkingCalendar
from web.language import hour, zone

LONG = {"es": "EEEE d 'de' MMMM"}


def _locale() -> str:
    return str(get_locale() or "en")


def local_date(value: date | datetime) -> date:
    """The date of a moment where the page speaks."""
    return value.astimezone(zone()).date() if isinstance(value, datetime) else value


def long_day(value: date | datetime) -> str:
    """Tuesday 24 November."""
    return format_date(local_date(value), LONG.get(_locale(), "EEEE d MMMM"), locale=_locale())


def brief_day(value: date | datetime) -> str:
    """Tue 24."""
    return format_date(local_date(value), "EEE d", locale=_locale())


def day_and_month(value: date | datetime) -> str:
    """Tue 24 Nov."""
    return format_date(local_date(value), "EEE d MMM", locale=_locale())


def month_name(value: date) -> str:
    """November, without the year."""
    return format_date(value, "LLLL", locale=_locale()).capitalize()


def day_hour(value: datetime) -> str:
    """Tue 24 Nov, 18:00."""
    return f"{day_and_month(value)}, {hour(value)}"


def joined(parts: Iterable[str]) -> str:
    """A list in words: a, b and c."""
    return format_list(list(parts), locale=_locale())


def duration(value: timedelta) -> str:
    """A stretch of time at the grain that matters: minutes, hours with minutes, or days."""
    minutes = max(int(value.total_seconds() // 60), 0)
    if minutes < 60:
        return gettext("%(minutes)s min", minutes=minutes)
    if minutes < 24 * 60 and minutes % 60 == 0:
        return gettext("%(hours)s h", hours=minutes // 60)
    if minutes < 24 * 60:
        return gettext("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60))


def due_words(*, due: datetime, at: datetime, day_told: bool = False) -> tuple[str, str]:
    """The due time of a row and the time left or over: ("13:00", "2 h 18 min left").

    ``day_told`` says that a heading has named the day already.
    """
    same_day = local_date(due) == local_date(at)
    main = hour(due) if same_day or day_told else f"{brief_day(due)}, {hour(due)}"
    if at > due:
        return main, gettext("%(time)s late", time=duration(at - due))
    return main, gettext("%(time)s left", time=duration(due - at))


def stretch_words(stretch: Stretch) -> str:
    """A closed stretch with its cause: "Mon 7 Dec (closing day, Inventory)"."""
    days = day_and_month(stretch.first)
    if stretch.last != stretch.first:
        days = f"{days} – {day_and_month(stretch.last)}"
    kind = {
        DayKind.WEEKEND: gettext("weekend"),
        DayKind.CLOSING_DAY: gettext("closing day"),
        DayKind.VACATION: gettext("vacation"),
    }[stretch.kind]
    return f"{days} ({kind}, {stretch.name})" if stretch.name else f"{days} ({kind})"


def because(deadline: Deadline, calendar: WorkingCalendar) -> list[str]:
    """Why the deadline is what it is, one sentence a cause (T133, T134)."""
    sentences = []
    if deadline.waited:
        sentences.append(
            gettext(
                "It came in outside working hours, so the clock started on %(moment)s.",
                moment=day_hour(deadline.counts_from),
            )
        )
    sentences.append(allowance_words(deadline, calendar))
    if deadline.skipped:
        days = joined(stretch_words(stretch) for stretch in deadline.skipped)
        sentences.append(gettext("These days do not count: %(days)s.", days=days))
    return sentences


def allowance_words(deadline: Deadline, calendar: WorkingCalendar) -> str:
    """The allowance as a sentence."""
    amount = deadline.allowance.amount
    if deadline.allowance.unit is AllowanceUnit.WORKING_DAYS:
        return ngettext(
            "The time to answer is %(num)s working day.", "The time to answer is %(num)s working days.", amount
        )
    return ngettext(
        "The time to answer is %(num)s working hour, counted from %(opens)s to %(closes)s.",
        "The time to answer is %(num)s working hours, counted from %(opens)s to %(closes)s.",
        amount,
        opens=f"{calendar.opens:%H:%M}",
        closes=f"{calendar.closes:%H:%M}",
    )


def briefly_because(deadline: Deadline) -> str:
    """The bookshop's own causes in one clause for a row of the queue; empty where only weekends count."""
    closing = [s for s in deadline.skipped if s.kind is DayKind.CLOSING_DAY]
    away = [s for s in deadline.skipped if s.kind is DayKind.VACATION]
    clauses = []
    if closing:
        days = [brief_day(s.first + timedelta(days=n)) for s in closing for n in range(s.days)]
        clauses.append(ngettext("%(days)s is a closing day", "%(days)s are closing days", len(days), days=joined(days)))
    for stretch in away:
        clauses.append(gettext("you are on vacation until %(day)s", day=day_and_month(stretch.last)))
    return gettext("because %(causes)s", causes=joined(clauses)) if clauses else ""

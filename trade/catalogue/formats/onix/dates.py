"""Dates of ONIX in the formats of list 55, and as they are also written: 2011-08-31, 20130427T000000+0200."""

from __future__ import annotations

import re
from datetime import date, timedelta

from trade.catalogue.formats.onix.tags import Part

_ISLAMIC = frozenset({"20", "21", "25", "32"})
_WEEKS, _QUARTERS, _SEASONS = frozenset({"02", "08"}), frozenset({"03", "09"}), frozenset({"04", "10"})
_SEASON_MONTHS = {"1": 3, "2": 6, "3": 9, "4": 12}
_DIGITS = re.compile(r"^([0-9]{4})(?:-?([0-9]{2})(?:-?([0-9]{2}))?)?")


def date_in(part: Part | None, name: str = "Date") -> date | None:
    """The date of a composite with its format, or None; a span begins on its first day, a month on its first."""
    found = part.first(name) if part else None
    if part is None or found is None:
        return None
    return day_of(found.text(), found.element.get("dateformat") or part.text("DateFormat"))


def day_of(text: str, form: str = "") -> date | None:
    """The first day that a date means. What is no date of our calendar is None."""
    found = _DIGITS.match(text.strip())
    if form in _ISLAMIC or not found:
        return None
    year, rest = int(found[1]), text.strip()[4:]
    if not 1400 <= year <= 2100:
        return None
    try:
        if form in _WEEKS:
            return date(year, 1, 4) + timedelta(weeks=int(rest[:2]) - 1, days=-date(year, 1, 4).weekday())
        if form in _QUARTERS:
            return date(year, 3 * int(rest[:1]) - 2, 1)
        if form in _SEASONS:
            return date(year, _SEASON_MONTHS[rest[:1]], 1)
        return date(year, int(found[2] or 1), int(found[3] or 1))
    except (ValueError, KeyError):
        return None

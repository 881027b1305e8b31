"""Numbers, money, percents and dates as people type them in Spain and France, into what is stored.

Comma and point are both accepted as the decimal mark; spaces group thousands. What could mean two different
amounts ("1.234") is refused rather than guessed. Digits are ASCII only.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from trade.base.errors import Refused
from trade.base.text import N_

_GROUPED = re.compile(r"^([+-]?)([0-9]{1,3}(?:([.,])[0-9]{3})(?:\3[0-9]{3})*)([.,])([0-9]{1,6})$")
_PLAIN = re.compile(r"^([+-]?[0-9]{1,12})(?:[.,]([0-9]{1,6}))?$")
_ISO_DAY = re.compile(r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$")
_LOCAL_DAY = re.compile(r"^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$")


def decimal_number(typed: str) -> Decimal:
    """A number with or without decimals: ``1 234,5``, ``1.234,5``, ``-3``. Raises Refused."""
    compact = re.sub(r"[\s\u00a0\u202f]", "", typed)
    grouped = _GROUPED.match(compact)
    if grouped and grouped[3] != grouped[4]:
        whole = grouped[2].replace(grouped[3], "")
        return Decimal(f"{grouped[1]}{whole}.{grouped[5]}")
    if plain := _PLAIN.match(compact):
        return Decimal(f"{plain[1]}.{plain[2] or 0}").normalize()
    raise Refused(N_("“%(typed)s” is not a number. Write it like 12 or 12,5."), typed=typed[:40])


def whole_number(typed: str) -> int:
    """A number without decimals. Raises Refused."""
    number = decimal_number(typed)
    if number != number.to_integral_value():
        raise Refused(N_("“%(typed)s” has decimals: write a whole number."), typed=typed[:40])
    return int(number)


def money(typed: str) -> int:
    """An amount of euros as cents: ``12,50 €`` is 1250. Raises Refused for more than two decimals."""
    number = decimal_number(re.sub(r"(?:€|EUR)", "", typed, flags=re.IGNORECASE))
    cents = number * 100
    if cents != cents.to_integral_value():
        raise Refused(
            N_("“%(typed)s” is not an amount of euros. Use at most two decimals and no mark for thousands."),
            typed=typed[:40],
        )
    return int(cents)


def percent(typed: str) -> int:
    """A percentage as a rate per ten thousand: ``5,5 %`` is 550. Raises Refused for more than two decimals."""
    number = decimal_number(typed.replace("%", "")) * 100
    if number != number.to_integral_value():
        raise Refused(N_("“%(typed)s” has too many decimals: a percentage has at most two."), typed=typed[:40])
    return int(number)


def day(typed: str) -> date:
    """A date written ``2026-11-24`` or ``24/11/2026``. Raises Refused."""
    words = typed.strip()
    if found := _ISO_DAY.match(words):
        year, month, number = int(found[1]), int(found[2]), int(found[3])
    elif found := _LOCAL_DAY.match(words):
        year, month, number = int(found[3]), int(found[2]), int(found[1])
    else:
        raise Refused(N_("“%(typed)s” is not a date. Write it like 24/11/2026."), typed=words[:40])
    try:
        return date(year, month, number)
    except ValueError as error:
        raise Refused(N_("The day “%(typed)s” does not exist in the calendar."), typed=words) from error

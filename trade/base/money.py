"""Money is a whole number of cents, signed: positive is what the named party receives.

Rates are whole numbers per ten thousand (400 = 4 %). Every amount is rounded once, half up, where it
arises; the rest of a split is found by subtraction, never by a second rounding (requirements A23).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

PER = 10_000


def divide_half_up(numerator: int, denominator: int) -> int:
    """Whole-number division rounded half away from zero. ``denominator`` must be positive."""
    quotient, remainder = divmod(abs(numerator), denominator)
    if 2 * remainder >= denominator:
        quotient += 1
    return quotient if numerator >= 0 else -quotient


def share(cents: int, rate: int) -> int:
    """``rate`` per ten thousand of ``cents``, half up: ``share(1896, 700) == 133`` (F09)."""
    return divide_half_up(cents * rate, PER)


def net_of(gross: int, vat_rate: int) -> int:
    """The amount without VAT of a price that includes it: ``net_of(2000, 550) == 1896``."""
    return divide_half_up(gross * PER, PER + vat_rate)


def gross_of(net: int, vat_rate: int) -> int:
    """The amount with VAT of a price without it: ``gross_of(1442, 400) == 1500``."""
    return divide_half_up(net * (PER + vat_rate), PER)


def cents_of(amount: Decimal) -> int:
    """A decimal amount of euros as cents, half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def euros(cents: int) -> Decimal:
    """Cents as an exact decimal with two places, for files and forms."""
    return Decimal(cents).scaleb(-2)

"""Numbers, dates and money as people write them, by the document's language and not by the machine's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal

from trade.base.money import euros

MINUS = "\N{MINUS SIGN}"


class Words:
    """The ways of writing of one language: ``Words("es").money(128450)`` is ``1.284,50 €``."""

    def __init__(self, locale: str, currency: str = "EUR") -> None:
        self.locale = Locale.parse(locale)
        self.currency = currency

    def money(self, cents: int) -> str:
        """Cents as money with its sign before the digits and a true minus."""
        text = format_currency(euros(cents), self.currency, locale=self.locale)
        return text.replace("-", MINUS)

    def rate(self, per_ten_thousand: int) -> str:
        """A rate as a percentage with no more decimals than it needs: ``21 %``, ``5,5 %``."""
        number = format_decimal(Decimal(per_ten_thousand).scaleb(-2).normalize(), locale=self.locale)
        return f"{number}%" if self.locale.language == "en" else f"{number}\N{NO-BREAK SPACE}%"

    def day(self, day: date) -> str:
        """A date in full: ``31 de octubre de 2026``."""
        return format_date(day, "long", locale=self.locale)

    def month(self, day: date) -> str:
        """The month of a date with its year: ``octubre de 2026``."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def month_name(self, day: date) -> str:
        """The month of a date alone: ``octubre``."""
        return format_date(day, "LLLL", locale=self.locale)

    def country(self, code: str) -> str:
        """The country's name, or its code where the language has none for it."""
        return str(self.locale.territories.get(code, code))

"""Forms of the back office: CSRF is global, numbers are read as people write them, texts are translated.

Labels, descriptions and choices are msgids; :class:`PaperForm` translates them when it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from trade.base.money import cents_of

AMOUNT = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,9}|\d{1,3}(?P<group>[.,' ])\d{3}((?P=group)\d{3}){0,2})(?:[.,](?P<part>\d{1,2}))?")
LARGEST_FILE = 8 * 1024 * 1024


def read_decimal(text: str) -> Decimal:
    """A number as people write it: ``12``, ``12,5``, ``1.234,50``, ``1,234.50``. Raises ValueError.

    Three digits after a single separator are thousands: no amount has three decimals.
    """
    clean = text.strip().replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")
    clean = clean.strip("€% ").strip()
    found = AMOUNT.fullmatch(clean)
    if not found:
        raise ValueError(text)
    whole = re.sub(r"\D", "", found["whole"])
    return Decimal(f"{found['sign']}{whole}.{found['part'] or '0'}")


def write_decimal(value: Decimal) -> str:
    """The number as the field shows it: a comma or point by language, no thousands."""
    separator = gettext("decimal separator|.").rpartition("|")[2]
    return f"{value:f}".replace(".", separator)


class PaperForm(FlaskForm):
    """The base of every form: the token is checked globally, so the form carries none of its own."""

    class Meta:
        """Flask-WTF's switch."""

        csrf = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.label.text = gettext(field.label.text) if field.label.text else ""
            field.description = gettext(field.description) if field.description else ""

    def refuse(self, field: str, message: str) -> None:
        """Add a translated error to a field."""
        self[field].errors = [*self[field].errors, message]


class _NumberField(StringField):
    wrong = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; an empty field is None."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = self.read(valuelist[0])
        except ValueError:
            self.typed = valuelist[0]
            raise ValueError(gettext(self.wrong)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def read(self, text: str) -> int:
        """What the text means. Raises ValueError."""
        return int(text)

    def write(self, value: int) -> str:
        """How the value is shown."""
        return str(value)


class CentsField(_NumberField):
    """An amount of money, kept as cents."""

    wrong = "Write an amount such as 12.50."

    def read(self, text: str) -> int:
        """Cents of what was typed."""
        return cents_of(read_decimal(text))

    def write(self, value: int) -> str:
        """The amount with two decimals."""
        return write_decimal(Decimal(value).scaleb(-2))


class RateField(_NumberField):
    """A percentage, kept per ten thousand (400 = 4 %)."""

    wrong = "Write a percentage such as 4.5."

    def read(self, text: str) -> int:
        """The rate of what was typed."""
        return cents_of(read_decimal(text))

    def write(self, value: int) -> str:
        """The percentage without useless zeros."""
        return write_decimal((Decimal(value) / 100).normalize())


class DayField(DateField):
    """A date by the browser's own picker."""

    data: date | None


class CountField(IntegerField):
    """A whole number."""


class TicksField(SelectMultipleField):
    """Several of a short list, as ticks."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AtMost:
    """A file no larger than ``size`` bytes; more is refused before it is read."""

    def __init__(self, size: int = LARGEST_FILE) -> None:
        self.size = size

    def __call__(self, form: Any, field: Any) -> None:
        stream = getattr(field.data, "stream", None)
        if stream is None:
            return
        stream.seek(0, 2)
        length = stream.tell()
        stream.seek(0)
        if length > self.size:
            raise StopValidation(
                gettext("The file is larger than %(limit)s MB.", limit=self.size // 1024 // 1024)
            )


def translated(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices with their words translated."""
    return [(value, gettext(words)) for value, words in choices]

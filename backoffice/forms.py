"""Forms of the back office: CSRF is global, numbers are read as people write them, texts are translated.

Labels, descriptions and choices are msgids; :class:`PaperForm` translates them when it is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale, gettext
from flask_wtf import FlaskForm
from wtforms import DateField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from trade.base import typed
from trade.base.errors import Refused
from trade.base.money import euros
from web.language import say

LANGUAGE_NAMES = {"es": "Español", "fr": "Français", "en": "English"}

LARGEST_FILE = 8 * 1024 * 1024


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


class _TypedField(StringField):
    """A field whose text is read by :mod:`trade.base.typed`; what was typed is kept when it is wrong."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; an empty field is None."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = self.read(valuelist[0])
        except Refused as refused:
            raise ValueError(say(refused)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def read(self, text: str) -> int:
        """What the text means. Raises Refused."""
        return typed.whole_number(text)

    def write(self, value: int) -> str:
        """How the value is shown in the field."""
        return str(value)


class CountField(_TypedField):
    """A whole number."""


class CentsField(_TypedField):
    """An amount of money, kept as cents."""

    def read(self, text: str) -> int:
        """Cents of what was typed."""
        return typed.money(text)

    def write(self, value: int) -> str:
        """The amount with two decimals, without marks for thousands."""
        return format_decimal(euros(value), format="0.00", locale=get_locale())


class RateField(_TypedField):
    """A percentage, kept per ten thousand (400 = 4 %)."""

    def read(self, text: str) -> int:
        """The rate of what was typed."""
        return typed.percent(text)

    def write(self, value: int) -> str:
        """The percentage without useless zeros."""
        return format_decimal(Decimal(value) / 100, format="0.##", locale=get_locale())


class DayField(DateField):
    """A date by the browser's own picker."""

    data: date | None


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
            raise StopValidation(gettext("The file is larger than %(limit)s MB.", limit=self.size // 1_000_000))


def translated(choices: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Choices of a field with their words translated."""
    return [SelectChoice(value, gettext(words)) for value, words in choices]


def languages() -> list[SelectChoice]:
    """The languages of the product, each called by its own name."""
    return [SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]

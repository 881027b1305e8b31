"""Language and figures: the reader's choice, then the person's, the browser's, the network's.

Templates use ``{{ _('...') }}`` and the filters below; ``say`` translates a :class:`trade.base.text.Text`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, g, request
from flask import session as cookie
from flask_babel import Babel, get_locale

from trade.base.errors import Refused
from trade.base.text import Text
from web import words
from web.database import clock, profile
from web.identity import half_signed_in
from web.words import amount, current, decimal, gettext

LOCALES = ("es", "fr", "en")
CHOICE = "locale"


def init(app: Flask) -> None:
    """Install translations, filters and the functions templates use."""
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "UTC")
    Babel(app, locale_selector=chosen)
    words.init(app)
    app.jinja_env.filters.update(
        money=money,
        percent=percent,
        number=number,
        day=day,
        short_day=short_day,
        month=month,
        hour=hour,
        moment=moment,
        ago=ago,
        km=km,
        say=say,
        isbn=isbn,
    )
    app.jinja_env.globals.update(locale=lambda: str(get_locale()), locales=LOCALES, now=lambda: clock().now())


def chosen() -> str:
    """The language of this request."""
    asked = request.args.get("lang") if request else None
    if asked in LOCALES:
        cookie[CHOICE] = asked
        return str(asked)
    if cookie.get(CHOICE) in LOCALES:
        return str(cookie[CHOICE])
    who = half_signed_in()
    if who is not None and who.locale in LOCALES:
        return who.locale
    return request.accept_languages.best_match(LOCALES) or profile().locale


def _locale() -> str:
    """The locale of figures: English is written the European way, day first and 24 hours."""
    language = str(current() or profile().locale)
    return "en_GB" if language == "en" else language


def zone() -> ZoneInfo:
    """The time zone in which this page speaks: the bookshop's in the office, else the network's."""
    return ZoneInfo(g.get("time_zone") or profile().time_zone)


def say(message: Text | Refused | str) -> str:
    """A message of the domain in the reader's language."""
    text = message.text if isinstance(message, Refused) else message
    if isinstance(text, Text):
        return gettext(text.message, **{name: say_value(value) for name, value in text.values.items()})
    return gettext(text)


def say_value(value: object) -> object:
    """A value inside a message: dates and nested texts are put into words."""
    if isinstance(value, Text):
        return say(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return value


def money(cents: int | None, currency: str | None = None) -> str:
    """Cents as an amount of the network's currency; an en dash for nothing; a real minus sign."""
    if cents is None:
        return "–"
    return amount(cents, currency or profile().currency, _locale())


def percent(rate: int | None, digits: int = 2) -> str:
    """A rate per ten thousand as a percentage: 400 is 4 %."""
    if rate is None:
        return "–"
    text = format_decimal(rate / 100, format=f"#,##0.{'#' * digits}", locale=_locale())
    return text.replace("-", "\u2212") + ("%" if _locale() == "en_GB" else "\u00a0%")


def number(value: int | float | None) -> str:
    """A number with the language's separators."""
    return "–" if value is None else decimal(value, _locale())


def _local(value: datetime) -> datetime:
    return value.astimezone(zone())


def _date(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """A date in full words."""
    return "–" if value is None else format_date(_date(value), "full", locale=_locale())


def short_day(value: date | datetime | None) -> str:
    """A date in few characters."""
    return "–" if value is None else format_date(_date(value), "medium", locale=_locale())


def month(value: str) -> str:
    """A month written YYYY-MM in words."""
    return format_date(date.fromisoformat(f"{value}-01"), "LLLL y", locale=_locale())


def hour(value: datetime | None) -> str:
    """The wall time of a moment."""
    return "–" if value is None else format_time(_local(value), "short", locale=_locale())


def moment(value: datetime | None) -> str:
    """Date and wall time of a moment."""
    return "–" if value is None else format_datetime(_local(value), "d MMM y, HH:mm", locale=_locale())


def ago(value: datetime | None) -> str:
    """How long ago, or in how long, in words."""
    if value is None:
        return "–"
    return format_timedelta(value - clock().now(), add_direction=True, locale=_locale())


def since(value: datetime) -> str:
    """How long ago in minutes, hours, days: a page that says it stays the same for a while."""
    passed = min(value - clock().now(), timedelta(minutes=-1))
    return format_timedelta(passed, granularity="minute", add_direction=True, locale=_locale())


def km(value: float | None) -> str:
    """A distance: metres below one kilometre, else kilometres."""
    if value is None:
        return "–"
    if value < 0.95:
        return f"{max(round(value * 10) * 100, 100)}\u00a0m"
    return f"{decimal(round(value, 1) if value < 10 else round(value), _locale())}\u00a0km"


def isbn(value: int) -> str:
    """An ISBN-13 as its 13 digits."""
    return f"{value:013d}"

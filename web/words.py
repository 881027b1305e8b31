"""Texts in the language of the request, looked up quickly: a page of results asks for some hundred of them.

Flask-Babel says which language that is (a forced one as well) and reads the catalogues; what is found is kept by
language. Everything that is formatted the same way each time is kept too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_currency, format_decimal
from flask import Flask, g
from flask_babel import get_locale, get_translations

from trade.base.money import euros

_catalogues: dict[str, Any] = {}


def init(app: Flask) -> None:
    """Let templates use these; to be called after Flask-Babel's own."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: catalogue().gettext(message),
        ngettext=lambda one, many, number: catalogue().ngettext(one, many, number),
        newstyle=True,
    )


def current() -> Locale | None:
    """The language of this request; None outside of one."""
    found = getattr(g.get("_flask_babel"), "babel_locale", None) if g else None
    return found or get_locale()


def catalogue() -> Any:
    """The texts of the language of this request."""
    locale = current()
    if locale is None:
        return get_translations()
    found = _catalogues.get(locale.language)
    if found is None:
        found = _catalogues[locale.language] = get_translations()
    return found


def gettext(message: str, **values: object) -> str:
    """A text with its values."""
    found = str(catalogue().gettext(message))
    return found % values if values else found


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A text for one or for many, with its values; ``num`` is one of them."""
    return str(catalogue().ngettext(one, many, num)) % {"num": num, **values}


@lru_cache(maxsize=20_000)
def amount(cents: int, currency: str, locale: str) -> str:
    """Cents as an amount, with a real minus sign."""
    return format_currency(euros(cents), currency, locale=locale).replace("-", "\u2212")


@lru_cache(maxsize=20_000)
def decimal(value: int | float, locale: str) -> str:
    """A number with the language's separators."""
    return format_decimal(value, locale=locale)

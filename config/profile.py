"""Reading a network's profile: ``config/profiles/<network>.toml``, checked against the declared settings."""

from __future__ import annotations

import tomllib
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

import trade.settings  # noqa: F401 - declares every setting
from trade.base.settings import declared
from trade.base.tenancy import Profile

FOLDER = Path(__file__).parent / "profiles"
LOCALES = Path(__file__).parent / "locale"


@cache
def catalogue(locale: str) -> NullTranslations:
    """The translations of a language; the words stay as they are where it has none."""
    return Translations.load(str(LOCALES), [locale])


def translate(message: str, locale: str) -> str:
    """A msgid in a language; unchanged where the catalogue lacks it."""
    return catalogue(locale).gettext(message)


def load_profile(network: str) -> Profile:
    """The profile of a network: a table per room, ``answer_days`` under ``[reservations]`` is ``reservations.answer_days``.

    Raises KeyError for an undeclared setting, Refused for a value out of type or bounds.
    """
    data = tomllib.loads((FOLDER / f"{network}.toml").read_text(encoding="utf-8"))
    rooms = {name: table for name, table in data.items() if isinstance(table, dict)}
    settings = {
        f"{room}.{name}": declared(f"{room}.{name}").validate(value)
        for room, table in rooms.items()
        for name, value in table.items()
    }
    return Profile(
        code=network,
        country=data["country"],
        locale=data["locale"],
        time_zone=data["time_zone"],
        currency=data["currency"],
        money_flow=data["money_flow"],
        brand=data["brand"],
        settings=settings,
        modules=frozenset(data["modules"]),
        translate=translate,
    )

"""Reading a network's profile: ``config/profiles/<network>.toml``, checked against the declared settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from babel.support import Translations

import trade.settings  # noqa: F401 - declares every setting
from config.settings import Config
from trade.base.crypto import keyed_hash
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
    """The profile of a network: ``answer_days`` in the table ``[reservations]`` is ``reservations.answer_days``.

    Raises KeyError for an undeclared setting or a sample without value, Refused for a value out of type or bounds.
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
        samples=_samples(data["samples"], settings),
        translate=translate,
    )


def open_profile(config: Config) -> Profile:
    """The profile of an installation: it knows its address, and signs with the installation's secret."""
    sign = partial(keyed_hash, config.secret_key.encode(), "link")
    return replace(load_profile(config.network), base_url=config.base_url, sign=sign)


def _samples(keys: Iterable[str], settings: Mapping[str, Any]) -> frozenset[str]:
    """The keys marked as placeholders; each must have a value to be one."""
    return frozenset(key for key in keys if settings[key] is not None)

"""Reading a network's profile: ``config/profiles/<network>.toml``, checked against the declared settings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import trade.settings  # noqa: F401 - declares every setting
from trade.base.settings import declared
from trade.base.tenancy import Profile

FOLDER = Path(__file__).parent / "profiles"


def load_profile(network: str) -> Profile:
    """The profile of a network. Raises KeyError for an undeclared setting, Refused for a value out of bounds."""
    data = tomllib.loads((FOLDER / f"{network}.toml").read_text(encoding="utf-8"))
    settings = {key: declared(key).validate(value) for key, value in data.get("settings", {}).items()}
    return Profile(
        code=data["code"],
        country=data["country"],
        locale=data["locale"],
        time_zone=data["time_zone"],
        currency=data["currency"],
        money_flow=data["money_flow"],
        brand=data["brand"],
        settings=settings,
        modules=frozenset(data["modules"]),
    )

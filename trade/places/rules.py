"""What a reader means by a place: a pair of coordinates, a postcode, or the name of a town."""

from __future__ import annotations

import re

from trade.base.coordinates import Point, parse_coordinates
from trade.base.errors import Refused

_POSTCODE = re.compile(r"^(?:[A-Za-z]{1,2}-?)?([0-9]{5})$")
_TWO_NAMES = re.compile(r"\s*[/()]\s*|\s+-\s+")


def coordinates_in(words: str) -> Point | None:
    """The point where the words are a pair of coordinates (a browser's position), else None."""
    try:
        return parse_coordinates(words)
    except Refused:
        return None


def postcode_in(words: str) -> str | None:
    """The five digits of a Spanish or French postcode ("F-75001", "28 001"), else None."""
    found = _POSTCODE.match("".join(words.split()))
    return found[1] if found else None


def names_of(place: str) -> list[str]:
    """Every name of a place that has several: "Donostia/San Sebastián", "Grau (Es) (Platja)"."""
    return [place, *(name for name in _TWO_NAMES.split(place) if name and name != place)]

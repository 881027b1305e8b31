"""Coordinates as people paste them: two numbers, degrees and minutes, or the address of a map (T120).

Understood without any network: Google Maps, OpenStreetMap, Apple Maps, Bing, ``geo:`` and plain text.
Latitude and longitude are decimal degrees, WGS 84, rounded to six places (about 10 cm).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from trade.base.borders import OUTLINES, Outline
from trade.base.errors import Refused
from trade.base.text import N_

TOLERANCE_DEGREES = 0.3
EARTH_KM = 6371.0088

_NUMBER = r"[+-]?[0-9]{1,3}(?:[.,][0-9]+)?"
_DOTTED = r"([+-]?[0-9]{1,3}(?:\.[0-9]+)?)"
_COMMAED = r"([+-]?[0-9]{1,3},[0-9]+)"
_PAIR_IN_ADDRESS = re.compile(rf"{_DOTTED}[,~/]\s*\+?{_DOTTED}")
_PIN = re.compile(rf"!3d{_DOTTED}!4d{_DOTTED}")
_VIEW = re.compile(rf"@{_DOTTED},{_DOTTED}")
_HASH = re.compile(rf"#map=[0-9.]+/{_DOTTED}/{_DOTTED}")
_PLAIN = (
    re.compile(rf"^{_DOTTED}\s*[,; ]\s*{_DOTTED}$"),
    re.compile(rf"^{_COMMAED}\s*[,;/ ]\s*{_COMMAED}$"),
)
_ANGLE = (
    rf"(?P<degrees>{_NUMBER})\s*[°º]?\s*"
    r"(?:(?P<minutes>[0-9]{1,2}(?:[.,][0-9]+)?)\s*['′’]\s*)?"
    r"(?:(?P<seconds>[0-9]{1,2}(?:[.,][0-9]+)?)\s*(?:[\"″”]|'')\s*)?"
)
# O is west in Spanish and French (oeste, ouest).
_LETTER_FIRST = re.compile(rf"(?P<letter>[NSEWO])\s*{_ANGLE}", re.IGNORECASE)
_LETTER_LAST = re.compile(rf"{_ANGLE}(?P<letter>[NSEWO])", re.IGNORECASE)
_QUERY_KEYS = ("query", "q", "ll", "coordinate", "center", "cp", "destination", "daddr", "viewpoint")
_SHORT_HOSTS = frozenset({"goo.gl", "maps.app.goo.gl", "g.co", "bit.ly", "osm.org"})


@dataclass(frozen=True)
class Point:
    """A place on Earth: decimal degrees, north and east positive."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (abs(self.latitude) <= 90 and abs(self.longitude) <= 180):
            raise ValueError("Latitude lies within 90 degrees, longitude within 180.")

    def __str__(self) -> str:
        return f"{self.latitude:.6f}, {self.longitude:.6f}"

    def kilometres_to(self, other: Point) -> float:
        """Great-circle distance in kilometres."""
        south, north = math.radians(self.latitude), math.radians(other.latitude)
        half_width = math.radians(other.longitude - self.longitude) / 2
        half_height = (north - south) / 2
        chord = math.sin(half_height) ** 2
        chord += math.cos(south) * math.cos(north) * math.sin(half_width) ** 2
        return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def parse_coordinates(pasted: str) -> Point:
    """The point that a pasted text or map address names. Raises Refused telling what can be pasted."""
    words = " ".join(pasted.split())
    if not words:
        raise Refused(N_("Paste the coordinates, for example “41.38, 2.17”, or the address of a map."))
    lowered = words.lower()
    if lowered.startswith("geo:"):
        return _from_address(words[4:].split(";")[0].split("?")[0])
    if "://" in lowered or lowered.startswith(("www.", "maps.", "google.")):
        return _from_map(words)
    return _from_text(words)


def outside_country(point: Point, *, country: str) -> bool:
    """Whether the point lies clearly outside the country (``ES`` or ``FR``): a reason to warn, not to refuse.

    Raises KeyError for a country without an outline.
    """
    return not any(_near(point, outline) for outline in OUTLINES[country])


def _from_map(address: str) -> Point:
    parts = urlsplit(address if "://" in address else f"https://{address}")
    if (parts.hostname or "") in _SHORT_HOSTS and not parts.query:
        raise Refused(
            N_("This is a shortened map link. Open it, wait for the map and paste the long address it leads to.")
        )
    whole = unquote(address)
    if found := _PIN.search(whole):
        return _point(found[1], found[2])
    query = parse_qs(parts.query)
    marked = [",".join(query.get("mlat", []) + query.get("mlon", []))]
    for value in marked + [value for key in _QUERY_KEYS for value in query.get(key, [])]:
        if found := _PAIR_IN_ADDRESS.search(value):
            return _point(found[1], found[2])
    if found := _HASH.search(whole) or _VIEW.search(whole):
        return _point(found[1], found[2])
    return _from_address(unquote(parts.path))


def _from_address(path: str) -> Point:
    pairs = _PAIR_IN_ADDRESS.findall(path)
    if not pairs:
        raise Refused(
            N_("This address holds no coordinates. In the map, click the spot and paste the two numbers it shows.")
        )
    return _point(*pairs[-1])


def _from_text(words: str) -> Point:
    for pattern in _PLAIN:
        if plain := pattern.match(words):
            return _point(plain[1], plain[2])
    first = words[:1].upper() in "NSEWO"
    angles = list((_LETTER_FIRST if first else _LETTER_LAST).finditer(words))
    values = {_axis(angle["letter"]): _degrees(angle) for angle in angles}
    if len(angles) != 2 or len(values) != 2:
        raise Refused(
            N_("“%(pasted)s” is not a pair of coordinates. Write latitude and longitude like “41.38, 2.17”."),
            pasted=words[:60],
        )
    return _checked(values["latitude"], values["longitude"])


def _axis(letter: str) -> str:
    return "latitude" if letter.upper() in "NS" else "longitude"


def _degrees(angle: re.Match[str]) -> float:
    pieces = (angle["degrees"], angle["minutes"], angle["seconds"])
    degrees, minutes, seconds = (float((piece or "0").replace(",", ".")) for piece in pieces)
    size = abs(degrees) + minutes / 60 + seconds / 3600
    return -size if angle["letter"].upper() in "SWO" or degrees < 0 else size


def _point(latitude: str, longitude: str) -> Point:
    return _checked(float(latitude.replace(",", ".")), float(longitude.replace(",", ".")))


def _checked(latitude: float, longitude: float) -> Point:
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Refused(N_("Latitude lies between -90 and 90, longitude between -180 and 180."))
    return Point(round(latitude, 6), round(longitude, 6))


def _near(point: Point, outline: Outline) -> bool:
    return _inside(point, outline) or any(
        _distance(point, start, end) <= TOLERANCE_DEGREES
        for start, end in zip(outline, outline[1:] + outline[:1], strict=True)
    )


def _inside(point: Point, outline: Outline) -> bool:
    inside = False
    for (north1, east1), (north2, east2) in zip(outline, outline[1:] + outline[:1], strict=True):
        if (north1 > point.latitude) != (north2 > point.latitude):
            crossing = east1 + (point.latitude - north1) * (east2 - east1) / (north2 - north1)
            inside ^= point.longitude < crossing
    return inside


def _distance(point: Point, start: tuple[float, float], end: tuple[float, float]) -> float:
    height, width = end[0] - start[0], end[1] - start[1]
    length = height * height + width * width
    along = ((point.latitude - start[0]) * height + (point.longitude - start[1]) * width) / length
    along = max(0.0, min(1.0, along))
    return math.hypot(point.latitude - start[0] - along * height, point.longitude - start[1] - along * width)

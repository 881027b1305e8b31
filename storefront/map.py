"""The light map: a dial of near bookshops, or the country's outline with dots. No tiles, no script.

Outlines: es-atlas (MIT; IGN, CC BY 4.0) and IGN/Etalab départements (Licence Ouverte); see static/map/SOURCES.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, degrees, hypot, radians, sin
from typing import NamedTuple

from trade.base.coordinates import Point

DIAL_SIZE = 300
DIAL_RADIUS = 132
DISC = 12
RINGS_KM = (0.6, 1.5, 3.0, 6.0, 9.0, 15.0, 30.0, 45.0, 60.0, 90.0, 150.0)


class Spot(NamedTuple):
    """A numbered place in drawing units; `filled` means the book is on the shelf there."""

    number: int
    x: float
    y: float
    filled: bool
    name: str


class Ring(NamedTuple):
    radius: float
    km: float


class Dial(NamedTuple):
    rings: tuple[Ring, ...]
    spots: tuple[Spot, ...]


class Frame(NamedTuple):
    """A piece of the country on the drawing: degrees in, units out; the first frame that holds a point wins."""

    west: float
    south: float
    east: float
    north: float
    x: float
    y: float
    scale: float

    def holds(self, point: Point) -> bool:
        return self.west <= point.longitude <= self.east and self.south <= point.latitude <= self.north

    def project(self, point: Point) -> tuple[float, float]:
        """Plate carrée, narrowed by the cosine of the frame's middle latitude."""
        narrow = cos(radians((self.south + self.north) / 2))
        return self.x + (point.longitude - self.west) * narrow * self.scale, self.y + (
            self.north - point.latitude
        ) * self.scale


class Country(NamedTuple):
    """The outline's frames and the size of its drawing."""

    frames: tuple[Frame, ...]
    width: int
    height: int


COUNTRIES = {
    "es": Country(
        (
            Frame(-18.5, 27.5, -13.2, 29.6, 0, 400, 32),
            Frame(-9.6, 35.1, 4.5, 43.9, 108, 6, 56),
        ),
        720,
        500,
    ),
    "fr": Country((Frame(-5.3, 41.2, 9.8, 51.2, 4, 4, 60),), 640, 608),
}


def bearing(a: Point, b: Point) -> float:
    """Initial bearing from `a` to `b`, degrees clockwise from north."""
    turn = radians(b.longitude - a.longitude)
    east = sin(turn) * cos(radians(b.latitude))
    north = cos(radians(a.latitude)) * sin(radians(b.latitude)) - sin(radians(a.latitude)) * cos(
        radians(b.latitude)
    ) * cos(turn)
    return degrees(atan2(east, north)) % 360


def dial(here: Point, places: Sequence[tuple[Point, bool, str]]) -> Dial | None:
    """Place bookshops around the reader by true distance and bearing; None when the farthest is over 150 km away.

    `places` are (point, on the shelf, name), numbered from 1 in that order.
    """
    distances = [here.kilometres_to(point) for point, _, _ in places]
    reach = next((km for km in RINGS_KM if max(distances, default=0.0) <= km), None)
    if reach is None or not places:
        return None
    unit = DIAL_RADIUS / reach
    spots: list[Spot] = []
    for number, ((point, filled, name), km) in enumerate(zip(places, distances, strict=True), start=1):
        turn = radians(bearing(here, point))
        x, y = DIAL_SIZE / 2 + km * unit * sin(turn), DIAL_SIZE / 2 - km * unit * cos(turn)
        spots.append(apart(Spot(number, x, y, filled, name), spots))
    rings = tuple(Ring(round(DIAL_RADIUS * part / 3, 1), reach * part / 3) for part in (1, 2, 3))
    return Dial(rings, tuple(spots))


def apart(spot: Spot, others: Sequence[Spot]) -> Spot:
    """Move a disc along a widening spiral until it covers neither the reader's cross nor another disc."""
    taken = [(DIAL_SIZE / 2, DIAL_SIZE / 2), *((other.x, other.y) for other in others)]
    for step in range(200):
        reach, turn = step * 1.5, step * 2.4
        x, y = spot.x + reach * sin(turn), spot.y - reach * cos(turn)
        inside = DISC <= x <= DIAL_SIZE - DISC and DISC <= y <= DIAL_SIZE - DISC
        if inside and all(hypot(x - ox, y - oy) >= 2 * DISC + 1 for ox, oy in taken):
            return spot._replace(x=round(x, 1), y=round(y, 1))
    return spot._replace(x=round(spot.x, 1), y=round(spot.y, 1))


def on_country(code: str, point: Point) -> tuple[float, float] | None:
    """Where a place lies on the country's drawing, or None when it is outside it."""
    for frame in COUNTRIES[code].frames:
        if frame.holds(point):
            x, y = frame.project(point)
            return round(x, 1), round(y, 1)
    return None


def zoom(code: str, points: Sequence[Point], *, least: float = 120.0) -> tuple[float, float, float, float]:
    """The part of the drawing (x, y, width, height) that shows these places, at least `least` units wide."""
    country = COUNTRIES[code]
    seen = [xy for xy in (on_country(code, point) for point in points) if xy]
    if not seen:
        return 0.0, 0.0, float(country.width), float(country.height)
    xs, ys = [x for x, _ in seen], [y for _, y in seen]
    side = max(max(xs) - min(xs), max(ys) - min(ys)) * 1.25
    side = min(max(side, least), float(max(country.width, country.height)))
    return (
        round((max(xs) + min(xs) - side) / 2, 1),
        round((max(ys) + min(ys) - side) / 2, 1),
        round(side, 1),
        round(side, 1),
    )

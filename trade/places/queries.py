"""From the words of a reader to a point on the map."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, cast, func, select

from trade.base.coordinates import Point
from trade.base.tenancy import TenantSession
from trade.catalogue.rules import fold
from trade.places.models import Place
from trade.places.rules import coordinates_in, postcode_in

LONGEST_NAME = 80
ALIKE = 0.4


@dataclass(frozen=True)
class Spot:
    """Where the reader is: a name to show, and its point. Coordinates have no name."""

    name: str
    point: Point


def find(session: TenantSession, *, words: str) -> Spot | None:
    """The place meant by a pair of coordinates, a postcode, or a name, accents ignored, typing errors forgiven.

    Of places with one name the most populous is meant. A postcode that is not known is taken for its nearest
    neighbour by number. None where nothing like it is known.
    """
    words = words.strip()[:LONGEST_NAME]
    postcode = postcode_in(words)
    point = None if postcode else coordinates_in(words)
    if point is not None:
        return Spot("", point)
    place = _by_postcode(session, postcode) if postcode else _by_name(session, fold(words))
    return _spot(place) if place else None


def suggest(session: TenantSession, *, words: str, limit: int = 8) -> list[str]:
    """Names of places that begin with the words, the most populous first."""
    begin = fold(words[:LONGEST_NAME])
    if not begin:
        return []
    rows = session.execute(
        select(Place.name, func.max(Place.population).label("people"))
        .where(Place.search_key.like(f"{begin}%"), Place.postcode == "")
        .group_by(Place.name)
        .order_by(func.max(Place.population).desc(), Place.name)
        .limit(limit)
    )
    return [name for name, _ in rows]


def _spot(place: Place) -> Spot:
    name = f"{place.postcode} {place.name}".strip()
    return Spot(name, Point(place.latitude, place.longitude))


def _by_postcode(session: TenantSession, postcode: str) -> Place | None:
    area = (Place.postcode >= f"{postcode[:2]}000") & (Place.postcode <= f"{postcode[:2]}999")
    apart = func.abs(cast(Place.postcode, Integer) - int(postcode))
    return session.scalar(select(Place).where(area).order_by(apart, Place.postcode).limit(1))


def _by_name(session: TenantSession, name: str) -> Place | None:
    if not name:
        return None
    for meant in (Place.search_key == name, Place.search_key.like(f"{name} %"), Place.search_key.like(f"{name}%")):
        found = _most_populous(session, meant)
        if found:
            return found
    session.execute(select(func.set_config("pg_trgm.similarity_threshold", str(ALIKE), True)))
    return session.scalar(
        select(Place)
        .where(Place.search_key.op("%")(name))
        .order_by(func.similarity(Place.search_key, name).desc(), Place.population.desc(), Place.id)
        .limit(1)
    )


def _most_populous(session: TenantSession, meant: ColumnElement[bool]) -> Place | None:
    return session.scalar(select(Place).where(meant).order_by(Place.population.desc(), Place.id).limit(1))


def count(session: TenantSession) -> int:
    """How many places are known."""
    return session.scalar(select(func.count()).select_from(Place)) or 0

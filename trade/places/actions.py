"""Loading towns and postcodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert

from trade.base.tenancy import TenantSession
from trade.catalogue.rules import fold
from trade.places.models import Place
from trade.places.rules import names_of

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A town, or a postcode with the name of its town."""

    country: str
    name: str
    latitude: float
    longitude: float
    area: str = ""
    postcode: str = ""
    population: int = 0


def load_places(session: TenantSession, *, places: Iterable[NewPlace]) -> int:
    """Put these places in the stead of all known ones; returns how many rows they made (one a name)."""
    session.execute(delete(Place))
    rows = [_row(place, name) for place in places for name in (names_of(place.name) if not place.postcode else [""])]
    for start in range(0, len(rows), BATCH):
        session.execute(insert(Place), rows[start : start + BATCH])
    return len(rows)


def _row(place: NewPlace, name: str) -> dict[str, object]:
    return {
        "country": place.country,
        "name": place.name,
        "area": place.area,
        "postcode": place.postcode,
        "search_key": fold(name),
        "latitude": place.latitude,
        "longitude": place.longitude,
        "population": place.population,
    }

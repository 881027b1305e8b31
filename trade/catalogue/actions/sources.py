"""The sources that tell of books, and the order in which they are believed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from trade.base import journal
from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.catalogue.models import CatalogueSource
from trade.catalogue.rules import GROUPS, LAST, SAMPLE

STAFF: Final = "staff"
"""The key of what staff say themselves: believed before every feed."""
SEEDED: Final = (STAFF, "publisher", "supplier", "bibliography")
"""The sources a network begins with, as they are believed: who is nearer to the book knows better."""


def ensure_source(
    session: TenantSession, *, key: str, name: str = "", kind: str = "format", reader: str = ""
) -> CatalogueSource:
    """The source of that key; where there is none, a new one is made, last in every order."""
    found = session.scalar(select(CatalogueSource).where(CatalogueSource.key == key))
    if found is not None:
        return found
    seeds = {seed: _source(seed, seed, place) for place, seed in enumerate(SEEDED)}
    _add(session, list(seeds.values()))
    if key not in seeds:
        places = [place for ranks in session.scalars(select(CatalogueSource.ranks)) for place in ranks.values()]
        last = LAST if key == SAMPLE else 1 + max(place for place in places if place < LAST)
        _add(session, [_source(key, name or key, last) | {"kind": kind, "reader": reader}])
    return session.scalars(select(CatalogueSource).where(CatalogueSource.key == key)).one()


def _source(key: str, name: str, place: int) -> dict[str, Any]:
    return {"key": key, "name": name, "kind": "format", "reader": "", "ranks": dict.fromkeys(GROUPS, place)}


def _add(session: TenantSession, rows: list[dict[str, Any]]) -> None:
    session.execute(upsert(CatalogueSource).values(rows).on_conflict_do_nothing(index_elements=["key"]))


def ranks_of(session: TenantSession) -> Mapping[str, Mapping[str, int]]:
    """Each source's places, by its key and by group of fields."""
    return {row.key: row.ranks for row in session.execute(select(CatalogueSource.key, CatalogueSource.ranks))}


def move_source(session: TenantSession, *, source_id: int, group: str, places: int, at: datetime) -> None:
    """Move a source up (-1) or down (1) in the order of one group; staff stay first, samples last.

    The books that several sources speak of follow when ``renew_shared`` has run. Raises NotFound.
    """
    if group not in GROUPS:
        raise NotFound()
    movable = select(CatalogueSource).where(CatalogueSource.key.not_in((STAFF, SAMPLE)))
    sources = session.scalars(movable.with_for_update()).all()
    order = sorted(sources, key=lambda source: (source.ranks.get(group, 0), source.id))
    place = next((place for place, source in enumerate(order) if source.id == source_id), None)
    if place is None:
        raise NotFound()
    moved = order.pop(place)
    order.insert(min(max(place + places, 0), len(order)), moved)
    for number, source in enumerate(order, 1):
        source.ranks = source.ranks | {group: number}
    session.flush()
    journal.write(
        session,
        action="catalogue_source.ordered",
        thing="catalogue_source",
        thing_id=source_id,
        at=at,
        details={"group": group, "places": places},
    )

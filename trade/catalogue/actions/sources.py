"""The sources that tell of books, and the order in which they are believed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from trade.base import journal
from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.catalogue.models import CatalogueSource
from trade.catalogue.rules import GROUPS

STAFF: Final = "staff"
"""The key of what staff say themselves: believed before every feed."""


def ensure_source(
    session: TenantSession, *, key: str, name: str = "", kind: str = "format", reader: str = ""
) -> CatalogueSource:
    """The source of that key; where there is none, a new one is made, last in every order (staff: first)."""
    found = session.scalar(select(CatalogueSource).where(CatalogueSource.key == key))
    if found is not None:
        return found
    everybody = session.scalars(select(CatalogueSource.ranks)).all()
    ranks = {group: 1 + max([0, *(other.get(group, 0) for other in everybody)]) for group in GROUPS}
    values = {
        "key": key,
        "name": name or key,
        "kind": kind,
        "reader": reader,
        "ranks": dict.fromkeys(GROUPS, 0) if key == STAFF else ranks,
        "active": True,
    }
    session.execute(upsert(CatalogueSource).values(values).on_conflict_do_nothing(index_elements=["key"]))
    return session.scalars(select(CatalogueSource).where(CatalogueSource.key == key)).one()


def ranks_of(session: TenantSession) -> Mapping[str, Mapping[str, int]]:
    """Each source's places, by its key and by group of fields."""
    return {row.key: row.ranks for row in session.execute(select(CatalogueSource.key, CatalogueSource.ranks))}


def move_source(session: TenantSession, *, source_id: int, group: str, places: int, at: datetime) -> None:
    """Move a source up (-1) or down (1) in the order of one group; what staff say stays first.

    The books that several sources speak of follow when ``renew_shared`` has run. Raises NotFound.
    """
    if group not in GROUPS:
        raise NotFound()
    sources = session.scalars(select(CatalogueSource).where(CatalogueSource.key != STAFF).with_for_update()).all()
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

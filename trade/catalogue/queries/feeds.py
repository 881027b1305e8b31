"""The sources of the catalogue, their runs, and what was refused in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.catalogue.models import CatalogueRejection, CatalogueRun, CatalogueSource
from trade.members.models import StoredFile


def run(session: TenantSession, *, run_id: int, lock: bool = False) -> CatalogueRun:
    """The run of that number. Raises NotFound."""
    found = session.get(CatalogueRun, run_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def source(session: TenantSession, *, source_id: int) -> CatalogueSource:
    """The source of that number. Raises NotFound."""
    found = session.get(CatalogueSource, source_id)
    if found is None:
        raise NotFound()
    return found


def sources(session: TenantSession) -> Sequence[CatalogueSource]:
    """All sources in the order in which they came; a network has a handful."""
    return session.scalars(select(CatalogueSource).order_by(CatalogueSource.id)).all()


def runs(
    session: TenantSession, *, source_id: int | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Row[CatalogueRun, StoredFile]]:
    """The last runs with their files (None where a service was asked), newest first."""
    found = select(CatalogueRun, StoredFile).outerjoin(StoredFile, StoredFile.id == CatalogueRun.file_id)
    if source_id is not None:
        found = found.where(CatalogueRun.source_id == source_id)
    return session.execute(found.order_by(CatalogueRun.id.desc()).limit(limit).offset(offset)).all()


def rejections(
    session: TenantSession, *, run_id: int, reason: str = "", limit: int = 100, offset: int = 0
) -> Sequence[CatalogueRejection]:
    """The refused records of a run by their place, those of one reason (its message) where named."""
    found = select(CatalogueRejection).where(CatalogueRejection.run_id == run_id)
    if reason:
        found = found.where(CatalogueRejection.reason == reason)
    return session.scalars(
        found.order_by(CatalogueRejection.place, CatalogueRejection.id).limit(limit).offset(offset)
    ).all()

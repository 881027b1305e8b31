"""The sources of the catalogue, their runs, and what was refused in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import InstrumentedAttribute

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.catalogue.models import CatalogueRejection, CatalogueRun, CatalogueSource
from trade.members.models import StoredFile

TOTALS = timedelta(days=30)


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


def file_of(session: TenantSession, *, run: CatalogueRun) -> StoredFile | None:
    """The file of a run; None where a service was asked."""
    return session.get(StoredFile, run.file_id) if run.file_id else None


def totals(session: TenantSession, *, at: datetime) -> Row[int, int, int, int, int]:
    """The feeds of the last 30 days: how many, books new and changed, records refused, feeds that failed."""
    run = CatalogueRun

    def total(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
        return func.coalesce(func.sum(column), 0)

    failed = func.count().filter(run.state.in_(("refused", "broken")))
    wanted = select(func.count(), total(run.new), total(run.changed), total(run.refused), failed)
    return session.execute(wanted.where(run.received_at > at - TOTALS)).one()

"""A distributor's file becomes its stock: only what differs is written, in two statements whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Executable, and_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from trade.base import journal
from trade.base.errors import NotFound, Refused
from trade.base.sets import value_table
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors.models import Distributor, DistributorStock
from trade.distributors.rules import removes_too_much
from trade.stock.readers import reader_of
from trade.stock.rules import Rejected


@dataclass(frozen=True)
class Loaded:
    """What a file did: titles it has, those that are new, those that went, lines that were refused."""

    titles: int
    added: int
    removed: int
    refused: int = 0


def load_file(
    session: TenantSession, *, distributor_id: int, format: str, data: bytes, at: datetime, anyway: bool = False
) -> tuple[Loaded, list[Rejected]]:
    """Read a distributor's file with any reader of stock files and make it its stock; the lines that were refused.

    Raises NotFound, Refused for a file that cannot be read, has no title, or (unless ``anyway``) would remove more
    than half of its titles.
    """
    if not data:
        raise Refused(N_("The file is empty. Export it again and send the new one."), field="file")
    reader = reader_of(session, name=format)
    reading = reader.read(data)
    sheet = reading.sheet
    held = np.unique(sheet.isbn[sheet.quantity > 0])
    loaded = load_stock(
        session,
        distributor_id=distributor_id,
        isbns=held,
        sold=None if reader.whole_inventory else np.setdiff1d(sheet.isbn, held),
        at=at,
        anyway=anyway,
    )
    return Loaded(loaded.titles, loaded.added, loaded.removed, len(reading.rejected)), reading.rejected


def load_stock(
    session: TenantSession,
    *,
    distributor_id: int,
    isbns: NDArray[np.int64],
    at: datetime,
    sold: NDArray[np.int64] | None = None,
    anyway: bool = False,
) -> Loaded:
    """Make these the titles that a distributor has. With ``sold`` the file told only what moved: those go, all else
    stays. Raises NotFound, Refused."""
    if session.get(Distributor, distributor_id) is None:
        raise NotFound()
    if not len(isbns) and sold is None:
        raise Refused(N_("The file holds no title in stock."), field="file")
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"distributor:{distributor_id}", 0))))
    given = value_table(isbn=(BigInteger, isbns.tolist()))
    mine = DistributorStock.distributor_id == distributor_id
    before = session.scalar(select(func.count()).select_from(DistributorStock).where(mine)) or 0
    if sold is not None:
        gone = and_(mine, DistributorStock.isbn == func.any(sold.tolist()))
    else:
        gone = and_(mine, ~select(given.c.isbn).where(given.c.isbn == DistributorStock.isbn).exists())
        _look_before_removing(session, gone, before, anyway=anyway)
    removed = _rows(session, delete(DistributorStock).where(gone).execution_options(synchronize_session=False))
    new = select(given.c.isbn, literal(distributor_id), literal(at))
    written = insert(DistributorStock).from_select(["isbn", "distributor_id", "seen_at"], new)
    added = _rows(session, written.on_conflict_do_nothing().execution_options(preserve_rowcount=True))
    titles = before - removed + added
    session.execute(update(Distributor).where(Distributor.id == distributor_id).values(titles=titles, stock_at=at))
    journal.write(
        session,
        action="distributor.stock_loaded",
        thing="distributor",
        thing_id=distributor_id,
        at=at,
        details={"titles": titles, "added": added, "removed": removed},
    )
    return Loaded(titles, added, removed)


def _look_before_removing(session: TenantSession, gone: ColumnElement[bool], before: int, *, anyway: bool) -> None:
    removed = session.scalar(select(func.count()).select_from(DistributorStock).where(gone)) or 0
    if not anyway and removes_too_much(before=before, removed=removed):
        raise Refused(
            N_("The file would remove %(gone)s of %(before)s titles. Tick the box if that is right."),
            field="anyway",
            gone=removed,
            before=before,
        )


def _rows(session: TenantSession, statement: Executable) -> int:
    """How many rows a statement wrote."""
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]

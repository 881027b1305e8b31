"""A distributor's file becomes its stock: only what differs is written, in two statements whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text, update

from trade.base import journal
from trade.base.errors import NotFound, Refused
from trade.base.files import FileStore
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors.models import Distributor
from trade.distributors.rules import removes_too_much
from trade.members.models import StoredFile
from trade.stock.readers import reader_of

LONGEST_NAME = 120
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('distributor_stock', :id))")
_GIVEN = "unnest(CAST(:isbns AS bigint[])) AS given (isbn)"
_GONE = text(
    "SELECT count(*) FROM distributor_stock AS stock WHERE stock.distributor_id = :id"
    f" AND NOT EXISTS (SELECT FROM {_GIVEN} WHERE given.isbn = stock.isbn)"
)
_DELETE = text(
    "DELETE FROM distributor_stock AS stock WHERE stock.distributor_id = :id"
    f" AND NOT EXISTS (SELECT FROM {_GIVEN} WHERE given.isbn = stock.isbn)"
)
_DELETE_SOLD = text("DELETE FROM distributor_stock WHERE distributor_id = :id AND isbn = ANY (:isbns)")
_INSERT = text(
    "INSERT INTO distributor_stock (isbn, distributor_id, seen_at)"
    f" SELECT isbn, CAST(:id AS bigint), CAST(:at AS timestamptz) FROM {_GIVEN} ON CONFLICT DO NOTHING"
)
_COUNT = text("SELECT count(*) FROM distributor_stock WHERE distributor_id = :id")


@dataclass(frozen=True)
class Loaded:
    """What a file did: titles it has, those that are new, those that went, lines that were refused."""

    titles: int
    added: int
    removed: int
    refused: int = 0


def load_file(
    session: TenantSession,
    *,
    distributor_id: int,
    format: str,
    data: bytes,
    name: str,
    at: datetime,
    store: FileStore,
    anyway: bool = False,
) -> Loaded:
    """Read a distributor's file with any reader of stock files and make it its stock; the bytes are kept.

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
    session.add(
        StoredFile(
            bookshop_id=None,
            purpose="distributor",
            name=name[-LONGEST_NAME:],
            media_type="text/plain",
            sha256=store.put(data),
            size=len(data),
        )
    )
    session.flush()
    return Loaded(loaded.titles, loaded.added, loaded.removed, len(reading.rejected))


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
    session.execute(_LOCK, {"id": distributor_id})
    given = {"id": distributor_id, "isbns": isbns.tolist()}
    before = session.scalar(_COUNT, {"id": distributor_id}) or 0
    if sold is not None:
        removed = session.execute(_DELETE_SOLD, {"id": distributor_id, "isbns": sold.tolist()}).rowcount  # type: ignore[attr-defined]
    else:
        _look_before_removing(session, given, before, anyway=anyway)
        removed = session.execute(_DELETE, given).rowcount  # type: ignore[attr-defined]
    added = session.execute(_INSERT, given | {"at": at}).rowcount  # type: ignore[attr-defined]
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


def _look_before_removing(session: TenantSession, given: dict[str, object], before: int, *, anyway: bool) -> None:
    gone = session.scalar(_GONE, given) or 0
    if not anyway and removes_too_much(before=before, removed=gone):
        raise Refused(
            N_("The file would remove %(gone)s of %(before)s titles. Tick the box if that is right."),
            field="anyway",
            gone=gone,
            before=before,
        )

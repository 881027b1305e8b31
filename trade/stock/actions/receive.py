"""A stock file arrives: its bytes are kept as they are before anything looks into them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from trade.base import outbox
from trade.base.clock import stopwatch
from trade.base.errors import NotAllowed, NotFound, Refused
from trade.base.files import FileStore
from trade.base.raw_text import BOUNDS
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import Bookshop, StoredFile
from trade.stock.actions.unchanged import receive_unchanged
from trade.stock.models import FeedRun
from trade.stock.queries import last_applied
from trade.stock.readers import may_be_the_same, reader_of
from trade.stock.states import FEED_RUN

IMPORT = "stock.import"
LONGEST_NAME = 120
CLOSED_TO_STOCK = frozenset({"left", "refused"})


def receive_file(
    session: TenantSession,
    *,
    bookshop_id: int,
    format: str,
    data: bytes,
    name: str,
    origin: str,
    at: datetime,
    store: FileStore,
    apply_when_safe: bool = True,
    queued: bool = True,
) -> FeedRun:
    """Keep the file and open its run; a job reads it where ``queued``, else the caller calls ``process``.

    The same bytes as the last applied file are "unchanged" at once, and no job is asked for (but for a dry run).

    ``origin`` tells where it came from (``upload``, ``command``, ``demo``). Without ``apply_when_safe`` it is
    a dry run. Raises NotFound for an unknown bookshop, NotAllowed for one that left, Refused for an unknown
    format, an empty file or one that is too large.
    """
    took = stopwatch()
    state = session.scalar(_STATE, {"bookshop": bookshop_id})
    if state is None:
        raise NotFound()
    if state in CLOSED_TO_STOCK:
        raise NotAllowed(N_("This bookshop is not part of the network: it sends no stock."))
    _check(data)
    reader_of(session, name=format)
    sha256, name = store.put(data), name[-LONGEST_NAME:]
    file = {"bookshop_id": bookshop_id, "purpose": "stock", "name": name, "media_type": "text/plain"}
    file_id: int = session.scalars(_KEEP_FILE, {**file, "sha256": sha256, "size": len(data)}).one()
    run: dict[str, Any] = {
        "bookshop_id": bookshop_id,
        "format": format,
        "file_id": file_id,
        "origin": origin,
        "apply_when_safe": apply_when_safe,
    }
    last = last_applied(session, bookshop_id=bookshop_id, at=at)
    same = apply_when_safe and last is not None and not last.open_runs and last.is_same_file(format, sha256)
    if last and same and may_be_the_same(session, name=format, file_name=name, bookshop_id=bookshop_id):
        return receive_unchanged(session, **run, last=last, at=at, took=took)
    received = session.scalars(_OPEN_RUN, {**run, "state": FEED_RUN.first, "received_at": at}).one()
    if queued:
        ask_import(session, run=received)
    return received


def ask_import(session: TenantSession, *, run: FeedRun) -> None:
    """Ask for a job that reads the run's file."""
    key = f"{IMPORT}:{run.id}"
    outbox.post(session, kind=IMPORT, key=key, payload={"run_id": run.id}, bookshop_id=run.bookshop_id)


# Built once: they take longer to build than to be carried out.
_STATE = select(Bookshop.state).where(Bookshop.id == bindparam("bookshop"))
_KEEP_FILE = insert(StoredFile).returning(StoredFile.id).execution_options(dml_strategy="orm")
_OPEN_RUN = insert(FeedRun).returning(FeedRun).execution_options(dml_strategy="orm")


def _check(data: bytes) -> None:
    if not data:
        raise Refused(N_("The file is empty. Export it again and send the new one."), field="file")
    if len(data) > BOUNDS.size:
        raise Refused(
            N_("The file has %(size)s MB; at most %(limit)s MB are read."),
            field="file",
            size=-(-len(data) // 1_000_000),
            limit=BOUNDS.size // 1_000_000,
        )

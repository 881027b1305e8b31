"""A stock file arrives: its bytes are kept as they are before anything looks into them."""

from __future__ import annotations

from datetime import datetime

from trade.base import outbox
from trade.base.clock import stopwatch
from trade.base.errors import NotAllowed, NotFound, Refused
from trade.base.files import FileStore
from trade.base.raw_text import BOUNDS
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import Bookshop, StoredFile
from trade.stock.actions.process import repeats, say_unchanged
from trade.stock.models import FeedRun
from trade.stock.queries import last_applied
from trade.stock.readers import reader_of
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
    bookshop = session.get(Bookshop, bookshop_id)
    if bookshop is None:
        raise NotFound()
    if bookshop.state in CLOSED_TO_STOCK:
        raise NotAllowed(N_("This bookshop is not part of the network: it sends no stock."))
    _check(data)
    reader_of(session, name=format)
    last = last_applied(session, bookshop_id=bookshop_id, at=at)
    file = StoredFile(
        bookshop_id=bookshop_id,
        purpose="stock",
        name=name[-LONGEST_NAME:],
        media_type="text/plain",
        sha256=store.put(data),
        size=len(data),
    )
    session.add(file)
    session.flush()
    run = FeedRun(
        bookshop_id=bookshop_id,
        format=format,
        file_id=file.id,
        origin=origin,
        state=FEED_RUN.first,
        apply_when_safe=apply_when_safe,
        received_at=at,
    )
    session.add(run)
    session.flush()
    if last is not None and not last.open_runs and repeats(session, run=run, file=file, last=last):
        say_unchanged(session, run=run, last=last, at=at, took=took)
    elif queued:
        outbox.post(session, kind=IMPORT, key=f"{IMPORT}:{run.id}", payload={"run_id": run.id}, bookshop_id=bookshop_id)
    return run


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

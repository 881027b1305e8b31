"""How a distributor's stock arrives by itself, and a record of every file with what became of it.

A file that cannot be used changes nothing and leaves its reason: the job that brought it goes on.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from trade.base import journal, outbox
from trade.base.crypto import seal, unseal
from trade.base.errors import NotFound, Refused, concerning
from trade.base.files import FileStore
from trade.base.outbound import checked_address
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors.actions.stock import Loaded, load_file
from trade.distributors.models import Distributor, DistributorFeed, DistributorRun
from trade.members.models import StoredFile
from trade.stock.arrival import unpack
from trade.stock.readers import reader_of
from trade.stock.rules import Rejected

KEPT_REJECTIONS = 50
"""So many refused lines are kept with their reason; all are counted."""
LONGEST_ADDRESS = 500
PULL_ONE = "distributors.pull_one"


def choose_feed(
    session: TenantSession,
    *,
    distributor_id: int,
    format: str,
    at: datetime,
    address: str = "",
    token: str = "",
    pepper: bytes = b"",
    private: bool = False,
) -> None:
    """Say how a distributor's files are read, and from where its stock is fetched by night (nowhere when empty).

    An empty ``token`` keeps the one that is stored while the address stays. Raises NotFound, Refused.
    """
    if session.get(Distributor, distributor_id) is None:
        raise NotFound()
    with concerning("feed_format"):
        reader_of(session, name=format)
    if len(address) > LONGEST_ADDRESS or len(token) > LONGEST_ADDRESS:
        raise Refused(N_("This is too long."), field="feed_address")
    with concerning("feed_address"):
        address = checked_address(address, private=private) if address.strip() else ""
    row = session.get(DistributorFeed, distributor_id) or DistributorFeed(distributor_id=distributor_id, address="")
    if address != row.address:
        row.token, row.looked_at = None, None
    row.format, row.address = format, address
    if token.strip():
        row.token = seal(token.strip().encode(), pepper=pepper, context=_context(distributor_id))
    session.add(row)
    session.flush()
    journal.write(
        session, action="distributor.feed_chosen", thing="distributor", thing_id=distributor_id, at=at,
        details={"format": format, "address": address},
    )  # fmt: skip


def feed_token(feed: DistributorFeed, *, pepper: bytes) -> str:
    """The token that the other side wants, empty where there is none."""
    if feed.token is None:
        return ""
    return unseal(feed.token, pepper=pepper, context=_context(feed.distributor_id)).decode()


def ask_feeds(session: TenantSession, *, at: datetime) -> int:
    """One job for each active distributor that tells an address; returns how many."""
    asked = session.scalars(
        select(DistributorFeed.distributor_id)
        .join(Distributor, Distributor.id == DistributorFeed.distributor_id)
        .where(DistributorFeed.address != "", Distributor.state == "active")
        .order_by(DistributorFeed.distributor_id)
    ).all()
    for distributor_id in asked:
        outbox.post(
            session,
            kind=PULL_ONE,
            key=f"{PULL_ONE}:{distributor_id}:{at:%Y%m%d%H%M%S}",
            payload={"distributor_id": distributor_id},
        )
    return len(asked)


def receive(
    session: TenantSession,
    *,
    distributor_id: int,
    format: str,
    data: bytes,
    name: str,
    origin: str,
    at: datetime,
    store: FileStore,
    anyway: bool = False,
) -> DistributorRun:
    """Bring a file in and keep a record of it; one that is refused leaves the stock as it was, and its reason.

    The same bytes as the last file that was loaded only make the stock young again. Raises NotFound.
    """
    if session.get(Distributor, distributor_id) is None:
        raise NotFound()
    run = DistributorRun(
        distributor_id=distributor_id, received_at=at, origin=origin, format=format, name=name[-120:], state="refused"
    )
    digest = store.put(data) if data else ""
    if digest:
        run.file_id = _keep(session, name=run.name, sha256=digest, size=len(data))
    if digest and _same_as_last(session, run=run, sha256=digest):
        run.state = "unchanged"
        titles = session.get_one(Distributor, distributor_id).titles
        run.titles = titles
        session.execute(update(Distributor).where(Distributor.id == distributor_id).values(stock_at=at))
    else:
        _load(session, run, data, anyway)
    session.add(run)
    session.flush()
    return run


def note_failure(
    session: TenantSession, *, distributor_id: int, format: str, origin: str, at: datetime, refused: Refused
) -> DistributorRun:
    """Keep why a distributor's stock could not be fetched."""
    run = DistributorRun(
        distributor_id=distributor_id, received_at=at, origin=origin, format=format, name="", state="refused"
    )
    run.error = _reason(refused)
    session.add(run)
    session.flush()
    return run


def _load(session: TenantSession, run: DistributorRun, data: bytes, anyway: bool) -> None:
    try:
        with session.begin_nested():
            plain, _ = unpack(data, run.name)
            loaded, rejected = load_file(
                session,
                distributor_id=run.distributor_id,
                format=run.format,
                data=plain,
                at=run.received_at,
                anyway=anyway,
            )
    except Refused as refused:
        run.error = _reason(refused)
        return
    run.state = "loaded"
    _tell(run, loaded, rejected)


def _tell(run: DistributorRun, loaded: Loaded, rejected: list[Rejected]) -> None:
    run.titles, run.added, run.removed, run.rejected = loaded.titles, loaded.added, loaded.removed, loaded.refused
    run.rejections = [
        {
            "line": row.number,
            "message": row.reason.message,
            "values": {key: str(value) for key, value in row.reason.values.items()},
            "excerpt": row.excerpt,
        }
        for row in rejected[:KEPT_REJECTIONS]
    ]


def _keep(session: TenantSession, *, name: str, sha256: str, size: int) -> int:
    written = session.execute(
        insert(StoredFile)
        .values(bookshop_id=None, purpose="distributor", name=name, media_type="text/plain", sha256=sha256, size=size)
        .returning(StoredFile.id)
    )
    return int(written.scalar_one())


def _same_as_last(session: TenantSession, *, run: DistributorRun, sha256: str) -> bool:
    last = session.execute(
        select(StoredFile.sha256, DistributorRun.format)
        .join(StoredFile, StoredFile.id == DistributorRun.file_id)
        .where(DistributorRun.distributor_id == run.distributor_id, DistributorRun.state.in_(("loaded", "unchanged")))
        .order_by(DistributorRun.id.desc())
        .limit(1)
    ).one_or_none()
    return last is not None and (last.sha256, last.format) == (sha256, run.format)


def _reason(refused: Refused) -> dict[str, object]:
    values = {name: str(value) for name, value in refused.text.values.items()}
    return {"message": refused.text.message, "values": values}


def _context(distributor_id: int) -> str:
    return f"distributor_feed:{distributor_id}|token"

"""Distributors' stock by night and from watched folders (``incoming/_distributors/<short name>/``).

The folder works as that of bookshops (``jobs/folder.py``); an address is asked outside of transactions. Every file, and
every fetch that failed, leaves a record that staff see at the distributor's page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from jobs.context import Context
from jobs.folder import MOST_FILES, READ, REFUSED, contents, look, put_aside
from jobs.queue import handles
from trade.base import outbound, outbox
from trade.base.errors import Refused
from trade.base.raw_text import BOUNDS
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors import actions, queries
from trade.stock.clients import stocks_api

PLACE = "_distributors"
"""No bookshop has a folder of this name: their short addresses begin with a letter or digit."""
FOLDER, PULL = "folder", "pull"
API = "stocks_json"
SECONDS = 600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Waiting:
    """A complete file in the folder of a distributor."""

    key: str
    name: str


@dataclass(frozen=True)
class Fetched:
    """What the other side answered when, or why it did not."""

    at: datetime
    data: bytes = b""
    refused: Refused | None = None


def collect(context: Context, payload: dict[str, Any]) -> list[Waiting]:
    """The complete files of distributors whose files one knows how to read. Makes missing folders."""
    with context.session() as session:
        keys = list(queries.feeds(session))
    found: list[Waiting] = []
    for key in keys:
        place = _folder(context, key)
        try:
            place.parent.mkdir(mode=0o770, exist_ok=True)
            found += [Waiting(key, name) for name in look(place)]
        except OSError as error:
            log.warning("a folder of a distributor cannot be read", distributor=key, reason=error.strerror)
    return found[:MOST_FILES]


@handles("distributors.folder", outside=collect)
def take(session: TenantSession, context: Context, payload: dict[str, Any], found: list[Waiting]) -> dict[str, Any]:
    """Bring each file in, in its order; one that is refused stops no other."""
    feeds, done = queries.feeds(session), {"loaded": 0, "unchanged": 0, "refused": 0}
    for waiting in found:
        feed = feeds.get(waiting.key)
        if feed is None:
            continue
        try:
            data = contents(_folder(context, waiting.key) / waiting.name)
        except OSError:
            continue
        except Refused as refused:
            actions.note_failure(
                session,
                distributor_id=feed.distributor_id,
                format=feed.format,
                origin=FOLDER,
                at=context.now(),
                refused=refused,
            )
            state = "refused"
        else:
            state = actions.receive(
                session,
                distributor_id=feed.distributor_id,
                format=feed.format,
                data=data,
                name=waiting.name,
                origin=FOLDER,
                at=context.now(),
                store=context.store,
            ).state
        done[state] += 1
        _clear_later(session, waiting, REFUSED if state == "refused" else READ, context)
    return done


def move(context: Context, payload: dict[str, Any]) -> None:
    """Put a file that was read aside."""
    put_aside(_folder(context, payload["key"]), payload["name"], payload["into"], payload["stamp"])


@handles("distributors.folder_clear", outside=move)
def cleared(session: TenantSession, context: Context, payload: dict[str, Any], answer: None) -> None:
    """The file was put aside."""


@handles("distributors.pull")
def pull_all(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """One job for each distributor whose stock is fetched."""
    return {"asked": actions.ask_feeds(session, at=context.now())}


def fetch(context: Context, payload: dict[str, Any]) -> Fetched:
    """Ask for the whole stock: page by page where it is read as the API's pages, else as one file."""
    at = context.now()
    with context.session() as session:
        feed = queries.feed_of(session, distributor_id=payload["distributor_id"])
        if feed is None or not feed.address:
            return Fetched(at, refused=Refused(N_("No address is known from which its stock could be fetched.")))
        address, format, token = feed.address, feed.format, actions.feed_token(feed, pepper=context.pepper)
    private = not context.config.production
    try:
        if format == API:
            return Fetched(at, stocks_api.fetch(address, token=token, since=None, private=private))
        return Fetched(at, _file(address, token, private))
    except Refused as refused:
        return Fetched(at, refused=refused)


@handles(actions.PULL_ONE, outside=fetch)
def pull_one(session: TenantSession, context: Context, payload: dict[str, Any], fetched: Fetched) -> dict[str, Any]:
    """Bring in what was fetched, or keep why nothing was."""
    distributor_id = payload["distributor_id"]
    feed = queries.feed_of(session, distributor_id=distributor_id)
    if feed is None:
        return {"state": "refused"}
    feed.looked_at = fetched.at
    if fetched.refused is not None:
        run = actions.note_failure(
            session,
            distributor_id=distributor_id,
            format=feed.format,
            origin=PULL,
            at=fetched.at,
            refused=fetched.refused,
        )
    else:
        run = actions.receive(
            session,
            distributor_id=distributor_id,
            format=feed.format,
            data=fetched.data,
            name=Path(feed.address.partition("?")[0]).name or "stock",
            origin=PULL,
            at=fetched.at,
            store=context.store,
        )
    return {"state": run.state, "titles": run.titles, "rejected": run.rejected}


def _file(address: str, token: str, private: bool) -> bytes:
    headers = {"Authorization": f"Basic {token}"} if token else {}
    answer = outbound.get(address, headers=headers, most_bytes=BOUNDS.size, seconds=SECONDS, private=private)
    if answer.status != 200:
        raise Refused(N_("The other side answers with %(status)s instead of stock."), status=answer.status)
    return answer.body


def _folder(context: Context, key: str) -> Path:
    return context.config.incoming_dir / PLACE / key


def _clear_later(session: TenantSession, waiting: Waiting, into: str, context: Context) -> None:
    stamp = f"{context.now():%Y%m%d-%H%M%S}"
    outbox.post(
        session,
        kind="distributors.folder_clear",
        key=f"distributors.folder_clear:{waiting.key}:{waiting.name}:{stamp}",
        payload={"key": waiting.key, "name": waiting.name, "into": into, "stamp": stamp},
    )

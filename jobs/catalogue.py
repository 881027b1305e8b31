"""Background work on the catalogue: reading feeds by batches, prices whose day has come, services asked, covers."""

from __future__ import annotations

from tempfile import TemporaryFile
from time import monotonic
from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.errors import Refused
from trade.base.outbound import get
from trade.base.pictures import MOST_BYTES
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.catalogue import actions
from trade.catalogue.clients import Credentials, clients
from trade.catalogue.queries import feeds
from trade.catalogue.queries.covers import covers_to_fetch
from trade.catalogue.settings import FETCH_COVERS

MOST_COVERS = 200
COVER_SECONDS = 10.0
FROM_FEEDS = "feed"


def read_feed(context: Context, payload: dict[str, Any]) -> None:
    """Read a feed to its end, committing each batch: a killed worker goes on behind the last one."""
    run_id, started = payload["run_id"], monotonic()
    with context.session() as session:
        begun = actions.begin(session, run_id=run_id, at=context.now())
    if not begun:
        return
    try:
        with context.session() as session:
            batches, size = actions.entries(session, run_id=run_id, store=context.store)
        for batch, done in batches:
            with context.session() as session:
                actions.take_batch(session, run_id=run_id, batch=batch, at=context.now())
            context.progress(f"catalogue:{run_id}", done, size, "reading")
    except Refused as refused:
        with context.session() as session:
            actions.give_up(session, run_id=run_id, refused=refused, at=context.now())
        return
    with context.session() as session:
        spent = int((monotonic() - started) * 1000)
        actions.end(session, run_id=run_id, at=context.now(), milliseconds=spent)


@handles("catalogue.import", outside=read_feed)
def feed_read(session: TenantSession, context: Context, payload: dict[str, Any], answer: None) -> dict[str, Any]:
    """Nothing is left to do: the run itself tells what came of it."""
    return {"run": payload["run_id"]}


@handles("catalogue.forget_picture")
def forget_picture(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Delete the picture of a cover that is no more."""
    return {"deleted": actions.forget_picture(session, sha256=payload["sha256"], store=context.store)}


@handles("catalogue.prices")
def bring_in_prices(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Prices that were announced for a day act on it."""
    return {"books": actions.apply_due_prices(session, at=context.now())}


def renew_shared(context: Context, payload: dict[str, Any]) -> None:
    """Make the books of several sources anew, a slice at a time, after their order was changed."""
    after: int | None = 0
    while after is not None:
        with context.session() as session:
            after = actions.renew_shared(session, after=after, limit=actions.BATCH, at=context.now())


@handles("catalogue.renew", outside=renew_shared)
def renewed(session: TenantSession, context: Context, payload: dict[str, Any], answer: None) -> dict[str, Any]:
    """All is done outside: each slice is a transaction of its own."""
    return {}


def ask_services(context: Context, payload: dict[str, Any]) -> None:
    """Ask every connected service what changed since it told last, each for itself: one that fails stops no other."""
    for source_id, client, credentials in _connected(context):
        try:
            _ask(context, source_id, client, credentials)
        except Refused as refused:
            with context.session() as session:
                actions.note_unanswered(session, source_id=source_id, refused=refused, at=context.now())


def _connected(context: Context) -> list[tuple[int, Any, Credentials]]:
    with context.session() as session:
        return [
            (each.id, clients()[each.reader], actions.credentials_of(each, pepper=context.pepper))
            for each in actions.connected(session)
        ]


def _ask(context: Context, source_id: int, client: Any, credentials: Credentials) -> None:
    at, private = context.now(), not context.config.production
    if not hasattr(client, "changes"):
        with context.session() as session:
            isbns = actions.unknown_in_stock(session, at=at)
        answers = list(client.records(credentials, isbns=isbns, private=private)) if isbns else []
        if answers:
            with context.session() as session:
                actions.take_answers(session, source_id=source_id, answers=answers, at=at)
        return
    with context.session() as session:
        source = feeds.source(session, source_id=source_id)
        key, since = source.key, actions.ask_since(source, at=at)
    with TemporaryFile() as told:
        told.writelines(client.changes(credentials, since=since, private=private))
        told.seek(0)
        with context.session() as session:
            name = f"{client.NAME}-{at:%Y-%m-%d}"
            actions.receive_feed(
                session,
                stream=told,
                name=name,
                origin="client",
                at=at,
                store=context.store,
                format=client.FORMAT,
                source=key,
            )
            actions.note_told(session, source_id=source_id, until=at)


@handles("catalogue.ask", outside=ask_services)
def services_asked(session: TenantSession, context: Context, payload: dict[str, Any], answer: None) -> dict[str, Any]:
    """What came is a run of its own, read by its own job."""
    return {}


def fetch_covers(context: Context, payload: dict[str, Any]) -> int:
    """Fetch covers that feeds name by their address, where that is switched on; each is kept at once."""
    with context.session() as session:
        if not value_of(session, FETCH_COVERS, at=context.now()):
            return 0
        wanted = covers_to_fetch(session, at=context.now(), limit=MOST_COVERS)
    services = [(client, told) for _, client, told in _connected(context) if hasattr(client, "is_cover")]
    for isbn, address in wanted:
        picture = _picture(context, address, services)
        with context.session() as session:
            try:
                if picture is None:
                    actions.note_in_vain(session, isbn=isbn, source=FROM_FEEDS, at=context.now())
                else:
                    actions.set_cover(
                        session, isbn=isbn, data=picture, source=FROM_FEEDS, at=context.now(), store=context.store
                    )
            except Refused:
                actions.note_in_vain(session, isbn=isbn, source=FROM_FEEDS, at=context.now())
    return len(wanted)


def _picture(context: Context, address: str, services: list[tuple[Any, Credentials]]) -> bytes | None:
    """What lies at the address; a service that wants a password for its covers (DILVE) is asked with it."""
    private = not context.config.production
    try:
        for client, credentials in services:
            if client.is_cover(credentials, address=address):
                picture: bytes = client.cover(credentials, address=address, private=private)
                return picture
        answer = get(address, headers={"Accept": "image/*"}, most_bytes=MOST_BYTES, seconds=COVER_SECONDS)
    except Refused:
        return None
    return answer.body if answer.status == 200 else None


@handles("catalogue.covers", outside=fetch_covers)
def covers_fetched(session: TenantSession, context: Context, payload: dict[str, Any], fetched: int) -> dict[str, Any]:
    """How many addresses were looked at."""
    return {"looked_at": fetched}

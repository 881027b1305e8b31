"""Fetching the stock of bookshops whose software or portal is asked for it; the asking is outside of transactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.context import Context
from jobs.queue import handles
from trade.base.errors import Refused
from trade.base.tenancy import Scope, TenantSession
from trade.stock import actions, queries
from trade.stock.clients import stocks_api
from trade.stock.queries.arriving import PULL, WHOLE_PULL

FORMAT = "stocks_json"


@dataclass(frozen=True)
class Fetched:
    """What the other side answered, or why it did not; and what was asked when."""

    at: datetime
    since: datetime | None
    data: bytes | None = None
    refused: Refused | None = None


@handles("stock.pull")
def pull_all(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """One job for each bookshop whose stock is fetched."""
    asked = queries.pulled(session)
    for bookshop_id in asked:
        actions.ask_pull(session, bookshop_id=bookshop_id, at=context.now())
    return {"asked": len(asked)}


def fetch(context: Context, payload: dict[str, Any]) -> Fetched:
    """Ask for all pages; a refusal is a result like any other, the next hour asks again."""
    at = context.now()
    address, token, since = _asking(context, payload["bookshop_id"], at)
    try:
        data = stocks_api.fetch(address, token=token, since=since, private=not context.config.production)
    except Refused as refused:
        return Fetched(at, since, refused=refused)
    return Fetched(at, since, data)


def probe(context: Context, payload: dict[str, Any]) -> Fetched:
    """Ask for one row."""
    at = context.now()
    address, token, _ = _asking(context, payload["bookshop_id"], at)
    try:
        stocks_api.probe(address, token=token, private=not context.config.production)
    except Refused as refused:
        return Fetched(at, None, refused=refused)
    return Fetched(at, None)


@handles("stock.pull_one", scope="bookshop", outside=fetch)
def pull_one(session: TenantSession, context: Context, payload: dict[str, Any], fetched: Fetched) -> dict[str, Any]:
    """Receive what was fetched; a job reads it like any other file."""
    bookshop_id = payload["bookshop_id"]
    actions.note_pull(session, bookshop_id=bookshop_id, at=fetched.at, refused=fetched.refused)
    if fetched.data is None:
        return {"fetched": False}
    run = actions.receive_file(
        session,
        bookshop_id=bookshop_id,
        format=_format(session, bookshop_id),
        data=fetched.data,
        name=f"pull-since-{fetched.since:%Y%m%d-%H%M}.json" if fetched.since else WHOLE_PULL,
        origin=PULL,
        at=fetched.at,
        store=context.store,
    )
    return {"fetched": True, "run": run.id}


@handles("stock.pull_test", scope="bookshop", outside=probe)
def pull_test(session: TenantSession, context: Context, payload: dict[str, Any], fetched: Fetched) -> dict[str, Any]:
    """Keep whether the address and the token are right."""
    actions.note_pull(session, bookshop_id=payload["bookshop_id"], at=fetched.at, refused=fetched.refused)
    return {"good": fetched.refused is None}


def _asking(context: Context, bookshop_id: int, at: datetime) -> tuple[str, str, datetime | None]:
    """Address, token and since when, read in a session that is closed before anybody is asked."""
    with context.session(Scope("bookshop", bookshop_id=bookshop_id)) as session:
        arrival = actions.arrival_of(session, bookshop_id=bookshop_id)
        token = actions.pull_token(arrival, pepper=context.pepper)
        return arrival.pull_address, token, queries.ask_since(session, bookshop_id=bookshop_id, at=at)


def _format(session: TenantSession, bookshop_id: int) -> str:
    """The chosen format where it is a pull adapter, else the plain one."""
    chosen = queries.format_of(session, bookshop_id=bookshop_id)
    pulls = {row.key for row in queries.adapters(session) if row.kind == PULL and row.state == "in_use"}
    return chosen if chosen in pulls else FORMAT

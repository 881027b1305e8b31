"""The sample bookshops send their stock as they would every night, through the normal feed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from jobs.context import Context
from jobs.demo import supply
from jobs.demo.books import books
from jobs.demo.files import SampleFile, stock_file
from jobs.queue import handles
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.catalogue.rules import NewBook
from trade.catalogue.settings import VAT_RATES
from trade.members.models import Bookshop
from trade.stock.actions import receive_file
from trade.stock.models import BookshopStock, FeedRun

ORIGIN = "demo"
RECENT = timedelta(hours=12)


@handles("stock.demo_resend")
def resend(session: TenantSession, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
    """Receive a fresh file from each bookshop whose stock is a sample; its import follows as its own job."""
    return {"files": receive_all(session, context, at=context.now())}


def receive_all(session: TenantSession, context: Context, *, at: datetime) -> int:
    """One file from each bookshop whose last applied file was a sample and is not of today; returns how many."""
    known = books(context.profile.country)
    senders = list(session.execute(_senders(before=at - RECENT)))
    for bookshop_id, slug in senders:
        receive(session, context, bookshop_id, file_of(session, context, bookshop_id, slug, known, at=at), at=at)
    supply.resend(session, context, known, at=at, before=at - RECENT)
    return len(senders)


def _senders(*, before: datetime) -> Any:
    return (
        select(Bookshop.id, Bookshop.slug)
        .join(BookshopStock, BookshopStock.bookshop_id == Bookshop.id)
        .join(FeedRun, FeedRun.id == BookshopStock.run_id)
        .where(FeedRun.origin == ORIGIN, Bookshop.state == "active", BookshopStock.file_at < before)
        .order_by(Bookshop.id)
    )


def file_of(
    session: TenantSession, context: Context, bookshop_id: int, slug: str, known: list[NewBook], *, at: datetime
) -> SampleFile:
    """The file that a sample bookshop would send at this moment."""
    day = at.astimezone(ZoneInfo(context.profile.time_zone)).date()
    vat_rate = value_of(session, VAT_RATES, at=at, bookshop_id=bookshop_id)["fixed_price"]
    return stock_file(slug, known, country=context.profile.country, day=day, vat_rate=vat_rate)


def receive(
    session: TenantSession,
    context: Context,
    bookshop_id: int,
    file: SampleFile,
    *,
    at: datetime,
    queued: bool = True,
    origin: str = ORIGIN,
) -> FeedRun:
    """Receive a sample bookshop's file; one of another origin is not re-sent by itself."""
    return receive_file(
        session,
        bookshop_id=bookshop_id,
        format=file.format,
        data=file.data,
        name=file.name,
        origin=origin,
        at=at,
        store=context.store,
        queued=queued,
    )

"""A file says what is known already: its run takes over what the last applied one told, and renews the stock's age."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Integer, Text, bindparam, func, insert, literal, select, update

from trade.base.journal import begin_with
from trade.base.tenancy import TenantSession
from trade.stock.actions.decide import end, part_of
from trade.stock.models import BookshopStock, FeedRun, StockLine
from trade.stock.queries import Applied
from trade.stock.rules import Verdict
from trade.stock.states import FEED_RUN

TAKEN_OVER = (
    FeedRun.read,
    FeedRun.accepted,
    FeedRun.refused,
    FeedRun.repeated,
    FeedRun.isbns,
    FeedRun.file_date,
    FeedRun.sender,
    FeedRun.vat_included,
    FeedRun.remarks,
)
"""What a file says that equals the last applied one: the same as that."""


def say_unchanged(
    session: TenantSession, *, run: FeedRun, last: Applied, at: datetime, took: Callable[[], float]
) -> None:
    """The run's file is that of the last applied one: take over its counts and remarks, and renew the stock's age."""
    taken = session.execute(select(*TAKEN_OVER).where(FeedRun.id == last.run_id)).one()
    values = dict(zip(taken._fields, taken, strict=True))
    values |= {"titles_before": last.titles, "unknown": unknown_lines(run.bookshop_id)}
    end_unchanged(session, run=run, last=last, at=at, facts={**values, "took_ms": milliseconds(took)})


def end_unchanged(
    session: TenantSession, *, run: FeedRun, last: Applied, at: datetime, facts: Mapping[str, Any]
) -> None:
    """The stock is as old as this file, which says what is known already; read again, it makes nothing older."""
    as_of = max(last.file_at, run.as_of or run.received_at)
    end(session, run=run, move="find_unchanged", at=at, **facts, as_of=as_of)
    session.execute(_RENEW_AGE, {"bookshop": run.bookshop_id, "as_of": as_of})


def receive_unchanged(
    session: TenantSession,
    *,
    bookshop_id: int,
    format: str,
    file_id: int,
    origin: str,
    apply_when_safe: bool,
    last: Applied,
    at: datetime,
    took: Callable[[], float],
) -> FeedRun:
    """The same for a file at its arrival: its run is written as it ends, in one statement."""
    as_of = max(last.file_at, at)
    run: FeedRun = begin_with(
        session,
        FEED_RUN,
        _SAME_AGAIN,
        "find_unchanged",
        role=part_of(session),
        at=at,
        bookshop=bookshop_id,
        format=format,
        file=file_id,
        origin=origin,
        apply_when_safe=apply_when_safe,
        person=session.scope.person_id,
        titles=last.titles,
        last=last.run_id,
        as_of=as_of,
        took_ms=milliseconds(took),
    )
    session.execute(_RENEW_AGE, {"bookshop": bookshop_id, "as_of": as_of})
    return run


def unknown_lines(bookshop_id: Any) -> Any:
    """How many titles in stock the catalogue does not know: a part of other statements."""
    return (
        select(func.count())
        .select_from(StockLine)
        .where(
            StockLine.bookshop_id == bookshop_id,
            StockLine.verdict == literal(Verdict.UNKNOWN_BOOK, Text, literal_execute=True),
            StockLine.quantity > 0,
        )
        .scalar_subquery()
    )


def milliseconds(took: Callable[[], float]) -> int:
    """What a stopwatch says, as a run keeps it."""
    return round(took() * 1_000)


_RENEW_AGE = (
    update(BookshopStock)
    .where(BookshopStock.bookshop_id == bindparam("bookshop"))
    .values(file_at=bindparam("as_of"))
    .execution_options(synchronize_session=False)
)


def _same_again() -> Any:
    shop = bindparam("bookshop", type_=BigInteger)
    at = bindparam("at", type_=DateTime(timezone=True))
    columns = {
        "bookshop_id": shop,
        "format": bindparam("format", type_=Text),
        "file_id": bindparam("file", type_=BigInteger),
        "origin": bindparam("origin", type_=Text),
        "state": bindparam("state", type_=Text),
        "apply_when_safe": bindparam("apply_when_safe", type_=Boolean),
        "received_at": at,
        "finished_at": at,
        "as_of": bindparam("as_of", type_=DateTime(timezone=True)),
        "took_ms": bindparam("took_ms", type_=Integer),
        "decided_by": bindparam("person", type_=BigInteger),
        "titles_before": bindparam("titles", type_=Integer),
        "unknown": unknown_lines(shop),
        **{column.key: column for column in TAKEN_OVER},
    }
    last = select(*columns.values()).where(FeedRun.id == bindparam("last"), FeedRun.bookshop_id == shop)
    same_again = insert(FeedRun).from_select(list(columns), last).returning(FeedRun)
    return same_again.execution_options(dml_strategy="orm")  # one row, though its values come as parameters


_SAME_AGAIN = _same_again()

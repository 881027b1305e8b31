"""The platform's dated prices: kept as a line, and brought into the book on their day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Boolean, Integer, Text, func, insert, select, update

from trade.base.sets import row_table, value_table
from trade.base.tenancy import TenantSession
from trade.catalogue.actions.locks import lock_catalogue
from trade.catalogue.engines import note_changed
from trade.catalogue.models import Book, BookPrice
from trade.catalogue.queries.prices import prices_at
from trade.catalogue.rules import DatedPrice, is_sample
from trade.stock.actions import rejudge_books

SLICE = 5_000


def keep_prices(
    session: TenantSession, *, lines: Mapping[int, Sequence[DatedPrice]], known: Collection[int], at: datetime
) -> None:
    """Bring the dated prices of books in accord with these lines: the past stays, what is to come is replaced."""
    present = _present(session, [isbn for isbn in lines if isbn in known])
    zone = ZoneInfo(session.profile.time_zone)
    rows: list[dict[str, Any]] = []
    withdrawn: list[int] = []
    for isbn, line in lines.items():
        past = [price for price in present.get(isbn, ()) if price.valid_from <= at]
        coming = {(price.valid_from, price.cents): price.id for price in present.get(isbn, ()) if price.valid_from > at}
        for price in line:
            begins = at if price.since is None else _midnight(price.since, zone)
            if price.since is None and price.cents == (past[-1].cents if past else None):
                continue
            if price.since is not None and coming.pop((begins, price.cents), None):
                continue
            rows.append(
                {
                    "isbn": isbn,
                    "cents": price.cents,
                    "valid_from": begins,
                    "source": price.source,
                    "kind": price.kind,
                    "vat_rate": price.vat_rate,
                    "applied_at": at if price.since is None else None,
                }
            )
        withdrawn += coming.values()
    _withdraw(session, withdrawn, at)
    _add(session, rows)


def apply_due_prices(session: TenantSession, *, at: datetime) -> int:
    """Bring prices whose day has come into their books and judge the stock anew; returns how many books moved.

    Set-based, a slice at a time; harmless when called again.
    """
    lock_catalogue(session)
    moved = 0
    while isbns := _due(session, at):
        in_force = prices_at(session, isbns=isbns, at=at)
        moved += _set_prices(session, in_force)
        done = (BookPrice.isbn == func.any(isbns), BookPrice.valid_from <= at, BookPrice.applied_at.is_(None))
        session.execute(
            update(BookPrice).where(*done).values(applied_at=at).execution_options(synchronize_session=False)
        )
        note_changed(session, isbns=isbns)
        rejudge_books(session, isbns=isbns, at=at)
    return moved


def _due(session: TenantSession, at: datetime) -> list[int]:
    waiting = (BookPrice.applied_at.is_(None), BookPrice.withdrawn_at.is_(None), BookPrice.valid_from <= at)
    return list(session.scalars(select(BookPrice.isbn).where(*waiting).distinct().limit(SLICE)))


def _set_prices(session: TenantSession, prices: Mapping[int, Any]) -> int:
    given = value_table(
        isbn=(BigInteger, list(prices)),
        cents=(BigInteger, [price.cents for price in prices.values()]),
        kind=(Text, [price.kind for price in prices.values()]),
        vat_rate=(Integer, [price.vat_rate for price in prices.values()]),
        is_sample=(Boolean, [is_sample(price.source) for price in prices.values()]),
    )
    moved = session.execute(
        update(Book)
        .where(Book.isbn == given.c.isbn, Book.price_cents.is_distinct_from(given.c.cents))
        .values(
            price_cents=given.c.cents,
            price_kind=given.c.kind,
            vat_rate=given.c.vat_rate,
            price_is_sample=given.c.is_sample,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return int(moved.rowcount)  # type: ignore[attr-defined]


def _present(session: TenantSession, isbns: list[int]) -> dict[int, list[Any]]:
    if not isbns:
        return {}
    kept = select(BookPrice.id, BookPrice.isbn, BookPrice.cents, BookPrice.valid_from).where(
        BookPrice.isbn == func.any(isbns), BookPrice.withdrawn_at.is_(None)
    )
    present: dict[int, list[Any]] = {}
    for row in session.execute(kept.order_by(BookPrice.isbn, BookPrice.valid_from, BookPrice.id)):
        present.setdefault(row.isbn, []).append(row)
    return present


def _withdraw(session: TenantSession, ids: list[int], at: datetime) -> None:
    if ids:
        gone = update(BookPrice).where(BookPrice.id == func.any(ids)).values(withdrawn_at=at)
        session.execute(gone.execution_options(synchronize_session=False))


def _add(session: TenantSession, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    given = row_table({name: BookPrice.__table__.c[name].type for name in rows[0]}, rows)
    session.execute(insert(BookPrice).from_select(list(given.c.keys()), select(*given.c)))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)

"""Locks that last until the end of the transaction: one writer a bookshop's stock, one a title's copies.

One order, so that nobody waits in a circle: the catalogue's own lock first (``catalogue/actions/locks.py``), then
bookshops, then rows. Who has a bookshop's lock takes no other bookshop's, unless under the catalogue's.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, literal, select

from trade.base.sets import value_table
from trade.base.tenancy import TenantSession


def lock_stock(session: TenantSession, *, bookshop_id: int) -> None:
    """Wait until no other transaction writes this bookshop's stock."""
    _lock(session, f"stock:{bookshop_id}")


def lock_stocks(session: TenantSession, *, bookshop_ids: Sequence[int]) -> None:
    """Wait until no other transaction writes the stock of these bookshops. Only under the catalogue's lock."""
    given = value_table(bookshop_id=(BigInteger, sorted(bookshop_ids)))
    name = literal("stock:", Text).concat(cast(given.c.bookshop_id, Text))
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))).select_from(given)).all()


def lock_copies(session: TenantSession, *, bookshop_id: int, isbn: int) -> None:
    """Wait until no other transaction sets copies of this title at this bookshop apart, or writes its stock.

    Many set copies of different titles apart at once: they share the lock that a file has alone.
    """
    shared = func.pg_advisory_xact_lock_shared(_number(f"stock:{bookshop_id}"))
    alone = func.pg_advisory_xact_lock(_number(f"copies:{bookshop_id}:{isbn}"))
    session.execute(select(shared, alone))


def _lock(session: TenantSession, name: str) -> None:
    session.execute(select(func.pg_advisory_xact_lock(_number(name))))


def _number(name: str) -> ColumnElement[int]:
    return func.hashtextextended(name, 0)

"""Locks that last until the end of the transaction: one writer a bookshop's stock, one a title's copies."""

from __future__ import annotations

from sqlalchemy import func, select

from trade.base.tenancy import TenantSession


def lock_stock(session: TenantSession, *, bookshop_id: int) -> None:
    """Wait until no other transaction writes this bookshop's stock."""
    _lock(session, f"stock:{bookshop_id}")


def lock_copies(session: TenantSession, *, bookshop_id: int, isbn: int) -> None:
    """Wait until no other transaction sets copies of this title at this bookshop apart."""
    _lock(session, f"copies:{bookshop_id}:{isbn}")


def _lock(session: TenantSession, name: str) -> None:
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

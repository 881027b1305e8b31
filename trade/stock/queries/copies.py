"""Copies that can be promised: those of the last file minus those set apart."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from trade.base.tenancy import TenantSession
from trade.stock.models import StockHold, StockLine
from trade.stock.rules import Verdict


def held_copies() -> ColumnElement[int]:
    """Copies of a stock line that are set apart: a part of other queries on :class:`StockLine`."""
    return (
        select(func.coalesce(func.sum(StockHold.copies), 0))
        .where(
            StockHold.bookshop_id == StockLine.bookshop_id,
            StockHold.isbn == StockLine.isbn,
            StockHold.state != "released",
        )
        .correlate(StockLine)
        .scalar_subquery()
    )


def available(session: TenantSession, *, bookshop_id: int, isbn: int) -> int:
    """Copies that can be promised: those of the last file if it may be shown, minus those set apart."""
    free = session.scalar(
        select(StockLine.quantity - held_copies()).where(
            StockLine.bookshop_id == bookshop_id, StockLine.isbn == isbn, StockLine.verdict == Verdict.VISIBLE
        )
    )
    return max(free or 0, 0)

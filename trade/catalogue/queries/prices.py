"""The platform's prices by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from trade.base.tenancy import TenantSession
from trade.catalogue.models import BookPrice


def prices_at(session: TenantSession, *, isbns: Sequence[int], at: datetime) -> dict[int, Any]:
    """The price in force of each book at a moment, by ISBN: cents, kind, vat_rate, source, valid_from."""
    price = BookPrice
    valid = (price.isbn == func.any(list(isbns)), price.valid_from <= at, price.withdrawn_at.is_(None))
    newest = (
        select(price.id, price.isbn, price.cents, price.kind, price.vat_rate, price.source, price.valid_from)
        .where(*valid)
        .ext(distinct_on(price.isbn))
        .order_by(price.isbn, price.valid_from.desc(), price.id.desc())
    )
    return {row.isbn: row for row in session.execute(newest)}


def price_history(session: TenantSession, *, isbn: int, limit: int = 50) -> list[BookPrice]:
    """The dated prices of a book, those to come first; what was taken back is marked."""
    known = select(BookPrice).where(BookPrice.isbn == isbn)
    return list(session.scalars(known.order_by(BookPrice.valid_from.desc(), BookPrice.id.desc()).limit(limit)))

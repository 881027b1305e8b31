"""Which books have a cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, func, or_, select

from trade.base.tenancy import TenantSession
from trade.catalogue.models import BookCover, BookDetail

AGAIN = timedelta(days=30)


def covers(session: TenantSession, *, isbns: Iterable[int]) -> dict[int, str]:
    """The digest of the cover of those books that have one: part of its address."""
    wanted = list(isbns)
    if not wanted:
        return {}
    found = select(BookCover.isbn, BookCover.sha256).where(BookCover.isbn == func.any(wanted), BookCover.sha256 != "")
    return {row.isbn: row.sha256 for row in session.execute(found)}


def cover(session: TenantSession, *, isbn: int) -> BookCover | None:
    """The cover of a book."""
    found = session.get(BookCover, isbn)
    return found if found is not None and found.sha256 else None


def covers_to_fetch(session: TenantSession, *, at: datetime, limit: int) -> Sequence[Row[int, str]]:
    """Books whose feed names the address of a cover that nobody has looked for, or in vain a month ago."""
    tried = and_(BookCover.sha256 == "", BookCover.created_at < at - AGAIN)
    wanted = (
        select(BookDetail.isbn, BookDetail.cover_url)
        .outerjoin(BookCover, BookCover.isbn == BookDetail.isbn)
        .where(BookDetail.cover_url.startswith("https://"), or_(BookCover.isbn.is_(None), tried))
    )
    return session.execute(wanted.order_by(BookDetail.isbn.desc()).limit(limit)).all()

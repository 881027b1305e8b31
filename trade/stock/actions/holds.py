"""Copies set apart for a reader: no later file erases a hold, and of two readers after the last copy one wins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.stock.actions.locks import lock_copies
from trade.stock.models import StockHold
from trade.stock.queries import available, freshness_of
from trade.stock.rules import Freshness


def hold(
    session: TenantSession,
    *,
    bookshop_id: int,
    isbn: int,
    copies: int,
    reference: str,
    at: datetime,
    person_id: int | None = None,
) -> StockHold:
    """Set copies apart under a reference. Raises Refused where so many are not free, or the stock is too old."""
    lock_copies(session, bookshop_id=bookshop_id, isbn=isbn)
    if freshness_of(session, bookshop_id=bookshop_id, at=at) in (Freshness.NEVER, Freshness.EXPIRED):
        raise Refused(N_("This bookshop has sent no stock for days. Another bookshop may have the book."))
    if available(session, bookshop_id=bookshop_id, isbn=isbn) < copies:
        raise Refused(N_("The last copy was reserved a moment ago. Another bookshop may have the book."))
    held = StockHold(
        bookshop_id=bookshop_id,
        person_id=person_id,
        isbn=isbn,
        copies=copies,
        reference=reference,
        state="open",
        created_at=at,
    )
    session.add(held)
    session.flush()
    return held


def hold_again(session: TenantSession, *, reference: str, at: datetime) -> None:
    """Set released copies apart once more. Raises NotFound, Refused where so many are not free any more."""
    held = session.scalar(select(StockHold).where(StockHold.reference == reference).with_for_update())
    if held is None:
        raise NotFound()
    lock_copies(session, bookshop_id=held.bookshop_id, isbn=held.isbn)
    if held.state != "released":
        return
    if available(session, bookshop_id=held.bookshop_id, isbn=held.isbn) < held.copies:
        raise Refused(N_("The last copy was reserved a moment ago. Another bookshop may have the book."))
    held.state, held.released_at = "open", None
    session.flush()


def release_hold(session: TenantSession, *, reference: str, at: datetime) -> None:
    """Give the copies back to the shelf. A hold that is already released stays so. Raises NotFound."""
    _move(session, reference, ("open", "until_next_file"), "released", at)


def keep_until_next_file(session: TenantSession, *, reference: str, at: datetime) -> None:
    """The copies left the bookshop: they stay out of the stock until a file is made after this moment.

    Raises NotFound.
    """
    _move(session, reference, ("open",), "until_next_file", at)


def _move(session: TenantSession, reference: str, origins: tuple[str, ...], target: str, at: datetime) -> None:
    held = session.scalar(select(StockHold).where(StockHold.reference == reference).with_for_update())
    if held is None:
        raise NotFound()
    if held.state in origins:
        held.state = target
        held.released_at = at
        session.flush()

"""What the reservation tests stand on: stock on the shelf of a bookshop, and a reservation of one of the cast."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cast import NOW
from trade.base.tenancy import TenantSession
from trade.members.models import StoredFile
from trade.reservations.actions import place
from trade.stock.models import BookshopStock, FeedRun, StockLine

ISBN = 9788437604947


def shelve(session: TenantSession, bookshop_id: int, *, isbn: int = ISBN, copies: int = 1, at: datetime = NOW) -> None:
    """Put copies on the shelf, in a system session."""
    stored = StoredFile(
        bookshop_id=bookshop_id,
        purpose="stock",
        name="sample.csv",
        media_type="text/csv",
        sha256="0" * 64,
        size=1,
        created_at=at,
    )
    session.add(stored)
    session.flush()
    run = FeedRun(
        bookshop_id=bookshop_id,
        format="model_csv",
        file_id=stored.id,
        origin="test",
        state="applied",
        received_at=at - timedelta(hours=3),
        read=1,
        accepted=1,
        isbns=1,
    )
    session.add(run)
    session.flush()
    session.merge(BookshopStock(bookshop_id=bookshop_id, run_id=run.id, file_at=at - timedelta(hours=3), titles=1))
    session.merge(
        StockLine(
            bookshop_id=bookshop_id,
            isbn=isbn,
            quantity=copies,
            declared_cents=1495,
            verdict="visible",
            price=1495,
            changed_at=at,
        )
    )


def reserve(
    house, reader: str = "clara", shop: str = "alba", *, isbn: int = ISBN, at: datetime = NOW, note: str = ""
) -> str:
    """Place a reservation as that reader and return its reference."""
    with house.session(house.cast.reader(reader)) as session:
        reservation = place(session, bookshop_id=getattr(house.cast, shop), isbn=isbn, locale="es", at=at, note=note)
        return reservation.reference

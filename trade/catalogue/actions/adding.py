"""Books and prices that people and samples bring, told like those of any other source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from trade.base import journal
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.actions.sources import STAFF, ensure_source
from trade.catalogue.actions.telling import Telling, tell
from trade.catalogue.queries import book as known_book
from trade.catalogue.records import Price
from trade.catalogue.rules import NewBook, plain_price, said_by

BATCH = 2_000


def add_books(session: TenantSession, *, books: Iterable[NewBook], at: datetime, source: str) -> int:
    """Add books, or bring known ones up to date; returns how many. A new price is dated ``at``.

    Raises Refused for a category that does not exist.
    """
    teller = ensure_source(session, key=source)
    different = list({book.isbn: book for book in books}.values())
    for start in range(0, len(different), BATCH):
        some = [Telling(book.isbn, said_by(book)) for book in different[start : start + BATCH]]
        tell(session, source=teller, tellings=some, at=at, run_id=None)
    return len(different)


def set_price(session: TenantSession, *, isbn: int, cents: int, at: datetime) -> None:
    """Say the network's price of a book (VAT included) before every feed; the old one stays in its history.

    Raises NotFound for an unknown book, Refused for a price that is not positive.
    """
    book = known_book(session, isbn=isbn)
    if cents <= 0:
        raise Refused(N_("A price is more than zero."), field="price")
    if book.price_cents == cents:
        return
    kind: Literal["fixed", "recommended"] = "fixed" if book.price_kind == "fixed" else "recommended"
    said = {"prices": [plain_price(Price(cents, kind=kind), announced=False)], "price_is_sample": False}
    teller = ensure_source(session, key=STAFF)
    tell(session, source=teller, tellings=[Telling(isbn, said, "update")], at=at, run_id=None)
    session.refresh(book)
    journal.write(session, action="book.priced", thing="book", thing_id=isbn, at=at, details={"cents": cents})


def follow_feeds(session: TenantSession, *, isbn: int, at: datetime) -> None:
    """Take back what staff said of a book: its feeds are believed again. Raises NotFound for an unknown book."""
    book = known_book(session, isbn=isbn)
    teller = ensure_source(session, key=STAFF)
    tell(session, source=teller, tellings=[Telling(isbn, {}, "delete")], at=at, run_id=None)
    session.refresh(book)
    journal.write(session, action="book.left_to_feeds", thing="book", thing_id=isbn, at=at)

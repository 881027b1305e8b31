"""What a bookseller says of a line of the logs: a rare title is looked at, a hidden price is accepted (T110, T112)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from trade.base import journal
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.stock.models import AcceptedPrice, RareTitle, StockLine
from trade.stock.rules import Verdict

RARE_MARKS = ("seen", "stock_error", "other_channel")
"""What a bookseller may say of a rare title (T110)."""


def mark_rare(session: TenantSession, *, bookshop_id: int, isbn: int, mark: str, at: datetime) -> None:
    """Say what a rare title is: seen, a stock error, for another channel, or nothing ("") again (T110).

    The mark stays while the title is rare. Raises Refused for another word, NotFound where the title is not in the
    bookshop's log.
    """
    if mark and mark not in RARE_MARKS:
        raise Refused(N_("Choose one of the values offered."), field="mark")
    marked = session.execute(
        update(RareTitle)
        .where(RareTitle.bookshop_id == bookshop_id, RareTitle.isbn == isbn)
        .values(mark=mark, marked_at=at if mark else None)
    )
    if marked.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound()
    journal.write(
        session,
        action="rare_title.marked",
        thing="rare_title",
        thing_id=isbn,
        at=at,
        bookshop_id=bookshop_id,
        details={"mark": mark},
    )


def accept_price(session: TenantSession, *, bookshop_id: int, isbn: int, at: datetime) -> None:
    """Leave a title hidden for its price and ask no more, as long as the two prices are these (T112).

    Raises Conflict where the title is not hidden for its price any more.
    """
    prices = session.execute(
        select(StockLine.declared_cents, Book.price_cents)
        .join(Book, Book.isbn == StockLine.isbn)
        .where(
            StockLine.bookshop_id == bookshop_id,
            StockLine.isbn == isbn,
            StockLine.verdict == Verdict.PRICE_ERROR,
            StockLine.quantity > 0,
        )
    ).one_or_none()
    if prices is None:
        raise Conflict()
    declared, network = prices
    new = insert(AcceptedPrice).values(
        bookshop_id=bookshop_id, isbn=isbn, declared_cents=declared, network_cents=network, accepted_at=at
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=["bookshop_id", "isbn"],
            set_={name: new.excluded[name] for name in ("declared_cents", "network_cents", "accepted_at")},
        )
    )
    _told(session, "accepted", bookshop_id, isbn, at)


def ask_price_again(session: TenantSession, *, bookshop_id: int, isbn: int, at: datetime) -> None:
    """Take back that a hidden price is accepted; harmless where it was not."""
    session.execute(
        delete(AcceptedPrice)
        .where(AcceptedPrice.bookshop_id == bookshop_id, AcceptedPrice.isbn == isbn)
        .execution_options(synchronize_session=False)
    )
    _told(session, "asked_again", bookshop_id, isbn, at)


def forget_accepted(session: TenantSession) -> int:
    """Drop what was accepted of titles that are not hidden for their price any more; returns how many."""
    still = (
        select(StockLine.isbn)
        .where(
            StockLine.bookshop_id == AcceptedPrice.bookshop_id,
            StockLine.isbn == AcceptedPrice.isbn,
            StockLine.verdict == Verdict.PRICE_ERROR,
        )
        .correlate(AcceptedPrice)
        .exists()
    )
    gone = session.execute(delete(AcceptedPrice).where(~still).execution_options(synchronize_session=False))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _told(session: TenantSession, what: str, bookshop_id: int, isbn: int, at: datetime) -> None:
    journal.write(
        session, action=f"price_error.{what}", thing="stock_line", thing_id=isbn, at=at, bookshop_id=bookshop_id
    )

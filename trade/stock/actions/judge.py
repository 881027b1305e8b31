"""Whether titles in stock may be shown, decided anew when a file, a price, a book or a threshold changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Text, func, select, update

from trade.base.sets import value_table
from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.stock.models import StockLine
from trade.stock.queries import known_books
from trade.stock.rules import Title, Verdict, verdict_on
from trade.stock.settings import THRESHOLDS
from trade.stock.sheet import SEVERAL_PRICES

_LINE = (
    StockLine.bookshop_id,
    StockLine.isbn,
    StockLine.quantity,
    StockLine.declared_cents,
    StockLine.price,
    StockLine.verdict,
)


def verdicts(
    session: TenantSession, *, bookshop_id: int, titles: Mapping[int, Title], at: datetime
) -> dict[int, Verdict]:
    """The verdict on each title at one bookshop, by its thresholds and the catalogue as they are now."""
    thresholds = _thresholds(session, [bookshop_id], at)[bookshop_id]
    books = known_books(session, isbns=titles)
    return {isbn: verdict_on(title, book=books.get(isbn), thresholds=thresholds) for isbn, title in titles.items()}


def rejudge(session: TenantSession, *, bookshop_id: int, at: datetime) -> int:
    """Judge all stock of a bookshop anew (after a threshold changed); returns how many verdicts moved."""
    return _judge(session, StockLine.bookshop_id == bookshop_id, at)


def rejudge_books(session: TenantSession, *, isbns: Iterable[int], at: datetime) -> int:
    """Judge these books anew in every bookshop (after a price changed or a book arrived); returns how many moved."""
    return _judge(session, StockLine.isbn == func.any(list(isbns)), at)


def _thresholds(session: TenantSession, bookshop_ids: Iterable[int], at: datetime) -> dict[int, Mapping[str, int]]:
    ids = list(bookshop_ids)
    if not ids:
        return {}
    found = resolve_many(session, [THRESHOLDS], at=at, bookshop_ids=ids)
    return {id_: found[id_, THRESHOLDS.key].value for id_ in ids}


def _judge(session: TenantSession, which: ColumnElement[bool], at: datetime) -> int:
    lines = session.execute(select(*_LINE).where(which).order_by(StockLine.bookshop_id, StockLine.isbn)).all()
    thresholds = _thresholds(session, dict.fromkeys(line.bookshop_id for line in lines), at)
    books = known_books(session, isbns={line.isbn for line in lines})
    moved = []
    for bookshop_id, isbn, quantity, cents, price, before in lines:
        title = Title(quantity, cents, price == SEVERAL_PRICES)
        verdict = verdict_on(title, book=books.get(isbn), thresholds=thresholds[bookshop_id])
        if verdict != before:
            moved.append((bookshop_id, isbn, str(verdict)))
    if moved:
        _write(session, moved)
    return len(moved)


def _write(session: TenantSession, moved: list[tuple[int, int, str]]) -> None:
    given = value_table(
        bookshop_id=(BigInteger, [bookshop for bookshop, _, _ in moved]),
        isbn=(BigInteger, [isbn for _, isbn, _ in moved]),
        verdict=(Text, [verdict for _, _, verdict in moved]),
    )
    session.execute(
        update(StockLine)
        .where(StockLine.bookshop_id == given.c.bookshop_id, StockLine.isbn == given.c.isbn)
        .values(verdict=given.c.verdict)
        .execution_options(synchronize_session=False)
    )

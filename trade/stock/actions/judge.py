"""Whether titles in stock may be shown, decided anew when a price, a book or a setting changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, func, select, update

from trade.base import outbox
from trade.base.numbers import number_array, number_table
from trade.base.tenancy import TenantSession
from trade.stock.actions.locks import lock_stock, lock_stocks
from trade.stock.columns import Mask
from trade.stock.models import BookshopStock, StockLine
from trade.stock.queries import NOT_SHOWN, SHOWN, books, newest_value, numbers, terms
from trade.stock.rules import VERDICTS, judged
from trade.stock.sheet import NO_PRICE

REJUDGE = "stock.rejudge"
BATCH = 1_000
"""Books that are judged anew in one go: a popular one lies in a thousand bookshops."""


def rejudge(session: TenantSession, *, bookshop_id: int, at: datetime) -> int:
    """Judge all stock of a bookshop anew (after a setting changed); returns how many verdicts or prices moved."""
    return _judge(session, _lines(session, StockLine.bookshop_id == bookshop_id), at)


def rejudge_books(session: TenantSession, *, isbns: Iterable[int], at: datetime) -> int:
    """Judge these books anew in every bookshop (after a price changed or a book arrived); returns how many moved.

    Only under the catalogue's lock. Bookshops where a verdict moves are locked as a file locks its own, and looked at
    again: a file that was just being written is waited for, not met half-way.
    """
    wanted = np.unique(np.fromiter(isbns, dtype=np.int64))
    moved = 0
    for begin in range(0, len(wanted), BATCH):
        these = StockLine.isbn == func.any(number_array(BigInteger, wanted[begin : begin + BATCH]))
        # Each half has a partial index of its own.
        lines = np.concatenate([_lines(session, these, half) for half in (SHOWN, NOT_SHOWN)])
        bookshops = np.unique(_judgement(session, lines, at)[0]).tolist()
        if bookshops:
            lock_stocks(session, bookshop_ids=bookshops)
            own = StockLine.bookshop_id.in_(bookshops)
            lines = np.concatenate([_lines(session, these, own, half) for half in (SHOWN, NOT_SHOWN)])
            moved += _judge(session, lines, at)
    return moved


def judge_later(session: TenantSession, *, at: datetime) -> None:
    """Let the stock of the network be judged anew where a value of the platform came into force that judges it.

    Asked after every save, and by the clock for values of a later day. Each value is judged by once.
    """
    newest = newest_value(session, at=at)
    if newest is not None:
        outbox.post(session, kind=REJUDGE, key=f"{REJUDGE}:{newest}", payload={"setting_value": newest})


def judge_bookshop(session: TenantSession, *, bookshop_id: int, at: datetime) -> int:
    """:func:`rejudge` behind a file that is just being written by the settings of before."""
    lock_stock(session, bookshop_id=bookshop_id)
    return rejudge(session, bookshop_id=bookshop_id, at=at)


def verdict_word(place: ColumnElement[int]) -> ColumnElement[str]:
    """The word of a verdict by its number in ``VERDICTS``."""
    return case({number: str(verdict) for number, verdict in enumerate(VERDICTS)}, value=place)


def price_or_null(cents: ColumnElement[int]) -> ColumnElement[int | None]:
    """A price of a column as it is stored: NULL where there is none, or several."""
    return func.nullif(func.greatest(cents, NO_PRICE), NO_PRICE)


def _lines(session: TenantSession, *which: ColumnElement[bool]) -> NDArray[np.int64]:
    """Bookshop, ISBN, price as written, declared price, number of the verdict, and whether prices hold VAT."""
    numbered = {str(verdict): number for number, verdict in enumerate(VERDICTS)}
    rows = session.execute(
        select(
            StockLine.bookshop_id,
            StockLine.isbn,
            StockLine.price,
            func.coalesce(StockLine.declared_cents, NO_PRICE),
            case(numbered, value=StockLine.verdict, else_=-1),
            cast(func.coalesce(BookshopStock.vat_included, True), Integer),
        )
        .outerjoin(BookshopStock, BookshopStock.bookshop_id == StockLine.bookshop_id)
        .where(*which)
    )
    return numbers(rows, 6)


def _judge(session: TenantSession, lines: NDArray[np.int64], at: datetime) -> int:
    moved = _judgement(session, lines, at)
    if len(moved[0]):
        _write(session, *moved, at=at)
    return len(moved[0])


def _judgement(session: TenantSession, lines: NDArray[np.int64], at: datetime) -> tuple[NDArray[np.int64], ...]:
    """Bookshop, ISBN, price and number of the verdict of those lines whose price or verdict moves."""
    if not len(lines):
        return (lines[:, 0],) * 4
    lines = lines[np.lexsort((lines[:, 1], lines[:, 0]))]
    bookshop, isbn, written, declared, verdict, vat = lines.T
    known = books(session, isbns=np.unique(isbn))
    each = terms(session, bookshop_ids=np.unique(bookshop).tolist(), at=at)
    prices, told = declared.copy(), verdict.copy()
    for bookshop_id, its in each.items():
        own = slice(*np.searchsorted(bookshop, [bookshop_id, bookshop_id + 1]).tolist())
        facts = known.facts(isbn[own], its)
        cents, prices_verdict = judged(written[own], facts, vat_included=bool(vat[own][0]))
        prices[own], told[own] = np.maximum(cents, NO_PRICE), prices_verdict
    moved: Mask = (prices != declared) | (told != verdict)
    return bookshop[moved], isbn[moved], prices[moved], told[moved]


def _write(session: TenantSession, *moved: NDArray[np.int64], at: datetime) -> None:
    bookshop, isbn, cents, verdict = moved
    given = number_table(
        bookshop_id=(BigInteger, bookshop), isbn=(BigInteger, isbn), cents=(Integer, cents), verdict=(Integer, verdict)
    )
    session.execute(
        update(StockLine)
        .where(StockLine.bookshop_id == given.c.bookshop_id, StockLine.isbn == given.c.isbn)
        .values(declared_cents=price_or_null(given.c.cents), verdict=verdict_word(given.c.verdict), changed_at=at)
        .execution_options(synchronize_session=False)
    )

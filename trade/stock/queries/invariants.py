"""What must hold of stock, whoever did what."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from trade.base.invariants import Invariant, invariant
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.stock.columns import Titles
from trade.stock.models import BookshopStock, FeedRun, StockHold, StockLine, StockSnapshot
from trade.stock.packing import unpack_titles
from trade.stock.rules import Verdict
from trade.stock.sheet import SEVERAL_PRICES
from trade.stock.states import WAITING

MOST_NAMED = 20


def invariants(session: TenantSession) -> list[Invariant]:
    """What must hold of stock, whoever did what. Scope system."""
    sums = _sums(session)
    lines = sum(found.lines for found in sums.values())
    files = session.scalar(select(func.count()).select_from(FeedRun)) or 0
    holds = session.scalar(select(func.count()).select_from(StockHold)) or 0
    return [
        invariant(N_("Every stock line belongs to a bookshop that has sent a file"), lines, _orphans(session, sums)),
        invariant(N_("The snapshot of each bookshop's stock says what its lines say"), len(sums), _torn(session, sums)),
        invariant(N_("Only known books with a price are shown"), lines, _wrong_verdicts(session)),
        invariant(N_("Every line of a stock file was accepted or refused"), files, _unaccounted(session)),
        invariant(N_("At most one stock file of a bookshop waits for a decision"), files, _undecided(session)),
        invariant(N_("No copy is set apart that no file ever had"), holds, _holds_of_nothing(session)),
    ]


class Sum(NamedTuple):
    """Lines with copies of one bookshop, and two sums over them that no slip leaves as they are."""

    lines: int
    copies: int
    prices: int


_FIRST, _SECOND = 1_000_003, 999_983
"""Two prime numbers: what an ISBN leaves of them weighs its copies and its price."""


def _sums(session: TenantSession) -> dict[int, Sum]:
    rows = session.execute(
        select(
            StockLine.bookshop_id,
            func.count(),
            func.sum(StockLine.isbn % _FIRST * StockLine.quantity),
            func.sum(StockLine.isbn % _SECOND * (StockLine.price - SEVERAL_PRICES)),
        )
        .where(StockLine.quantity > 0)
        .group_by(StockLine.bookshop_id)
    )
    return {bookshop_id: Sum(lines, int(copies), int(prices)) for bookshop_id, lines, copies, prices in rows}


def _sum_of(titles: Titles) -> Sum:
    copies = titles.isbn % _FIRST * titles.quantity
    prices = titles.isbn % _SECOND * (titles.price.astype(np.int64) - SEVERAL_PRICES)
    return Sum(len(titles), int(copies.sum()), int(prices.sum()))


def _orphans(session: TenantSession, sums: dict[int, Sum]) -> list[str]:
    known = set(session.scalars(select(BookshopStock.bookshop_id)))
    return [str(id_) for id_ in sorted(sums.keys() - known)][:MOST_NAMED]


def _torn(session: TenantSession, sums: dict[int, Sum]) -> list[str]:
    """Bookshops whose snapshot differs from their lines; one without a snapshot is compared with its lines."""
    packed = session.execute(select(StockSnapshot.bookshop_id, StockSnapshot.data).execution_options(yield_per=50))
    nothing = Sum(0, 0, 0)
    torn = [id_ for id_, data in packed if _sum_of(unpack_titles(data)) != sums.get(id_, nothing)]
    return [str(id_) for id_ in sorted(torn)][:MOST_NAMED]


def _named(session: TenantSession, wrong: ColumnElement[bool]) -> list[str]:
    rows = session.execute(select(StockLine.bookshop_id, StockLine.isbn).where(wrong).limit(MOST_NAMED))
    return [f"{bookshop_id}/{isbn}" for bookshop_id, isbn in rows]


def _wrong_verdicts(session: TenantSession) -> list[str]:
    known = exists().where(Book.isbn == StockLine.isbn)
    priced = exists().where(Book.isbn == StockLine.isbn, Book.price_cents.is_not(None))
    shown = and_(StockLine.verdict == Verdict.VISIBLE, ~priced)
    missing = and_(StockLine.verdict == Verdict.UNKNOWN_BOOK, known)
    return _named(session, or_(shown, missing))


def _unaccounted(session: TenantSession) -> list[str]:
    wrong = or_(
        FeedRun.read != FeedRun.accepted + FeedRun.refused, FeedRun.accepted != FeedRun.isbns + FeedRun.repeated
    )
    return [str(id_) for id_ in session.scalars(select(FeedRun.id).where(wrong).limit(MOST_NAMED))]


def _undecided(session: TenantSession) -> list[str]:
    waiting = (
        select(FeedRun.bookshop_id)
        .where(FeedRun.state.in_(WAITING))
        .group_by(FeedRun.bookshop_id)
        .having(func.count() > 1)
        .limit(MOST_NAMED)
    )
    return [str(id_) for id_ in session.scalars(waiting)]


def _holds_of_nothing(session: TenantSession) -> list[str]:
    known = exists().where(StockLine.bookshop_id == StockHold.bookshop_id, StockLine.isbn == StockHold.isbn)
    lost = select(StockHold.reference).where(StockHold.state != "released", ~known)
    return list(session.scalars(lost.limit(MOST_NAMED)))

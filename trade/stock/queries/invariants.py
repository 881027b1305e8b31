"""What must hold of stock, whoever did what."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from trade.base.invariants import Invariant, invariant
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.stock.models import FeedRun, StockHold, StockLine
from trade.stock.rules import Verdict
from trade.stock.states import WAITING

MOST_NAMED = 20


def invariants(session: TenantSession) -> list[Invariant]:
    """What must hold of stock, whoever did what. Scope system."""
    lines = session.scalar(select(func.count()).select_from(StockLine)) or 0
    files = session.scalar(select(func.count()).select_from(FeedRun)) or 0
    holds = session.scalar(select(func.count()).select_from(StockHold)) or 0
    return [
        invariant(N_("Every stock line was written by an applied file of its bookshop"), lines, _orphans(session)),
        invariant(N_("Only known books with a price are shown"), lines, _wrong_verdicts(session)),
        invariant(N_("Every line of a stock file was accepted or refused"), files, _unaccounted(session)),
        invariant(N_("At most one stock file of a bookshop waits for a decision"), files, _undecided(session)),
        invariant(N_("No copy is set apart that no file ever had"), holds, _holds_of_nothing(session)),
    ]


def _named(session: TenantSession, wrong: ColumnElement[bool]) -> list[str]:
    rows = session.execute(select(StockLine.bookshop_id, StockLine.isbn).where(wrong).limit(MOST_NAMED))
    return [f"{bookshop_id}/{isbn}" for bookshop_id, isbn in rows]


def _orphans(session: TenantSession) -> list[str]:
    wrote = exists().where(FeedRun.bookshop_id == StockLine.bookshop_id, FeedRun.state == "applied")
    return _named(session, ~wrote)


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
    return list(session.scalars(select(StockHold.reference).where(~known).limit(MOST_NAMED)))

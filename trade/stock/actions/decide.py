"""A compared file becomes the bookshop's stock, or does not: what was shown is what is applied."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, Text, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from trade.base.errors import Conflict, Refused
from trade.base.journal import fire
from trade.base.sets import value_table
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.stock.actions.judge import verdicts
from trade.stock.actions.locks import lock_stock
from trade.stock.models import BookshopStock, FeedChange, FeedRun, StockHold, StockLine
from trade.stock.queries import last_applied
from trade.stock.queries import run as find_run
from trade.stock.rules import Title
from trade.stock.sheet import NO_PRICE, SEVERAL_PRICES
from trade.stock.states import FEED_RUN, WAITING

PARTS = {"bookshop": "bookshop", "staff": "staff"}


def part_of(session: TenantSession) -> str:
    """The session's part in the life of a stock file: bookshop, staff, or the platform itself."""
    return PARTS.get(session.scope.kind, "platform")


def apply(session: TenantSession, *, run_id: int, at: datetime, force: bool = False) -> FeedRun:
    """Apply a run that waits. ``force`` is needed where there is a reason to hold it.

    Raises NotFound, Conflict where it no longer waits, Refused for a suspicious run without ``force``.
    """
    run = _waiting(session, run_id)
    if run.hold_reasons and not force:
        raise Refused(N_("This file is suspicious. Look at what it would change, then confirm that you want it."))
    apply_changes(session, run=run, move="release" if run.state == "held" else "apply", at=at)
    return run


def reject(session: TenantSession, *, run_id: int, at: datetime) -> FeedRun:
    """Do not apply a run that waits; the stock stays as it is. Raises NotFound, Conflict."""
    run = _waiting(session, run_id)
    _move(session, run, "reject", at)
    return run


def _waiting(session: TenantSession, run_id: int) -> FeedRun:
    run = find_run(session, run_id=run_id)
    lock_stock(session, bookshop_id=run.bookshop_id)
    session.refresh(run)
    if run.state not in WAITING:
        raise Conflict(N_("This file no longer waits for a decision: look at the newest one."))
    return run


def _move(session: TenantSession, run: FeedRun, name: str, at: datetime) -> None:
    decided_by = session.scope.person_id
    fire(session, FEED_RUN, run, name, role=part_of(session), at=at, finished_at=at, decided_by=decided_by)


def supersede(session: TenantSession, *, run: FeedRun, at: datetime) -> None:
    """Overtake the older runs of the bookshop that still wait for a decision."""
    older = select(FeedRun).where(
        FeedRun.bookshop_id == run.bookshop_id, FeedRun.id < run.id, FeedRun.state.in_(WAITING)
    )
    for overtaken in session.scalars(older).all():
        fire(session, FEED_RUN, overtaken, "overtake", role=part_of(session), at=at, finished_at=at)


def apply_changes(session: TenantSession, *, run: FeedRun, move: str, at: datetime) -> None:
    """Write the kept changes of a run into the stock, in the caller's transaction, under the bookshop's lock."""
    _move(session, run, move, at)
    _write_lines(session, run, at)
    _write_zeros(session, run, at)
    _renew(session, run)
    _settle_holds(session, run)


def _write_lines(session: TenantSession, run: FeedRun, at: datetime) -> None:
    rows = session.execute(
        select(FeedChange.isbn, FeedChange.quantity_after, FeedChange.cents_after, FeedChange.several_prices).where(
            FeedChange.run_id == run.id, FeedChange.kind != "zeroed"
        )
    )
    titles = {isbn: Title(quantity, cents, several) for isbn, quantity, cents, several in rows}
    if not titles:
        return
    judged = verdicts(session, bookshop_id=run.bookshop_id, titles=titles, at=at)
    given = value_table(
        isbn=(BigInteger, list(titles)),
        quantity=(Integer, [title.quantity for title in titles.values()]),
        declared_cents=(Integer, [title.price for title in titles.values()]),
        price=(Integer, [SEVERAL_PRICES if t.several_prices else t.price or NO_PRICE for t in titles.values()]),
        verdict=(Text, [str(judged[isbn]) for isbn in titles]),
    )
    names = ["isbn", "quantity", "declared_cents", "price", "verdict"]
    new = insert(StockLine).from_select(
        ["bookshop_id", "changed_at", *names],
        select(literal(run.bookshop_id), literal(at), *(given.c[name] for name in names)),
    )
    replaced = {name: new.excluded[name] for name in ["changed_at", *names[1:]]}
    session.execute(new.on_conflict_do_update(index_elements=["bookshop_id", "isbn"], set_=replaced))


def _write_zeros(session: TenantSession, run: FeedRun, at: datetime) -> None:
    gone = select(FeedChange.isbn).where(FeedChange.run_id == run.id, FeedChange.kind == "zeroed")
    session.execute(
        update(StockLine)
        .where(StockLine.bookshop_id == run.bookshop_id, StockLine.isbn.in_(gone))
        .values(quantity=0, changed_at=at)
        .execution_options(synchronize_session=False)
    )


def _renew(session: TenantSession, run: FeedRun) -> None:
    """The stock is as old as its file's arrival; a bookshop's first file teaches its sender."""
    last = last_applied(session, bookshop_id=run.bookshop_id)
    titles = session.scalar(
        select(func.count())
        .select_from(StockLine)
        .where(StockLine.bookshop_id == run.bookshop_id, StockLine.quantity > 0)
    )
    values = {
        "run_id": run.id,
        "file_at": run.received_at,
        "titles": titles or 0,
        "sender": (last.sender if last else "") or run.sender,
    }
    session.execute(
        insert(BookshopStock)
        .values(bookshop_id=run.bookshop_id, **values)
        .on_conflict_do_update(index_elements=["bookshop_id"], set_=values)
    )


def _settle_holds(session: TenantSession, run: FeedRun) -> None:
    """Let go of copies that had left before this file was made: it no longer counts them.

    Where the file tells only its day, it must be of a later day than the copy left: overselling hurts more.
    """
    if run.file_date is None:
        known = StockHold.released_at < run.received_at
    else:
        known = func.date(StockHold.released_at) < run.file_date
    session.execute(
        update(StockHold)
        .where(
            StockHold.bookshop_id == run.bookshop_id,
            StockHold.state == "until_next_file",
            or_(StockHold.released_at.is_(None), known),
        )
        .values(state="released")
        .execution_options(synchronize_session=False)
    )

"""A run's changes become the bookshop's stock: its lines, its snapshot, its age. One transaction, under its lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Integer, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from trade.base.numbers import number_array, number_table
from trade.base.tenancy import TenantSession
from trade.stock.actions.judge import price_or_null, rejudge, verdict_word
from trade.stock.columns import Changes
from trade.stock.models import BookshopStock, StockHold, StockLine, StockSnapshot
from trade.stock.packing import content_of, pack_titles
from trade.stock.queries import Applied, Books, Snapshot, Terms, settings_mark
from trade.stock.rules import applied, judged


@dataclass(frozen=True)
class Source:
    """Where a stock comes from: the run, its bookshop, whether its prices hold VAT, how old the stock is with it, the
    file's day and sender where it tells them; ``brings_back``: it is an older stock again.
    """

    run_id: int
    bookshop_id: int
    vat_included: bool
    as_of: datetime
    file_date: date | None
    sender: str
    brings_back: bool = False


def write_stock(
    session: TenantSession,
    *,
    source: Source,
    changes: Changes,
    before: Snapshot,
    last: Applied | None,
    known: Books,
    its: Terms,
    at: datetime,
) -> None:
    """Write what a run changes over ``before``; it is applied in the same transaction.

    ``known`` tells of the changed titles, ``its`` are the bookshop's settings. Only what changes is touched. Where
    the settings that lines are judged by are no longer those of the last file, all lines are judged anew.
    """
    mark = last.settings_now if last else settings_mark(session, bookshop_id=source.bookshop_id, at=at)
    if len(changes):
        _write_lines(session, source, changes, known, its, at)
        _take_off(session, source.bookshop_id, changes.isbn[changes.quantity_after == 0], at)
        stock = applied(before.titles, changes)
        _keep_snapshot(session, source.bookshop_id, Snapshot(stock, content_of(stock)))
    titles = len(before.titles) + int(np.count_nonzero(changes.quantity_after > 0)) - _held_before(changes)
    known_sender = last.sender if last and not source.brings_back else ""
    _renew(session, source, titles=titles, sender=source.sender or known_sender, mark=mark)
    if last is None or last.copies_left:
        _settle_holds(session, source)
    if last is not None and last.judged_by != mark:
        rejudge(session, bookshop_id=source.bookshop_id, at=at)


def _held_before(changes: Changes) -> int:
    return int(np.count_nonzero(changes.quantity_before > 0))


def _write_lines(
    session: TenantSession, source: Source, changes: Changes, known: Books, its: Terms, at: datetime
) -> None:
    """Insert or replace the titles with copies, in the order of their ISBNs, each judged as it is written."""
    new = changes.where(changes.quantity_after > 0)
    new = new.where(np.argsort(new.isbn, kind="stable"))
    if not len(new):
        return
    declared, verdict = judged(new.price_after, known.facts(new.isbn, its), vat_included=source.vat_included)
    given = number_table(
        isbn=(BigInteger, new.isbn),
        quantity=(Integer, new.quantity_after),
        price=(Integer, new.price_after),
        declared=(Integer, declared),
        verdict=(Integer, verdict),
    )
    statement = insert(StockLine).from_select(
        ["bookshop_id", "changed_at", "isbn", "quantity", "price", "declared_cents", "verdict"],
        select(
            literal(source.bookshop_id),
            literal(at),
            given.c.isbn,
            given.c.quantity,
            given.c.price,
            price_or_null(given.c.declared),
            verdict_word(given.c.verdict),
        ),
    )
    replaced = ("changed_at", "quantity", "price", "declared_cents", "verdict")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["bookshop_id", "isbn"], set_={name: statement.excluded[name] for name in replaced}
        )
    )


def _take_off(session: TenantSession, bookshop_id: int, isbns: NDArray[np.int64], at: datetime) -> None:
    """Sold-out titles lose their line; those that somebody holds copies of keep it, as zero."""
    if not len(isbns):
        return
    gone = (StockLine.bookshop_id == bookshop_id) & (StockLine.isbn == func.any(number_array(BigInteger, isbns)))
    held = (
        select(StockHold.id)
        .where(
            StockHold.bookshop_id == StockLine.bookshop_id,
            StockHold.isbn == StockLine.isbn,
            StockHold.state != "released",
        )
        .exists()
    )
    deleted = session.execute(delete(StockLine).where(gone, ~held).execution_options(synchronize_session=False))
    if deleted.rowcount < len(isbns):  # type: ignore[attr-defined]
        zero = update(StockLine).where(gone).values(quantity=0, changed_at=at)
        session.execute(zero.execution_options(synchronize_session=False))


def _keep_snapshot(session: TenantSession, bookshop_id: int, stock: Snapshot) -> None:
    values = {"content_sha256": stock.content_sha256, "data": pack_titles(stock.titles)}
    session.execute(
        insert(StockSnapshot)
        .values(bookshop_id=bookshop_id, **values)
        .on_conflict_do_update(index_elements=["bookshop_id"], set_=values)
    )


def _renew(session: TenantSession, source: Source, *, titles: int, sender: str, mark: str) -> None:
    """The stock is as old as its file's arrival; who sent the last applied file is who sends for the bookshop."""
    values = {
        "run_id": source.run_id,
        "file_at": source.as_of,
        "titles": titles,
        "sender": sender,
        "vat_included": source.vat_included,
        "judged_by": mark,
    }
    session.execute(
        insert(BookshopStock)
        .values(bookshop_id=source.bookshop_id, **values)
        .on_conflict_do_update(index_elements=["bookshop_id"], set_=values)
    )


def _settle_holds(session: TenantSession, source: Source) -> None:
    """Let go of copies that had left before this file was made: it no longer counts them.

    Where the file tells only its day, it must be of a later day than the copy left: overselling hurts more. A run
    that brings an older stock back settles nothing: its file was made before.
    """
    if source.brings_back:
        return
    if source.file_date is None:
        known = StockHold.released_at < source.as_of
    else:
        known = func.date(StockHold.released_at) < source.file_date
    session.execute(
        update(StockHold)
        .where(
            StockHold.bookshop_id == source.bookshop_id,
            StockHold.state == "until_next_file",
            or_(StockHold.released_at.is_(None), known),
        )
        .values(state="released", settled_by=source.run_id)
        .execution_options(synchronize_session=False)
    )

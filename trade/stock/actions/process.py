"""A received file is read, compared with the last applied one, and applied, held, or kept as a dry run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, insert, literal, select, update
from sqlalchemy import Text as SqlText

from trade.base.errors import Refused
from trade.base.files import FileStore
from trade.base.journal import fire
from trade.base.sets import value_table
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import Text
from trade.catalogue.settings import VAT_RATES
from trade.members.models import StoredFile
from trade.stock.actions.decide import apply_changes, part_of, supersede
from trade.stock.actions.locks import lock_stock
from trade.stock.actions.mails import tell_held
from trade.stock.arrival import unpack
from trade.stock.models import BookshopStock, FeedChange, FeedMemory, FeedRejection, FeedRun, StockLine
from trade.stock.queries import Applied, guards, known_books, last_applied, last_known
from trade.stock.queries import run as find_run
from trade.stock.readers import reader_of
from trade.stock.rules import (
    Difference,
    Header,
    KnownBook,
    Tally,
    Title,
    Verdict,
    difference,
    remark,
    suspicions,
    tally,
    with_vat,
)
from trade.stock.states import FEED_RUN

Progress = Callable[[str, int, int], None]
DEFAULT_CATEGORY = "fixed_price"
NOTHING = Title(0, None)
MOST_REMARKS = 2_000
"""Refused or repeated lines that are kept one by one; the counts know all of them."""


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def process(
    session: TenantSession, *, run_id: int, at: datetime, store: FileStore, progress: Progress = quiet
) -> FeedRun:
    """Read and compare a received run, then apply it, or leave it held or compared. Harmless when called again.

    The same bytes as the last applied file are "unchanged": only the age of the stock is renewed. An unreadable
    file ends refused, with the reason in ``error``. Raises NotFound.
    """
    run = find_run(session, run_id=run_id)
    lock_stock(session, bookshop_id=run.bookshop_id)
    session.refresh(run)
    if run.state != FEED_RUN.first:
        return run
    file = session.get_one(StoredFile, run.file_id)
    last = last_applied(session, bookshop_id=run.bookshop_id)
    if last is not None and (last.format, last.sha256) == (run.format, file.sha256):
        return _unchanged(session, run, last, at)
    try:
        header, total = _read(session, run, file, store, progress)
    except Refused as refused:
        return _refused(session, run, refused, at)
    _compare(session, run, last, header, total, at, progress)
    return run


def _read(
    session: TenantSession, run: FeedRun, file: StoredFile, store: FileStore, progress: Progress
) -> tuple[Header, Tally]:
    data, name = unpack(store.get(file.sha256), file.name)
    lines = data.count(b"\n") + 1
    progress("reading", 0, lines)
    reading = reader_of(session, name=run.format, file_name=name, bookshop_id=run.bookshop_id).read(data)
    if reading.memory is not None:
        memory = reading.memory
        session.add(FeedMemory(run_id=run.id, bookshop_id=run.bookshop_id, number=memory.number, data=memory.data))
    return reading.header, tally(reading.entries, progress=lambda done: progress("reading", done, lines))


def _refused(session: TenantSession, run: FeedRun, refused: Refused, at: datetime) -> FeedRun:
    error = {"message": refused.text.message, "values": _plain(refused.text.values)}
    fire(session, FEED_RUN, run, "refuse", role=part_of(session), at=at, error=error, finished_at=at)
    return run


def _unchanged(session: TenantSession, run: FeedRun, last: Applied, at: datetime) -> FeedRun:
    """Take over the counts and remarks of the file it equals; nothing is added, changed or zeroed."""
    before = session.get_one(FeedRun, last.run_id)
    counts = {name: getattr(before, name) for name in ("read", "accepted", "refused", "repeated", "isbns")}
    told = (FeedRejection.kind, FeedRejection.line, FeedRejection.reason, FeedRejection.values, FeedRejection.excerpt)
    session.execute(
        insert(FeedRejection).from_select(
            ["run_id", "bookshop_id", "kind", "line", "reason", "values", "excerpt"],
            select(literal(run.id), literal(run.bookshop_id), *told).where(FeedRejection.run_id == before.id),
        )
    )
    fire(
        session,
        FEED_RUN,
        run,
        "find_unchanged",
        role=part_of(session),
        at=at,
        unknown=_unknown_now(session, run.bookshop_id),
        file_date=before.file_date,
        sender=before.sender,
        finished_at=at,
        **counts,
    )
    supersede(session, run=run, at=at)
    session.execute(
        update(BookshopStock).where(BookshopStock.bookshop_id == run.bookshop_id).values(file_at=run.received_at)
    )
    return run


def _unknown_now(session: TenantSession, bookshop_id: int) -> int:
    unknown = select(StockLine.isbn).where(
        StockLine.bookshop_id == bookshop_id, StockLine.verdict == Verdict.UNKNOWN_BOOK, StockLine.quantity > 0
    )
    return len(session.scalars(unknown).all())


def _compare(
    session: TenantSession,
    run: FeedRun,
    last: Applied | None,
    header: Header,
    total: Tally,
    at: datetime,
    progress: Progress,
) -> None:
    progress("comparing", 0, len(total.titles))
    books = known_books(session, isbns=total.titles)
    titles = _priced(session, run, total.titles, books, at)
    before = last_known(session, bookshop_id=run.bookshop_id, applied=last)
    change = difference(before.titles, titles)
    reasons = suspicions(last=before, header=header, titles=titles, today=at.date(), guards=guards(session, at=at))
    run.file_date, run.sender = header.date, header.sender
    _count(run, total, change, unknown=len(titles.keys() - books.keys()))
    run.hold_reasons = [{"message": reason.message, "values": _plain(reason.values)} for reason in reasons]
    session.flush()
    _keep_remarks(session, run, total)
    _keep_changes(session, run, change, before.titles, titles)
    supersede(session, run=run, at=at)
    if not run.apply_when_safe:
        fire(session, FEED_RUN, run, "compare", role=part_of(session), at=at)
    elif reasons:
        fire(session, FEED_RUN, run, "hold", role=part_of(session), at=at)
        tell_held(session, run=run, at=at)
    else:
        progress("applying", 0, len(titles))
        apply_changes(session, run=run, move="apply", at=at)
    progress("done", len(titles), len(titles))


def _priced(
    session: TenantSession,
    run: FeedRun,
    titles: Mapping[int, Title],
    books: Mapping[int, KnownBook],
    at: datetime,
) -> Mapping[int, Title]:
    """The titles with VAT, by the rate of their category; what the catalogue does not know is a book."""
    if reader_of(session, name=run.format).vat_included:
        return titles
    rates = value_of(session, VAT_RATES, at=at, bookshop_id=run.bookshop_id)
    usual = rates[DEFAULT_CATEGORY]
    return with_vat(titles, lambda isbn: rates.get(books[isbn].category, usual) if isbn in books else usual)


def _count(run: FeedRun, total: Tally, change: Difference, *, unknown: int) -> None:
    run.read, run.accepted, run.refused = total.read, total.accepted, len(total.rejected)
    run.repeated, run.isbns, run.unknown = total.repeated, len(total.titles), unknown
    run.added, run.changed, run.zeroed = len(change.added), len(change.changed), len(change.zeroed)


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in values.items()}


def _keep_remarks(session: TenantSession, run: FeedRun, total: Tally) -> None:
    def row(kind: str, line: int, reason: Text, excerpt: str = "") -> dict[str, Any]:
        return {
            "run_id": run.id,
            "bookshop_id": run.bookshop_id,
            "kind": kind,
            "line": line,
            "reason": reason.message,
            "values": _plain(reason.values),
            "excerpt": excerpt,
        }

    rows = [row("refused", refused.number, refused.reason, refused.excerpt) for refused in total.rejected]
    repeats = [row("repeated", repeat.lines[1], remark(repeat)) for repeat in total.repeats]
    kept = rows[:MOST_REMARKS] + repeats[:MOST_REMARKS]
    if kept:
        session.execute(insert(FeedRejection), kept)


def _keep_changes(
    session: TenantSession,
    run: FeedRun,
    change: Difference,
    before: Mapping[int, Title],
    after: Mapping[int, Title],
) -> None:
    """One row a title, all in one statement: a first file may have tens of thousands."""
    moved = [
        (kind, isbn, before.get(isbn, NOTHING), after.get(isbn, NOTHING))
        for kind, isbns in (("zeroed", change.zeroed), ("changed", change.changed), ("added", change.added))
        for isbn in isbns
    ]
    given = value_table(
        kind=(SqlText, [kind for kind, _, _, _ in moved]),
        isbn=(BigInteger, [isbn for _, isbn, _, _ in moved]),
        quantity_before=(Integer, [old.quantity for _, _, old, _ in moved]),
        cents_before=(Integer, [old.price for _, _, old, _ in moved]),
        quantity_after=(Integer, [new.quantity for _, _, _, new in moved]),
        cents_after=(Integer, [new.price for _, _, _, new in moved]),
        several_prices=(Boolean, [new.several_prices for _, _, _, new in moved]),
    )
    names = list(given.c.keys())
    session.execute(
        insert(FeedChange).from_select(
            ["run_id", "bookshop_id", *names], select(literal(run.id), literal(run.bookshop_id), *given.c)
        )
    )

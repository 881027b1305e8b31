"""Runs of stock files, their lines and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from sqlalchemy import BigInteger, func, select

from trade.base.errors import NotFound
from trade.base.money import PER, divide_half_up
from trade.base.numbers import number_array
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.rules import fold
from trade.stock.columns import KINDS, Changes
from trade.stock.models import FeedRun
from trade.stock.packing import Remark, unpack_changes, unpack_remarks
from trade.stock.queries.pages import LARGEST_PAGE, page
from trade.stock.states import WAITING

_Row = TypeVar("_Row")


def run(session: TenantSession, *, run_id: int) -> FeedRun:
    """One run. Raises NotFound for a foreign or absent one."""
    found = session.get(FeedRun, run_id)
    if found is None:
        raise NotFound()
    return found


def runs(
    session: TenantSession, *, bookshop_id: int | None = None, limit: int = 20, offset: int = 0
) -> Sequence[FeedRun]:
    """The newest runs, of one bookshop where given."""
    statement = select(FeedRun).order_by(FeedRun.received_at.desc(), FeedRun.id.desc())
    if bookshop_id is not None:
        statement = statement.where(FeedRun.bookshop_id == bookshop_id)
    return session.scalars(page(statement, limit=limit, offset=offset)).all()


def open_decision(session: TenantSession, *, bookshop_id: int) -> FeedRun | None:
    """The run that waits for a person, if one does; there is never more than one."""
    return session.scalar(
        select(FeedRun)
        .where(FeedRun.bookshop_id == bookshop_id, FeedRun.state.in_(WAITING))
        .order_by(FeedRun.id.desc())
        .limit(1)
    )


def rejections(
    session: TenantSession, *, run_id: int, kind: str = "refused", limit: int = 50, offset: int = 0
) -> list[Remark]:
    """The refused (or repeated) lines of a run, in the order of the file. The run tells how many there are in all."""
    packed = session.scalar(select(FeedRun.remarks).where(FeedRun.id == run_id))
    return _page([remark for remark in unpack_remarks(packed) if remark.kind == kind], limit, offset)


def remarks(session: TenantSession, *, run_id: int, kind: str = "refused") -> list[Remark]:
    """Every refused (or repeated) line that is kept of a run; what is kept is bounded."""
    packed = session.scalar(select(FeedRun.remarks).where(FeedRun.id == run_id))
    return [remark for remark in unpack_remarks(packed) if remark.kind == kind]


def removed(session: TenantSession, *, run_id: int) -> list[int]:
    """The ISBNs of which a run leaves, or would leave, no copy. Empty once forgotten."""
    packed = session.scalar(select(FeedRun.changes).where(FeedRun.id == run_id))
    return [] if packed is None else unpack_changes(packed).chosen("zeroed").isbn.tolist()


class Change(NamedTuple):
    """What becomes of one title; ``kind``: zeroed, changed, added. Prices are cents with VAT, None: no single one."""

    kind: str
    isbn: int
    quantity_before: int
    quantity_after: int
    cents_before: int | None
    cents_after: int | None
    title: str | None


def changes(
    session: TenantSession,
    *,
    run_id: int,
    kind: str | None = None,
    words: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[Change]:
    """What a run changes or would change, each with the title where the catalogue knows it.

    ``kind``: zeroed, changed, added, or price_error for those that it hides for their price; ``words``: the
    beginning of an ISBN, or words of the title. Empty once forgotten.
    """
    packed = session.scalar(select(FeedRun.changes).where(FeedRun.id == run_id))
    if packed is None:
        return []
    chosen = _found(session, unpack_changes(packed).chosen(kind), words)
    wanted = chosen.where(np.array(_page(range(len(chosen)), limit, offset), dtype=np.int64))
    titles = _titles(session, wanted.isbn.tolist())
    rows = zip(
        wanted.kind.tolist(),
        wanted.isbn.tolist(),
        wanted.quantity_before.tolist(),
        wanted.quantity_after.tolist(),
        wanted.cents_before.tolist(),
        wanted.cents_after.tolist(),
        strict=True,
    )
    return [
        Change(KINDS[kind_], isbn, had, has, _cents(was), _cents(now), titles.get(isbn))
        for kind_, isbn, had, has, was, now in rows
    ]


def _found(session: TenantSession, changes: Changes, words: str) -> Changes:
    compact = words.replace("-", "").replace(" ", "")[:13]
    if compact.isascii() and compact.isdigit():
        return changes.where(changes.isbn // 10 ** (13 - len(compact)) == int(compact))
    if not compact:
        return changes
    named = [Book.search_key.contains(word, autoescape=True) for word in fold(words).split()]
    these = Book.isbn == func.any(number_array(BigInteger, changes.isbn))
    return changes.where(np.isin(changes.isbn, session.scalars(select(Book.isbn).where(these, *named)).all()))


def _cents(price: int) -> int | None:
    return price if price >= 0 else None


def _titles(session: TenantSession, isbns: list[int]) -> dict[int, str]:
    if not isbns:
        return {}
    rows = session.execute(select(Book.isbn, Book.title).where(Book.isbn == func.any(isbns)))
    return {row.isbn: row.title for row in rows}


def _page(rows: Sequence[_Row], limit: int, offset: int) -> list[_Row]:
    begin = max(offset, 0)
    return list(rows[begin : begin + min(max(limit, 1), LARGEST_PAGE)])


@dataclass(frozen=True)
class Meaning:
    """What a run means in figures, before or after it is applied; its lines: :func:`changes` by ``kind``.

    ``removed_share`` is of ``titles_before``, per ten thousand; ``mispriced``: titles that readers will not see
    since their price is too far from the network's, which this run hides.
    """

    titles_before: int
    removed: int
    removed_share: int
    added: int
    changed: int
    mispriced: int


def meaning(session: TenantSession, *, run_id: int) -> Meaning:
    """What a run would change or changed. Raises NotFound."""
    found = run(session, run_id=run_id)
    share = divide_half_up(found.zeroed * PER, found.titles_before) if found.titles_before else 0
    return Meaning(found.titles_before, found.zeroed, share, found.added, found.changed, found.mispriced)

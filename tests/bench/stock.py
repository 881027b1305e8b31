"""Stock files of bookshops through the whole pipeline, one worker: read, compare, judge, write, commit.

Each stage is checked row by row against what the files say. ``COPY`` of the same rows into an unlogged table is the
base of the ratios.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, text

from tests.bench.figures import check, figure, lap, main, milliseconds, note, percentiles
from tests.bench.ground import bench_house
from tests.bench.shelves import (
    MEAN_TITLES,
    NIGHT_ROWS,
    Shelf,
    copy_base,
    fill_catalogue,
    isbns,
    open_bookshops,
    prices_of,
    shelves,
)
from tests.cast import NOW
from tests.conftest import House
from trade.base.tenancy import Scope
from trade.stock import actions, queries
from trade.stock.models import FeedRun, StockLine
from trade.stock.rules import price_within

THRESHOLD_KEY = "fixed_price"


def measure(scale: int) -> None:
    """All stages at this many stock rows."""
    with bench_house() as house:
        rng = np.random.default_rng(20261124)
        pool = isbns(min(max(scale // 3, 60_000), 5_000_000))
        ids = open_bookshops(house, max(scale // MEAN_TITLES, 3))
        fill_catalogue(house, pool)
        first = list(shelves(scale, pool, ids, rng))
        rows = sum(map(len, first))
        note(f"{len(ids)} bookshops, {rows} rows, {len(pool)} titles")
        base = rows / copy_base(house, first)
        figure("copy_unlogged", base, "rows/s")
        second = [shelf.sold(rng, pool) for shelf in first]
        _stage(house, "first_load", first, [s.as_file() for s in first], base, goal=[">=80_000"])
        _check_verdicts(house, first[0], pool)
        _stage(house, "changed_2_percent", second, [s.as_file() for s in second], base, goal=[">=250_000", "<=10x"])
        _stage(house, "content_unchanged", second, [s.as_file(reverse=True) for s in second], base, goal=">=1_000_000")
        _file_unchanged(house, second)
        with house.session() as session:
            broken = [found.sentence for found in queries.invariants(session) if found.broken]
        check(not broken, f"broken invariants: {broken}")


def _stage(
    house: House, name: str, stock: Sequence[Shelf], files: Sequence[bytes], base: float, *, goal: str | list[str]
) -> None:
    runs = [_receive(house, shelf, data) for shelf, data in zip(stock, files, strict=True)]
    before, each = _wal(house), []
    with lap() as took:
        for shelf, run_id in zip(stock, runs, strict=True):
            each.append(milliseconds(partial(_process, house, shelf.bookshop_id, run_id)))
    wal, rows = _wal(house) - before, sum(map(len, stock))
    speed = rows / took.seconds
    figure(name, speed, "rows/s", ratio=base / speed, of="copy_unlogged", goal=goal)
    figure(f"{name}_file_p95", percentiles(each)[1], "ms")
    figure(f"{name}_wal", wal / rows, "B/row")
    if name == "changed_2_percent":
        figure("changed_2_percent_25m_one_worker", NIGHT_ROWS / speed, "s (extrapolated)")
    _check_rows(house, name, stock)
    with house.session() as session:
        states = set(session.scalars(select(FeedRun.state).where(FeedRun.id.in_(runs))))
    check(states == {"unchanged" if name == "content_unchanged" else "applied"}, f"{name}: the runs ended {states}")


def _receive(house: House, shelf: Shelf, data: bytes) -> int:
    with house.session(Scope("bookshop", bookshop_id=shelf.bookshop_id)) as session:
        run = actions.receive_file(
            session,
            bookshop_id=shelf.bookshop_id,
            format="model_csv",
            data=data,
            name="stock.csv",
            origin="push",
            at=NOW,
            store=house.store,
            queued=False,
        )
        return run.id


def _process(house: House, bookshop_id: int, run_id: int) -> None:
    with house.session(Scope("bookshop", bookshop_id=bookshop_id)) as session:
        actions.process(session, run_id=run_id, at=NOW, store=house.store)


def _file_unchanged(house: House, stock: Sequence[Shelf]) -> None:
    """The same bytes again, from their arrival to the run that says so."""
    files = [shelf.as_file() for shelf in stock]
    calls: list[Callable[[], object]] = [
        partial(_receive, house, shelf, data) for shelf, data in zip(stock, files, strict=True)
    ]
    took = [milliseconds(call) for call in (calls * 10)[: max(len(calls), 60)]]
    with house.session() as session:
        ended = session.scalars(select(FeedRun.state).order_by(FeedRun.id.desc()).limit(1)).one()
    check(ended == "unchanged", f"the same bytes ended {ended}")
    figure("file_unchanged", percentiles(took)[0], "ms", goal="<=2")
    figure("file_unchanged_p95", percentiles(took)[1], "ms")


def _wal(house: House) -> int:
    with house.session() as session:
        return int(session.scalar(select(text("pg_current_wal_lsn() - '0/0'::pg_lsn"))) or 0)


def _check_rows(house: House, name: str, stock: Sequence[Shelf]) -> None:
    with house.session() as session:
        for shelf in stock:
            found = queries.lines_of(session, bookshop_id=shelf.bookshop_id)
            same = (
                np.array_equal(found.isbn, shelf.isbn)
                and np.array_equal(found.quantity, shelf.quantity)
                and np.array_equal(found.price, shelf.price)
            )
            check(same, f"{name}: the rows of bookshop {shelf.bookshop_id} are not those of its file")
        total = session.scalar(select(func.count()).select_from(StockLine))
        check(total == sum(map(len, stock)), f"{name}: {total} rows in all")


def _check_verdicts(house: House, shelf: Shelf, pool: NDArray[np.int64]) -> None:
    """The verdicts of the first 2,000 titles of one shelf, by the rule for a single one."""
    network = prices_of(shelf.isbn)
    with house.session() as session:
        limit = queries.terms(session, bookshop_ids=[shelf.bookshop_id], at=NOW)[shelf.bookshop_id].thresholds
        rows = session.execute(
            select(StockLine.isbn, StockLine.verdict).where(StockLine.bookshop_id == shelf.bookshop_id)
        )
        found = {row.isbn: row.verdict for row in rows}
    known = set(pool[np.arange(len(pool)) % 20 > 0].tolist())
    wrong = 0
    for isbn, price, own in list(zip(shelf.isbn.tolist(), network.tolist(), shelf.price.tolist(), strict=True))[:2_000]:
        within = price_within(price, own, threshold=limit.get(THRESHOLD_KEY, 0))
        wanted = ("visible" if within else "price_error") if isbn in known else "unknown_book"
        wrong += found[isbn] != wanted
    check(wrong == 0, f"{wrong} verdicts are wrong")


if __name__ == "__main__":
    main(measure, scale=300_000, scale_means="stock rows")

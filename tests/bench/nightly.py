"""A whole night: the files of all bookshops (2 % changed) through outbox, queue and two worker processes.

Every row is compared with what the files say afterwards. The time is extrapolated to 25 million rows by rows.
``COPY`` of the same rows into an unlogged table is the base of the ratios.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from sqlalchemy import func, select

from config.settings import ROOT
from jobs.context import Context, open_context
from jobs.dispatcher import dispatch
from jobs.worker import HEARTBEAT
from tests.bench.figures import check, figure, lap, main, note
from tests.bench.ground import bench_house
from tests.bench.shelves import (
    MEAN_TITLES,
    NIGHT_BOOKSHOPS,
    NIGHT_ROWS,
    Shelf,
    copy_base,
    fill_catalogue,
    isbns,
    open_bookshops,
    shelves,
)
from tests.cast import NOW
from tests.conftest import House
from trade.base.models import Effect
from trade.base.tenancy import Scope
from trade.stock import actions, queries
from trade.stock.models import FeedRun

WORKERS = 2
LONGEST = 900
GOAL = "<=60"


def measure(scale: int) -> None:
    """A first load, then the night that is measured, and one in which no file says anything new."""
    with bench_house() as house:
        rng = np.random.default_rng(20261124)
        pool = isbns(min(max(scale // 3, 60_000), 5_000_000))
        ids = open_bookshops(house, max(scale // MEAN_TITLES, 6))
        fill_catalogue(house, pool)
        stock = list(shelves(scale, pool, ids, rng))
        rows = sum(map(len, stock))
        note(f"{len(stock)} files, {rows} rows, {WORKERS} workers")
        with _workers(house) as context:
            _night(house, context, stock, "first_night")
            stock = [shelf.sold(rng, pool) for shelf in stock]
            took = _night(house, context, stock, "night_changed_2_percent")
            country = took * NIGHT_ROWS / rows
            base = copy_base(house, stock)
            figure("copy_unlogged_took", base, "s")
            figure("night_25m_rows", country, "s (extrapolated)", ratio=took / base, of="copy_unlogged_took", goal=GOAL)
            figure("night_file", took * 1_000 / len(stock), "ms")
            note(f"{NIGHT_BOOKSHOPS} files in {took * NIGHT_BOOKSHOPS / len(stock):.0f} s, extrapolated by files")
            _night(house, context, stock, "night_content_unchanged", reverse=True)
        with house.session() as session:
            broken = [found.sentence for found in queries.invariants(session) if found.broken]
        check(not broken, f"broken invariants: {broken}")


@contextmanager
def _workers(house: House) -> Iterator[Context]:
    """Two real workers of this house; the dispatcher's own function is called by the bench."""
    config = house.config()
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MOSTRADOR_HOME": str(house.folder),
        "MOSTRADOR_NETWORK": house.network,
        "DATABASE_URL": house.url,
        "DATABASE_OWNER_URL": house.owner_url,
        "REDIS_URL": house.redis_url,
        "MOSTRADOR_FILES": str(house.folder / "files"),
        "MOSTRADOR_CLOCK": str(house.folder / "clock"),
    }
    command = [sys.executable, "-P", "-m", "jobs.worker"]
    with (house.folder / "workers.log").open("ab") as log:
        started = [
            subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True)
            for _ in range(WORKERS)
        ]
    context = open_context(config)
    try:
        deadline = time.monotonic() + 60
        while not context.redis.exists(HEARTBEAT) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(2)
        yield context
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)
        context.engine.dispose()
        context.redis.close()


def _night(house: House, context: Context, stock: Sequence[Shelf], name: str, *, reverse: bool = False) -> float:
    """Receive the files, hand their effects over until all are done, check every row; returns the seconds."""
    files = [shelf.as_file(reverse=reverse) for shelf in stock]
    with lap() as received:
        for shelf, data in zip(stock, files, strict=True):
            _receive(house, shelf.bookshop_id, data)
    rows = sum(map(len, stock))
    figure(f"{name}_received", received.seconds * 1_000 / len(stock), "ms/file")
    with lap() as took:
        while _undone(house):
            dispatch(context)
            time.sleep(0.05)
            if time.perf_counter() - _started > LONGEST:
                check(False, f"{name}: files are left after {LONGEST} s")
                break
    figure(name, rows / took.seconds, "rows/s")
    figure(f"{name}_took", took.seconds, "s")
    with house.session() as session:
        wrong = [
            shelf.bookshop_id
            for shelf in stock
            for found in [queries.lines_of(session, bookshop_id=shelf.bookshop_id)]
            if not (
                np.array_equal(found.isbn, shelf.isbn)
                and np.array_equal(found.quantity, shelf.quantity)
                and np.array_equal(found.price, shelf.price)
            )
        ]
        open_runs = session.scalar(select(func.count()).where(FeedRun.state.not_in(("applied", "unchanged"))))
    check(not wrong, f"{name}: the rows of {len(wrong)} bookshops are not those of their files")
    check(open_runs == 0, f"{name}: {open_runs} runs are neither applied nor unchanged")
    return took.seconds


_started = time.perf_counter()


def _receive(house: House, bookshop_id: int, data: bytes) -> None:
    with house.session(Scope("bookshop", bookshop_id=bookshop_id)) as session:
        actions.receive_file(
            session,
            bookshop_id=bookshop_id,
            format="model_csv",
            data=data,
            name="stock.csv",
            origin="push",
            at=NOW,
            store=house.store,
        )


def _undone(house: House) -> int:
    with house.session() as session:
        return session.scalar(select(func.count()).where(Effect.state == "pending", Effect.kind == "stock.import")) or 0


if __name__ == "__main__":
    main(measure, scale=200_000, scale_means="stock rows")

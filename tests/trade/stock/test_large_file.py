"""A file of 60,000 titles, as the largest bookshops send: read, compared and written in little memory."""

from __future__ import annotations

import tracemalloc

from sqlalchemy import event

from tests.bench.shelves import Shelf, isbns, prices_of
from tests.conftest import House
from tests.trade.stock.test_feed import NOW, send, state
from trade.stock import queries

TITLES = 60_000
MOST_MEBIBYTES = 96
"""Beyond what the libraries themselves take (about 150 MiB): 256 MiB in all."""


def test_a_large_file_takes_little_memory_and_few_statements(house: House) -> None:
    pool = isbns(TITLES)
    shelf = Shelf(house.cast.alba, pool, (pool % 3 + 1).astype("int32"), prices_of(pool))
    first, second = shelf.as_file(), shelf.as_file().replace(b";1;", b";2;", 500)
    asked: list[str] = []
    event.listen(house.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    tracemalloc.start()
    run = send(house, first)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert state(house, run) == "applied"
    assert peak < MOST_MEBIBYTES * 2**20
    asked.clear()
    again = send(house, second, at=NOW)
    assert len(asked) < 40, "none of them asked once a row"
    with house.session() as session:
        assert (
            queries.run(session, run_id=again).changed,
            len(queries.stock_of(session, bookshop_id=shelf.bookshop_id)),
        ) == (500, TITLES)

"""How fast the answers to "who has this book?" are: a hot title, a page of 20 books, and the two nightly logs.

Beside the logs stands DuckDB, which makes both tables anew out of tables of its own (loading them is not counted).
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import numpy as np
import polars as pl
from sqlalchemy import text

from tests.bench.figures import check, figure, lap, main, milliseconds, note, peak_mebibytes, percentiles
from tests.bench.ground import bench_house
from tests.bench.network import Network, build
from tests.cast import NOW
from tests.conftest import House
from trade.availability.queries import near_counts, nearest, offers
from trade.base.coordinates import Point
from trade.base.tenancy import PUBLIC, TenantSession
from trade.stock.actions import check_price_errors, log_rare_titles

ROUNDS = 300
PAGE = 20
WHOLE_COUNTRY = 20_000_000


def measure(rows: int) -> None:
    """Build a network of about so many stock rows and measure it."""
    with bench_house() as house:
        with lap() as building:
            network = build(house, rows=rows)
        note(f"{len(network.isbn_of)} rows, {len(network.isbns)} titles, built in {building.seconds:.0f} s")
        with house.session(PUBLIC) as session:
            _answers(session, network)
        _logs(house, network)


def _logs(house: House, network: Network) -> None:
    """Both logs over all rows, the first night and the next, beside the same decisions of DuckDB."""
    rare, errors = _rare(network), int(np.count_nonzero(~network.visible))
    base = _duckdb(network, rare, errors)
    figure(_BASE, base, "s")
    for night in ("first", "next"):
        with house.session() as session:
            with lap() as rare_log:
                found = log_rare_titles(session, at=NOW)
            with lap() as price_log:
                checked = check_price_errors(session, at=NOW)
        check(found == rare, f"the rare titles of the {night} night: {found}, not {rare}")
        check((checked.price_errors, checked.repaired) == (errors, 0), f"the price errors of the {night} night")
        both = rare_log.seconds + price_log.seconds
        figure(f"rare_log_{night}_night", rare_log.seconds, "s")
        figure(f"price_error_log_{night}_night", price_log.seconds, "s")
        # What does not grow with the rows (1,500 bookshops) forbids to extrapolate from a small network.
        goal = ("<=12", "<=3x") if night == "next" and len(network.isbn_of) >= WHOLE_COUNTRY else ()
        figure(f"both_logs_{night}_night", both, "s", ratio=both / base, of=_BASE, goal=goal)
    note(f"memory at its highest {peak_mebibytes():.0f} MiB")


def _duckdb(network: Network, rare: int, errors: int) -> float:
    """Seconds of DuckDB for the rows of both logs, on as many cores as PostgreSQL and we have."""
    trusted = np.unique(np.concatenate([*network.distributors.values()][:2]))
    columns = {
        "stock": {"shop": network.shop_of, "isbn": network.isbn_of, "declared": network.declared},
        "book": {"isbn": network.isbns, "price": network.prices},
        "bookshop": {"id": network.bookshop_ids, "threshold": np.full(len(network.bookshop_ids), 500, np.int32)},
        "trusted": {"isbn": trusted},
    }
    with duckdb.connect() as base:
        for name, given in columns.items():
            base.register("given", given)
            base.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
            base.unregister("given")
        with lap() as took:
            for statement in (_DUCKDB_RARE, _DUCKDB_ERRORS):
                base.execute(statement)
        found = [base.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in ("rare", "price_error")]
    check(found == [rare, errors], f"the logs of DuckDB: {found}, not {[rare, errors]}")
    return took.seconds


_BASE = "both_logs_of_duckdb"
_DUCKDB_RARE = """
CREATE TABLE rare AS
WITH few AS (SELECT isbn, count(*) AS holders FROM stock GROUP BY isbn HAVING count(*) <= 2)
SELECT stock.shop, stock.isbn, few.holders FROM stock JOIN few USING (isbn) ANTI JOIN trusted USING (isbn)
"""
_DUCKDB_ERRORS = """
CREATE TABLE price_error AS
SELECT stock.shop, stock.isbn, stock.declared, book.price
FROM stock JOIN book USING (isbn) JOIN bookshop ON bookshop.id = stock.shop
WHERE abs(stock.declared - book.price)::BIGINT * 10000 > bookshop.threshold::BIGINT * book.price
"""


def _rare(network: Network) -> int:
    """How many lines are rare, by polars over the arrays that the network was built from."""
    trusted = np.unique(np.concatenate([*network.distributors.values()][:2]))
    frame = pl.DataFrame({"isbn": network.isbn_of})
    few = frame.group_by("isbn").len().filter(pl.col("len") <= 2)
    few = few.join(pl.DataFrame({"isbn": trusted}), on="isbn", how="anti")
    return int(few["len"].sum())


def _answers(session: TenantSession, network: Network) -> None:
    chance = np.random.default_rng(11)
    shown = network.visible & np.isin(network.shop_of, network.bookshop_ids[network.serving])
    isbns, holders = np.unique(network.isbn_of[shown], return_counts=True)
    hot = isbns[np.argsort(-holders)][:50].tolist()
    truth = dict(zip(isbns.tolist(), holders.tolist(), strict=True))
    note(f"the most-held title is on {holders.max()} shelves")
    points = [network.points[int(place)] for place in chance.integers(0, len(network.points), ROUNDS)]
    pages = [
        network.isbns[(len(network.isbns) * chance.random(PAGE * 2) ** 4).astype(np.int64)].tolist()[:PAGE]
        for _ in range(ROUNDS)
    ]
    titles = [hot[number % len(hot)] for number in range(ROUNDS)]
    _check(session, network, truth, hot[0], pages[0], points[0])

    bare = _timed(lambda turn: _bare_count(session, titles[turn]))
    hottest = _timed(lambda turn: offers(session, isbn=titles[turn], at=NOW, near=points[turn], limit=20))
    page = _timed(lambda turn: nearest(session, isbns=pages[turn], at=NOW, near=points[turn]))
    _tell("bare_count_of_hot_title", bare)
    _tell("hot_title", hottest, of=("bare_count_of_hot_title", bare), goal="<=5")
    _tell("page_of_20", page, of=("bare_count_of_hot_title", bare), goal="<=5")
    many = np.unique(np.concatenate([np.array(one) for one in pages[:50]])).tolist()
    _tell("near_counts_of_1000", _timed(lambda turn: _near(session, many, points[turn]), rounds=20))


def _near(session: TenantSession, isbns: list[int], near: Point) -> object:
    return near_counts(session, isbns=isbns, at=NOW, near=near, kilometres=25)


def _bare_count(session: TenantSession, isbn: int) -> object:
    """What an index-only count of the shown rows of one book costs, the least that any answer reads."""
    asked = "SELECT count(*) FROM stock_line WHERE isbn = :isbn AND verdict = 'visible' AND quantity > 0"
    return session.scalar(text(asked), {"isbn": isbn})


def _timed(work: Callable[[int], object], *, rounds: int = ROUNDS) -> tuple[float, float]:
    """The second, warm pass: p50 and p95 in milliseconds."""
    for turn in range(rounds):
        work(turn)
    return percentiles([milliseconds(lambda turn=turn: work(turn)) for turn in range(rounds)])


def _tell(
    name: str, times: tuple[float, float], *, of: tuple[str, tuple[float, float]] | None = None, goal: str = ""
) -> None:
    for percentile, value, beside in zip(("p50", "p95"), times, of[1] if of else (0.0, 0.0), strict=True):
        goals = goal if percentile == "p95" and goal else ()
        if of:
            figure(f"{name}_{percentile}", value, "ms", ratio=value / beside, of=f"{of[0]}_{percentile}", goal=goals)
        else:
            figure(f"{name}_{percentile}", value, "ms", goal=goals)


def _check(
    session: TenantSession, network: Network, truth: dict[int, int], hot: int, page: list[int], near: Point
) -> None:
    """The answers against the arrays that the network was built from."""
    first = offers(session, isbn=hot, at=NOW, near=near, limit=1)[0]
    serving = network.visible & np.isin(network.shop_of, network.bookshop_ids[network.serving])
    holders = set(network.shop_of[serving & (network.isbn_of == hot)].tolist())
    ranked = sorted(
        (near.kilometres_to(point), int(shop))
        for shop, point in zip(network.bookshop_ids, network.points, strict=True)
        if int(shop) in holders
    )
    check(abs((first.kilometres or 0) - ranked[0][0]) < 0.001, "the nearest bookshop with the hot title")
    found = nearest(session, isbns=page, at=NOW, near=near)
    counts = {isbn: told.on_shelf for isbn, told in found.items() if told.on_shelf}
    check(counts == {isbn: truth[isbn] for isbn in page if isbn in truth}, "how many shelves have each book of a page")


if __name__ == "__main__":
    main(measure, scale=300_000, scale_means="stock rows")

"""A network of any size for benches: bookshops, books, stock by popularity, distributors. Data are synthetic.

The law of popularity is that of ``performance.md``: a bookshop draws titles of rank N * u^4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import psycopg
from numpy.typing import NDArray
from sqlalchemy import insert, text

from config.databases import conninfo
from tests.cast import NOW
from tests.conftest import House
from trade.base.coordinates import Point
from trade.members.models import Bookshop
from trade.stock.columns import Titles
from trade.stock.packing import pack_titles

BOOKSHOPS = 1_500
FIRST_ISBN = 9_790_000_000_000
STALE_SHARE, AWAY_SHARE = 0.02, 0.01
Column = NDArray[Any]


@dataclass
class Network:
    """What was built, as arrays: the truth that answers are compared with."""

    bookshop_ids: Column
    points: list[Point]
    serving: Column
    isbns: Column
    prices: Column
    shop_of: Column
    isbn_of: Column
    declared: Column
    visible: Column
    distributors: dict[int, Column]


def build(house: House, *, rows: int, distributor_titles: int = 300_000) -> Network:
    """Fill a house with about so many stock rows, one title for five of them, all at the moment NOW."""
    chance = np.random.default_rng(7)
    titles = max(rows // 5, 1_000)
    isbns = FIRST_ISBN + np.arange(titles, dtype=np.int64)
    prices = chance.integers(500, 4_000, titles).astype(np.int32)
    ids, points, serving = _bookshops(house, chance)
    each = max(rows // BOOKSHOPS, 50)
    shops, ranks = [], []
    for shop in ids:
        drawn = np.unique((titles * chance.random(int(each * 1.3)) ** 4).astype(np.int64))
        shops.append(np.full(min(each, len(drawn)), shop, dtype=np.int64))
        ranks.append(np.sort(chance.permutation(drawn)[:each]))
    shop_of, rank_of = np.concatenate(shops), np.concatenate(ranks)
    # 3 % of the prices are 8 to 40 % off, which every threshold of the profile hides.
    off = chance.random(len(rank_of)) < 0.03
    declared = prices[rank_of].copy()
    declared[off] = (declared[off] * chance.uniform(1.12, 1.4, int(off.sum()))).astype(np.int32)
    network = Network(ids, points, serving, isbns, prices, shop_of, isbns[rank_of], declared, ~off, {})
    with psycopg.connect(conninfo(house.owner_url), autocommit=True) as connection:
        _books(connection, network)
        _stock(connection, network, chance)
        _distributors(connection, network, chance, min(distributor_titles, titles // 5))
        connection.execute("VACUUM ANALYZE")
    return network


def _bookshops(house: House, chance: np.random.Generator) -> tuple[Column, list[Point], Column]:
    latitude, longitude = chance.uniform(36.5, 43.5, BOOKSHOPS), chance.uniform(-9, 3, BOOKSHOPS)
    rows = [
        {
            "slug": f"bench-{number}",
            "name": f"Bench {number:04d}",
            "state": "active",
            "country": "ES",
            "city": f"Town {number % 300}",
            "time_zone": "Europe/Madrid",
            "latitude": float(latitude[number]),
            "longitude": float(longitude[number]),
            "applied_at": NOW,
        }
        for number in range(BOOKSHOPS)
    ]
    with house.session() as session:
        ids = np.array(list(session.scalars(insert(Bookshop).returning(Bookshop.id), rows)), dtype=np.int64)
        stale = chance.random(BOOKSHOPS) < STALE_SHARE
        away = chance.random(BOOKSHOPS) < AWAY_SHARE
        session.execute(
            text(
                "INSERT INTO vacation (bookshop_id, first_day, last_day, note) SELECT unnest(CAST(:ids AS bigint[])),"
                " date '2026-11-20', date '2026-11-30', ''"
            ),
            {"ids": ids[away].tolist()},
        )
    _files(house, ids, [NOW - timedelta(hours=100 if old else 5) for old in stale])
    points = [Point(*pair) for pair in zip(latitude.tolist(), longitude.tolist(), strict=True)]
    return ids, points, ~stale & ~away


def _files(house: House, ids: Column, moments: list[datetime]) -> None:
    """A stock file of each bookshop, of which only the arrival matters here."""
    with psycopg.connect(conninfo(house.owner_url), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO stored_file (purpose, name, media_type, sha256, size)"
            " VALUES ('stock', 'bench', 'text/csv', '', 1)"
        )
        connection.execute(
            "INSERT INTO feed_run (bookshop_id, format, file_id, origin, state, apply_when_safe, received_at, sender,"
            " read, accepted, refused, repeated, isbns, unknown, added, changed, zeroed, hold_reasons, error)"
            " SELECT id, 'model_csv', (SELECT max(id) FROM stored_file), 'upload', 'applied', true, %s, '',"
            " 0, 0, 0, 0, 0, 0, 0, 0, 0, '[]', '{}' FROM unnest(%s::bigint[]) AS id",
            (NOW, ids.tolist()),
        )
        connection.execute(
            "INSERT INTO bookshop_stock (bookshop_id, run_id, file_at, titles, sender)"
            " SELECT shop, (SELECT max(id) FROM feed_run WHERE bookshop_id = shop), moment, 0, ''"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS given (shop, moment)",
            (ids.tolist(), moments),
        )


def _copy(connection: psycopg.Connection, table: str, frame: pl.DataFrame) -> None:
    """COPY a frame, a million rows at a time."""
    with connection.cursor().copy(f"COPY {table} ({', '.join(frame.columns)}) FROM STDIN (FORMAT csv)") as copy:
        for part in frame.iter_slices(1_000_000):
            copy.write(part.write_csv(include_header=False))


def _books(connection: psycopg.Connection, network: Network) -> None:
    category = connection.execute("SELECT id FROM category ORDER BY position LIMIT 1").fetchone()
    assert category
    words = dict.fromkeys(("subtitle", "publisher", "language", "subject", "collection", "search_key", "sort_key"), "")
    frame = pl.DataFrame({"isbn": network.isbns, "price_cents": network.prices}).with_columns(
        pl.concat_str(pl.lit("Bench title "), pl.col("isbn")).alias("title"),
        *(pl.lit(word).alias(name) for name, word in words.items()),
        pl.lit(category[0]).alias("category_id"),
        pl.lit("available").alias("availability"),
        pl.lit(0).alias("popularity"),
        pl.lit(False).alias("weight_is_estimate"),
        pl.lit(False).alias("price_is_sample"),
    )
    # An empty text is quoted in CSV; unquoted it would be NULL.
    with connection.cursor().copy(f"COPY book ({', '.join(frame.columns)}) FROM STDIN (FORMAT csv)") as copy:
        for part in frame.iter_slices(500_000):
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))


def _stock(connection: psycopg.Connection, network: Network, chance: np.random.Generator) -> None:
    """The lines, with their indexes made afterwards, and the packed snapshot of each bookshop."""
    isbn, quantity = network.isbn_of, chance.integers(1, 6, len(network.isbn_of)).astype(np.int32)
    frame = pl.DataFrame(
        {
            "isbn": isbn,
            "bookshop_id": network.shop_of,
            "quantity": quantity,
            "price": network.declared,
            "declared_cents": network.declared,
        }
    ).with_columns(
        pl.lit(NOW.isoformat()).alias("changed_at"),
        pl.Series(np.where(network.visible, "visible", "price_error")).alias("verdict"),
    )
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'stock_line' AND indexname NOT LIKE 'pk_%'"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    _copy(connection, "stock_line", frame)
    for _, definition in indexes:
        connection.execute(definition)
    begins = np.searchsorted(network.shop_of, network.bookshop_ids)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO stock_snapshot (bookshop_id, content_sha256, data) VALUES (%s, '', %s)",
            [
                (int(shop), pack_titles(Titles(*(column[begin:end] for column in (isbn, quantity, network.declared)))))
                for shop, begin, end in zip(
                    network.bookshop_ids, begins, [*begins[1:], len(network.shop_of)], strict=True
                )
            ],
        )


def _distributors(connection: psycopg.Connection, network: Network, chance: np.random.Generator, titles: int) -> None:
    """Three distributors; the first is trusted by most bookshops, the second by some, the third by none."""
    for number, share in enumerate((0.7, 0.3, 0.0)):
        row = connection.execute(
            "INSERT INTO distributor (key, name, state, delegated, prints_on_demand, protocol, address,"
            " lead_from_hours, lead_to_hours, titles, stock_at)"
            " VALUES (%s, %s, 'active', false, false, '', '', 24, 48, %s, %s)"
            " RETURNING id",
            (f"bench-{number}", f"Bench distributor {number}", titles, NOW),
        ).fetchone()
        assert row
        has = np.sort(chance.choice(network.isbns, titles, replace=False))
        network.distributors[row[0]] = has
        frame = pl.DataFrame({"isbn": has}).with_columns(
            pl.lit(row[0]).alias("distributor_id"), pl.lit(NOW.isoformat()).alias("seen_at")
        )
        _copy(connection, "distributor_stock", frame)
        trusting = network.bookshop_ids[chance.random(len(network.bookshop_ids)) < share]
        connection.execute(
            "INSERT INTO trusted_distributor (bookshop_id, distributor_id, switched_on, position, fee_cents,"
            " charge_fee, changed_at) SELECT id, %s, true, %s, 100, false, %s FROM unnest(%s::bigint[]) AS id",
            (row[0], number, NOW, trusting.tolist()),
        )

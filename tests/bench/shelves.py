"""Bookshops, their stock and their files, made up at any size: the same numbers each time.

Stock is drawn by popularity (rank = N u^4, as real shelves are): files of 5,000 to 60,000 titles, 16,700 on average.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import select

from config.databases import conninfo
from tests.cast import NOW
from tests.conftest import House
from trade.catalogue.models import Category
from trade.members.models import Bookshop

MEAN_TITLES = 16_700
NIGHT_BOOKSHOPS, NIGHT_ROWS = 1_500, 25_000_000
"""The country: what a figure is extrapolated to."""
CHANGED_SHARE = 0.02


@dataclass(frozen=True)
class Shelf:
    """One bookshop's stock: sorted ISBNs, copies, prices with VAT in cents."""

    bookshop_id: int
    isbn: NDArray[np.int64]
    quantity: NDArray[np.int32]
    price: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.isbn)

    def as_file(self, *, reverse: bool = False) -> bytes:
        """The stock as our model file; ``reverse``: other bytes that say the same."""
        step = -1 if reverse else 1
        rows = zip(self.isbn[::step].tolist(), self.quantity[::step].tolist(), self.price[::step].tolist(), strict=True)
        lines = [f"{isbn};{copies};{price // 100},{price % 100:02d}" for isbn, copies, price in rows]
        return ("isbn;cantidad;pvp\r\n" + "\r\n".join(lines) + "\r\n").encode()

    def sold(self, rng: np.random.Generator, pool: NDArray[np.int64]) -> Shelf:
        """The stock a day later: 2 % changed, half of them copies, the rest titles that go, come or cost otherwise."""
        count = max(int(len(self) * CHANGED_SHARE), 4)
        moved = rng.permutation(len(self))[:count]
        fewer, gone, dearer = np.split(moved, [count // 2, count * 3 // 4])
        quantity, price = self.quantity.copy(), self.price.copy()
        quantity[fewer] += 1
        price[dearer] += 5
        stays = np.ones(len(self), dtype=bool)
        stays[gone] = False
        come = np.setdiff1d(rng.choice(pool, len(gone) * 2, replace=False), self.isbn)[: len(gone)]
        isbn = np.concatenate([self.isbn[stays], come])
        order = np.argsort(isbn)
        return replace(
            self,
            isbn=isbn[order],
            quantity=np.concatenate([quantity[stays], np.ones(len(come), np.int32)])[order],
            price=np.concatenate([price[stays], prices_of(come)])[order],
        )


def isbns(count: int) -> NDArray[np.int64]:
    """So many valid ISBN-13s, sorted, of group 978-84 and on."""
    body = 978_840_000_000 + np.arange(count, dtype=np.int64) * 37
    digits = body[:, None] // 10 ** np.arange(11, -1, -1, dtype=np.int64) % 10
    weighed = (digits * np.where(np.arange(12) % 2, 3, 1)).sum(axis=1)
    return body * 10 + (-weighed) % 10


def prices_of(isbn: NDArray[np.int64]) -> NDArray[np.int32]:
    """The network's price of each book: 5.95 to 34.95."""
    return (595 + isbn // 10 % 30 * 100).astype(np.int32)


def shelves(scale: int, pool: NDArray[np.int64], bookshop_ids: list[int], rng: np.random.Generator) -> Iterator[Shelf]:
    """Shelves of so many titles in all. One price in fifty is too far from the network's."""
    by_rank = rng.permutation(pool)
    shares = np.clip(rng.lognormal(0.0, 0.5, len(bookshop_ids)), 0.3, 3.6)
    sizes = np.maximum((shares / shares.sum() * scale).astype(int), 100)
    for bookshop_id, size in zip(bookshop_ids, sizes.tolist(), strict=True):
        isbn: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        while len(isbn) < size:
            more = by_rank[(len(pool) * rng.random(size * 2) ** 4).astype(int)]
            isbn = np.union1d(isbn, more)
        isbn = np.sort(rng.permutation(isbn)[:size])
        price = prices_of(isbn)
        price[rng.random(size) < 0.02] += 400
        quantity = rng.choice(np.array([1, 1, 1, 1, 2, 3, 5], dtype=np.int32), size)
        yield Shelf(bookshop_id, isbn, quantity, price)


def open_bookshops(house: House, count: int) -> list[int]:
    """So many active bookshops."""
    with house.session() as session:
        made = [
            Bookshop(
                slug=f"bench-{number}",
                name=f"Librería {number}",
                state="active",
                country=house.profile.country,
                time_zone=house.profile.time_zone,
                applied_at=NOW - timedelta(days=400),
                active_at=NOW - timedelta(days=399),
            )
            for number in range(count)
        ]
        session.add_all(made)
        session.flush()
        return [bookshop.id for bookshop in made]


def fill_catalogue(house: House, pool: NDArray[np.int64]) -> None:
    """Books of these ISBNs with their prices, all but one in twenty."""
    with house.session() as session:
        category = session.scalars(select(Category.id).where(Category.key == "fixed_price")).one()
    known = pool[np.arange(len(pool)) % 20 > 0]
    columns = "isbn, title, subtitle, publisher, language, weight_is_estimate, subject, collection, category_id, "
    columns += "price_cents, price_is_sample, popularity, search_key, sort_key, availability"
    with psycopg.connect(conninfo(house.owner_url)) as connection:
        with connection.cursor().copy(f"COPY book ({columns}) FROM STDIN") as copy:
            for isbn, cents in zip(known.tolist(), prices_of(known).tolist(), strict=True):
                row = (isbn, f"T{isbn}", "", "", "es", "f", "", "", category, cents, "f", 0, f" t{isbn} ", f"t{isbn}")
                copy.write_row((*row, "available"))
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE book")


def copy_base(house: House, stock: list[Shelf]) -> float:
    """Seconds that PostgreSQL alone takes for these rows: COPY into an unlogged table without an index."""
    lines = [
        "".join(
            f"{shelf.bookshop_id}\t{isbn}\t{copies}\t{price}\n"
            for isbn, copies, price in zip(
                shelf.isbn.tolist(), shelf.quantity.tolist(), shelf.price.tolist(), strict=True
            )
        ).encode()
        for shelf in stock
    ]
    with psycopg.connect(conninfo(house.owner_url)) as connection:
        connection.execute("CREATE UNLOGGED TABLE bench_base (bookshop_id int, isbn bigint, quantity int, price int)")
        connection.commit()
        begun = time.perf_counter()
        with connection.cursor().copy("COPY bench_base FROM STDIN") as copy:
            for part in lines:
                copy.write(part)
        connection.commit()
        took = time.perf_counter() - begun
        connection.execute("DROP TABLE bench_base")
    return took

"""The rare-books log, made anew for the whole network in a few steps; and the popularity of books beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Date, Integer, Text, cast, delete, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from trade.base.sets import value_table
from trade.base.tenancy import TenantSession
from trade.catalogue.engines import note_changed
from trade.catalogue.models import Book
from trade.stock.models import RareTitle
from trade.stock.queries.network import not_rare, popularity_now, rare_now, shelves

MOST_HOLDERS = 2
AT_ONCE = 200_000
_ISBN_BITS = 44
"""An ISBN-13 needs 44 bits: with the bookshop above it, one number tells both."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Rare:
    """Titles that few bookshops have, in the order of their keys (bookshop and ISBN as one number)."""

    key: Numbers
    copies: Numbers
    holders: Numbers

    def part(self, chosen: NDArray[np.bool_] | slice) -> Rare:
        """Some of them."""
        return Rare(self.key[chosen], self.copies[chosen], self.holders[chosen])

    def by(self, most: int) -> Iterator[Rare]:
        """In parts of at most so many."""
        return (self.part(slice(start, start + most)) for start in range(0, len(self.key), most))


def log_rare_titles(session: TenantSession, *, at: datetime) -> int:
    """Make the rare-books log anew (T109, A16): own copies of a title that one or two bookshops have.

    Out of it are titles that a distributor has which any bookshop trusts, print on demand, what is not published
    yet, and what the catalogue does not know. Only differences are written; what a bookseller marked stays marked
    while the title is rare. Returns how many titles are in the log. Scope system.
    """
    holders = _holders(session)
    found = _rare(holders, not_rare(session))
    _write_differences(session, found, at)
    _keep_popularity(session, holders)
    return len(found.key)


def _holders(session: TenantSession) -> pl.DataFrame:
    """By ISBN: how many active bookshops have it, and one or two of them with their copies."""
    every = list(shelves(session))
    if not every:
        every_isbn = np.empty(0, dtype=np.int64)
        return pl.DataFrame(
            {
                "isbn": every_isbn,
                "holders": every_isbn,
                "shop": every_isbn,
                "copies": every_isbn,
                "other": every_isbn,
                "other_copies": every_isbn,
            }
        )
    frame = pl.DataFrame(
        {
            "isbn": np.concatenate([shelf.titles.isbn for shelf in every]),
            "shop": np.concatenate([np.full(len(shelf.titles), shelf.bookshop_id, dtype=np.int32) for shelf in every]),
            "copies": np.concatenate([shelf.titles.quantity for shelf in every]),
        }
    )
    every.clear()
    return (
        frame.lazy()
        .group_by("isbn")
        .agg(
            pl.len().alias("holders"),
            pl.col("shop").first(),
            pl.col("copies").first(),
            pl.col("shop").last().alias("other"),
            pl.col("copies").last().alias("other_copies"),
        )
        .collect()
    )


def _rare(holders: pl.DataFrame, left_out: Numbers) -> Rare:
    few = holders.filter(pl.col("holders") <= MOST_HOLDERS)
    few = few.join(pl.DataFrame({"isbn": left_out}), on="isbn", how="anti")
    two = few.filter(pl.col("holders") == MOST_HOLDERS)
    both = pl.concat(
        [
            few.select("isbn", "shop", "copies", "holders"),
            two.select("isbn", pl.col("other").alias("shop"), pl.col("other_copies").alias("copies"), "holders"),
        ]
    )
    keyed = both.select(
        (pl.col("shop").cast(pl.Int64) * 2**_ISBN_BITS + pl.col("isbn")).alias("key"),
        pl.col("copies").cast(pl.Int64),
        pl.col("holders").cast(pl.Int64),
    ).sort("key")
    return Rare(*(keyed[name].to_numpy() for name in ("key", "copies", "holders")))


def _write_differences(session: TenantSession, found: Rare, at: datetime) -> None:
    now = rare_now(session)
    order = np.argsort(keys := now["bookshop_id"] * 2**_ISBN_BITS + now["isbn"])
    before = Rare(keys[order], now["copies"][order], now["holders"][order])
    gone = before.part(~np.isin(before.key, found.key, assume_unique=True))
    place = np.minimum(np.searchsorted(before.key, found.key), max(len(before.key) - 1, 0))
    same = np.zeros(len(found.key), dtype=np.bool_)
    if len(before.key):
        same = (before.key[place] == found.key) & (before.copies[place] == found.copies)
        same &= before.holders[place] == found.holders
    for part in gone.by(AT_ONCE):
        given = value_table(bookshop_id=(BigInteger, _shop(part)), isbn=(BigInteger, _isbn(part)))
        wanted = tuple_(RareTitle.bookshop_id, RareTitle.isbn).in_(select(given.c.bookshop_id, given.c.isbn))
        session.execute(delete(RareTitle).where(wanted).execution_options(synchronize_session=False))
    for part in found.part(~same).by(AT_ONCE):
        given = value_table(
            bookshop_id=(BigInteger, _shop(part)),
            isbn=(BigInteger, _isbn(part)),
            copies=(Integer, part.copies.tolist()),
            holders=(Integer, part.holders.tolist()),
        )
        rows = select(*given.c, cast(literal(at.date()), Date), cast(literal(""), Text))
        new = insert(RareTitle).from_select(["bookshop_id", "isbn", "copies", "holders", "seen_on", "mark"], rows)
        session.execute(
            new.on_conflict_do_update(
                index_elements=["bookshop_id", "isbn"],
                set_={name: new.excluded[name] for name in ("copies", "holders")},
            )
        )


def _shop(part: Rare) -> list[int]:
    shops: list[int] = (part.key >> _ISBN_BITS).tolist()
    return shops


def _isbn(part: Rare) -> list[int]:
    isbns: list[int] = (part.key & (2**_ISBN_BITS - 1)).tolist()
    return isbns


def _keep_popularity(session: TenantSession, holders: pl.DataFrame) -> None:
    """A book is as popular as the number of bookshops that have it. The search index hears of it where the number
    has grown or shrunk enough to matter: to another power of two."""
    isbn, popularity = popularity_now(session)
    books = pl.DataFrame({"isbn": isbn, "before": popularity}).join(
        holders.select("isbn", pl.col("holders").alias("now")), on="isbn", how="left"
    )
    moved = books.with_columns(pl.col("now").fill_null(0).cast(pl.Int32)).filter(pl.col("now") != pl.col("before"))
    told = []
    for start in range(0, len(moved), AT_ONCE):
        part = moved[start : start + AT_ONCE]
        given = value_table(isbn=(BigInteger, part["isbn"].to_list()), now=(Integer, part["now"].to_list()))
        session.execute(
            update(Book)
            .where(Book.isbn == given.c.isbn)
            .values(popularity=given.c.now)
            .execution_options(synchronize_session=False)
        )
        told += [isbn for isbn, before, now in part.iter_rows() if before.bit_length() != now.bit_length()]
    note_changed(session, isbns=told)

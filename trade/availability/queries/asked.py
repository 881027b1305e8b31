"""What bears on who can serve some books, read in one statement whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import text

from trade.availability.queries.directory import Marks, known
from trade.availability.rules.directory import Directory, Files, Numbers
from trade.availability.rules.labels import WAYS_OPEN, Label
from trade.availability.rules.network import BookFacts
from trade.base.tenancy import TenantSession
from trade.catalogue.records import Availability
from trade.trastienda.rules import LiveAnswer

#: Copies and bookshops come as eight bytes each, ``bookshop_id << 32 | copies``: a hot book has 1,300 of them. Every
#: part is looked up by the ISBN in an index; statistics, which know little of ISBNs, cannot lead the plan astray.
#: The verdict is a literal, since the index of the shown lines is a partial one.
_ASKED = text(
    """
    SELECT wanted.isbn, book.availability, coalesce(book.on_sale_on, book.available_on) AS release,
      book.price_cents IS NOT NULL AS priced, bookshops.seen AS bookshops, files.seen AS files,
      (SELECT string_agg(int8send((line.bookshop_id::bigint << 32) | line.quantity), ''::bytea) FROM stock_line AS line
        WHERE line.isbn = wanted.isbn AND line.verdict = 'visible' AND line.quantity > 0) AS shelf,
      (SELECT string_agg(int8send((hold.bookshop_id::bigint << 32) | hold.copies), ''::bytea) FROM stock_hold AS hold
        WHERE hold.isbn = wanted.isbn AND hold.state <> 'released') AS held,
      (SELECT string_agg(int8send(stock.distributor_id), ''::bytea) FROM distributor_stock AS stock
        WHERE stock.isbn = wanted.isbn) AS distributors,
      (SELECT string_agg(int8send(part.bookshop_id), ''::bytea) FROM presale_part AS part
        JOIN presale_title AS title ON title.isbn = part.isbn AND title.state = 'on_sale' AND title.opens_on <= :today
        WHERE part.isbn = wanted.isbn) AS presale
    FROM (SELECT concat_ws(':', count(*), max(id), sum(id)) AS seen FROM directory_mark WHERE topic = 'bookshops')
        AS bookshops,
      (SELECT concat_ws(':', count(*), max(id), sum(id)) AS seen FROM directory_mark WHERE topic = 'files') AS files,
      unnest(CAST(:isbns AS bigint[])) AS wanted (isbn) LEFT JOIN book ON book.isbn = wanted.isbn
    """
)
_LOW = 0xFFFFFFFF
NO_WAY: frozenset[Label] = frozenset()
NO_ANSWERS: Mapping[tuple[int, int], LiveAnswer] = {}


@dataclass(frozen=True)
class Asked:
    """The directory at a moment, and the facts of each book that was asked for."""

    at: datetime
    directory: Directory
    files: Files
    books: dict[int, BookFacts]


def ask(
    session: TenantSession,
    *,
    isbns: Iterable[int],
    at: datetime,
    answers: Mapping[tuple[int, int], LiveAnswer] = NO_ANSWERS,
) -> Asked | None:
    """The facts of these books; None where none is asked for. ``answers`` are the distributors' own of just now."""
    wanted = list(dict.fromkeys(isbns))
    if not wanted:
        return None
    today = at.astimezone(ZoneInfo(session.profile.time_zone)).date()
    rows = session.execute(_ASKED, {"isbns": wanted, "today": today}).all()
    directory, files = known(session, marks=Marks(rows[0].bookshops, rows[0].files), at=at)
    told: dict[int, dict[int, LiveAnswer]] = {}
    for (distributor_id, isbn), answer in answers.items():
        told.setdefault(isbn, {})[distributor_id] = answer
    presales = session.profile.has("presales")
    books = {row.isbn: _facts(directory, row, told.get(row.isbn, {}), presales) for row in rows}
    return Asked(at, directory, files, books)


def _facts(directory: Directory, row: Any, answers: Mapping[int, LiveAnswer], presales: bool) -> BookFacts:
    shelf, copies = _pairs(directory, row.shelf)
    if row.held:
        held = np.zeros(len(directory.places), dtype=np.int64)
        np.add.at(held, *_pairs(directory, row.held))
        copies = copies - held[shelf]
    release: date | None = None
    if presales and row.availability == Availability.FORTHCOMING:
        release = row.release
    return BookFacts(
        isbn=row.isbn,
        open_ways=WAYS_OPEN[Availability(row.availability)] if row.priced else NO_WAY,
        print_on_demand=row.availability == Availability.PRINT_ON_DEMAND,
        shelf=shelf,
        copies=copies,
        distributors=_numbers(row.distributors).tolist(),
        release=release,
        presale=_places(directory, _numbers(row.presale)),
        answers=answers,
    )


def _numbers(packed: bytes | None) -> Numbers:
    return np.frombuffer(packed or b"", dtype=">i8").astype(np.int64)


def _places(directory: Directory, bookshop_ids: Numbers) -> Numbers:
    """The places of bookshops, in their order; ids younger than the directory are left out."""
    known_ids = bookshop_ids[bookshop_ids < len(directory.place_of)]
    places: Numbers = directory.place_of[known_ids]
    return np.sort(places[places >= 0])


def _pairs(directory: Directory, packed: bytes | None) -> tuple[Numbers, Numbers]:
    """Places with their copies, in the order of places."""
    both = _numbers(packed)
    bookshop_ids, copies = both >> 32, both & _LOW
    inside = bookshop_ids < len(directory.place_of)
    if not inside.all():
        bookshop_ids, copies = bookshop_ids[inside], copies[inside]
    places = directory.place_of[bookshop_ids]
    order = np.argsort(places, kind="stable")
    return places[order], copies[order]

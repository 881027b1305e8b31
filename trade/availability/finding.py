"""Finding books as a reader does: best first, with what the network's bookshops have, in one answer for a page.

Relevance and popularity come from the search index (:mod:`trade.catalogue.queries`), availability from this room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from trade.availability.queries import Nearest, nearest
from trade.base.coordinates import Point
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.queries import search


class Choice(NamedTuple):
    """One value of a facet: ``count`` books would be left; None where that is not known."""

    value: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """What the found books can be narrowed by: language, subject, form, price (cents "from-to"), available."""

    key: str
    choices: list[Choice]


@dataclass(frozen=True)
class Filters:
    """What the reader narrowed the search to. Prices in cents, both ends included."""

    languages: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    available: Literal["", "now", "near"] | str = ""
    kilometres: int = 25


@dataclass(frozen=True)
class Found:
    """One page of what was found. ``nearest`` holds the books that somebody can serve.

    ``total`` is of all books found; where it is not exact there are at least as many. ``corrected`` are the words
    searched for where a typing error was forgiven.
    """

    total: int = 0
    total_is_exact: bool = True
    books: list[Book] = field(default_factory=list)
    nearest: dict[int, Nearest] = field(default_factory=dict)
    corrected: str = ""
    facets: list[Facet] = field(default_factory=list)


NO_FILTERS = Filters()


def find(
    session: TenantSession,
    *,
    words: str,
    at: datetime,
    near: Point | None = None,
    filters: Filters = NO_FILTERS,
    limit: int = 20,
    offset: int = 0,
    exact: bool = False,
) -> Found:
    """Books by words or ISBN in any writing, best first, with the nearest bookshop that has each."""
    found = search(session, words=words, limit=limit, offset=offset, exact=exact)
    served = nearest(session, isbns=[book.isbn for book in found.books], at=at, near=near)
    return Found(found.total, True, found.books, served, found.corrected)

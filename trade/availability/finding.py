"""Finding books as a reader does: best first, with what the network's bookshops have, in one answer for a page.

Relevance and popularity come from the search index (:mod:`trade.catalogue.queries`), availability from this room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from trade.availability.queries import Nearest, near_counts, nearest
from trade.availability.rules import Label
from trade.base.coordinates import Point
from trade.base.tenancy import TenantSession
from trade.catalogue.engines import MOST_CHOICES, Ask, Engine, Hits, Narrowed, engine_of, is_ready
from trade.catalogue.models import Book
from trade.catalogue.queries import LARGEST_PAGE, Searched, books, nearly, searched
from trade.trastienda.rules import Answers

WINDOW: Final = 40
"""So many first hits are put in order by where they can be had, where the reader says where she is."""
CANDIDATES: Final = 500
"""So many first hits are looked at where only books that can be had now, or near, are wanted."""
NEAR_FACTOR, HAD_FACTOR = 1.5, 1.2
"""How much more a book counts that is on a shelf near, or on any."""
PRICES: Final = ((0, 999), (1_000, 1_999), (2_000, 2_999), (3_000, None))
"""Spans of prices in cents, both ends included."""
INSTEAD: Final = 5


class Choice(NamedTuple):
    """One value of a facet: so many books would be left; None where that is not known."""

    value: str
    label: str
    books: int | None
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """What the found books can be narrowed by: language, subject, form, price (cents "from-to"), available."""

    key: str
    choices: list[Choice]


@dataclass(frozen=True)
class Filters:
    """What the reader narrowed the search to. Prices in cents, both ends included.

    ``available``: "now" on any shelf, "near" on one within so many kilometres, "" wherever.
    """

    languages: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    available: str = ""
    kilometres: int = 25


@dataclass(frozen=True)
class Found:
    """One page of what was found. ``nearest`` holds the books that somebody can serve.

    ``total`` is of all books found; where it is not exact there are at least as many. ``corrected`` are the words
    searched for where a typing error was forgiven. ``instead``: where nothing was found, books with nearly all the
    words. Not ``ready``: the index is being built, nothing can be said.
    """

    total: int = 0
    total_is_exact: bool = True
    books: list[Book] = field(default_factory=list)
    nearest: dict[int, Nearest] = field(default_factory=dict)
    corrected: str = ""
    facets: list[Facet] = field(default_factory=list)
    instead: list[Book] = field(default_factory=list)
    ready: bool = True


NO_FILTERS = Filters()

Remembered = Callable[[Sequence[int]], Answers]
"""What delegated distributors answered of these books lately, from memory: nobody is asked inside a transaction."""


def nothing_remembered(isbns: Sequence[int]) -> Answers:
    """No distributor was asked."""
    return {}


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
    remembered: Remembered = nothing_remembered,
) -> Found:
    """Books by words or ISBN in any writing, best first, with the nearest bookshop that has each.

    Order: relevance times popularity; where a place is given the first ``WINDOW`` hits also by nearness. With
    ``available`` the first ``CANDIDATES`` hits are looked at: of more the total is not exact.
    """
    limit, offset = min(max(limit, 1), LARGEST_PAGE), max(offset, 0)
    if filters.available:
        return _only_had(session, words, at, near, filters, limit, offset, exact, remembered)
    window = near is not None and offset < WINDOW
    first, number = (0, max(WINDOW, offset + limit)) if window else (offset, limit)
    found = searched(session, words=words, narrowed=_narrowed(filters), limit=number, offset=first, exact=exact)
    served = nearest(session, isbns=found.hits.isbns, at=at, near=near, answers=remembered(found.hits.isbns))
    ordered = _by_nearness(found.hits, served, filters.kilometres) if near is not None else found.hits.isbns
    page = ordered[offset : offset + limit] if window else ordered
    every_hit = served if first == 0 and len(found.hits.isbns) == found.hits.total else None
    return _told(
        session,
        words,
        found,
        page,
        served,
        filters,
        near,
        at,
        had=_had(every_hit, filters.kilometres),
        remembered=remembered,
    )


def _only_had(
    session: TenantSession,
    words: str,
    at: datetime,
    near: Point | None,
    filters: Filters,
    limit: int,
    offset: int,
    exact: bool,
    remembered: Remembered,
) -> Found:
    """Only books on a shelf, anywhere or near."""
    found = searched(session, words=words, narrowed=_narrowed(filters), limit=CANDIDATES, exact=exact)
    counts = near_counts(session, isbns=found.hits.isbns, at=at, near=near, kilometres=filters.kilometres)
    which = 1 if filters.available == "near" and near is not None else 0
    kept = [isbn for isbn in found.hits.isbns if isbn in counts and counts[isbn][which]]
    page = kept[offset : offset + limit]
    served = nearest(session, isbns=page, at=at, near=near, answers=remembered(page))
    had = (len(counts), sum(1 for _, close in counts.values() if close))
    whole = len(found.hits.isbns) == found.hits.total
    told = _told(
        session, words, found, page, served, filters, near, at, had=had if whole else None, remembered=remembered
    )
    return replace(told, total=len(kept), total_is_exact=whole)


def _told(
    session: TenantSession,
    words: str,
    found: Searched,
    page: Sequence[int],
    served: Mapping[int, Nearest],
    filters: Filters,
    near: Point | None,
    at: datetime,
    *,
    had: tuple[int, int] | None,
    remembered: Remembered,
) -> Found:
    """The page with its books and facets; where nothing was found, what comes nearest."""
    instead = nearly(session, words=words, limit=INSTEAD) if not found.hits.total and found.ask else []
    known = books(session, isbns=[*page, *instead])
    more = nearest(session, isbns=instead, at=at, near=near, answers=remembered(instead)) if instead else {}
    return Found(
        total=found.hits.total,
        books=[known[isbn] for isbn in page if isbn in known],
        nearest={isbn: served[isbn] for isbn in page if isbn in served} | more,
        corrected=found.corrected,
        facets=_facets(engine_of(session), found.ask, filters, near, had) if found.ask and found.hits.total else [],
        instead=[known[isbn] for isbn in instead if isbn in known],
        ready=is_ready(session),
    )


def _narrowed(filters: Filters) -> Narrowed:
    return Narrowed(filters.languages, filters.subjects, filters.forms, filters.price_from, filters.price_to)


def _by_nearness(hits: Hits, served: Mapping[int, Nearest], kilometres: float) -> list[int]:
    """The hits in order of their score, more for what is on a shelf, more still for one near."""
    scores = dict(zip(hits.isbns, hits.scores, strict=True))
    return sorted(hits.isbns, key=lambda isbn: -scores[isbn] * _factor(served.get(isbn), kilometres))


def _factor(served: Nearest | None, kilometres: float) -> float:
    if not _on_shelf(served):
        return 1.0
    return NEAR_FACTOR if _is_near(served, kilometres) else HAD_FACTOR


def _on_shelf(served: Nearest | None) -> bool:
    return served is not None and served.offer.label is Label.ON_SHELF


def _is_near(served: Nearest | None, kilometres: float) -> bool:
    far = None if served is None else served.offer.kilometres
    return _on_shelf(served) and far is not None and far <= kilometres


def _had(served: Mapping[int, Nearest] | None, kilometres: float) -> tuple[int, int] | None:
    """Of books that were all looked at, how many are on a shelf, and on one near."""
    if served is None:
        return None
    every = list(served.values())
    return sum(map(_on_shelf, every)), sum(_is_near(each, kilometres) for each in every)


# --- facets ------------------------------------------------------------------------------------------


def _facets(engine: Engine, ask: Ask, filters: Filters, near: Point | None, had: tuple[int, int] | None) -> list[Facet]:
    """What the hits can be narrowed by. A facet's own choice does not narrow its counts: it can be changed."""
    counted = dict(engine.facets(ask, prices=PRICES))
    chosen = {"language": filters.languages, "subject": filters.subjects, "form": filters.forms}
    price = _price_value(filters)
    for key in (*(key for key, values in chosen.items() if values), *(("price",) if price else ())):
        counted[key] = engine.facets(replace(ask, narrowed=_without(ask.narrowed, key)), prices=PRICES)[key]
    facets = [
        Facet(key, _choices(counted[key], values, 0 if len(counted[key]) < MOST_CHOICES else None))
        for key, values in chosen.items()
    ]
    facets.append(
        Facet("price", _choices(counted["price"], (price,) if price else (), engine.count(ask) if price else 0))
    )
    ways = [Choice("now", "", had[0] if had else None, filters.available == "now")]
    if near is not None:
        ways.append(Choice("near", "", had[1] if had else None, filters.available == "near"))
    return [*facets, Facet("available", ways)]


def _choices(counted: Mapping[str, int], chosen: Sequence[str], others: int | None = 0) -> list[Choice]:
    """Counted values and chosen ones; of a chosen one that is not among the counted there are ``others``."""
    values: dict[str, int | None] = {**{value: others for value in chosen if value not in counted}, **counted}
    return [Choice(value, value, number, value in chosen) for value, number in values.items()]


def _price_value(filters: Filters) -> str:
    if filters.price_from is None and filters.price_to is None:
        return ""
    return f"{filters.price_from or 0}-{'' if filters.price_to is None else filters.price_to}"


def _without(narrowed: Narrowed, key: str) -> Narrowed:
    """The same without what one facet narrows."""
    if key == "language":
        return replace(narrowed, languages=())
    if key == "subject":
        return replace(narrowed, subjects=())
    if key == "form":
        return replace(narrowed, forms=())
    return replace(narrowed, price_from=None, price_to=None)

"""Which bookshops can serve a book, nearest first; for a page of books, the nearest of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from trade.availability.queries.asked import NO_ANSWERS, Asked, ask
from trade.availability.rules.directory import Numbers, Reals
from trade.availability.rules.labels import Label
from trade.availability.rules.network import NOT_SERVED, BookFacts, Served, seller_for, serve, source_for
from trade.base.coordinates import Point
from trade.base.tenancy import TenantSession
from trade.trastienda.rules import LiveAnswer

LARGEST_PAGE = 100
LABELS = tuple(Label)


@dataclass(frozen=True, slots=True)
class Detail:
    """What stands behind a label; every part is empty where the way has none.

    ``source`` is the distributor or the other bookshop with ``source_id``, its books arrive within ``from_hours`` to
    ``to_hours`` for a management fee of ``fee_cents``; ``answered_at`` is when a delegated distributor was asked, and
    ``copies`` what it had then; ``release`` the day a presale is published. ``collected``: the reader may also fetch it
    at the bookshop.
    """

    source: str = ""
    source_id: int | None = None
    from_hours: int | None = None
    to_hours: int | None = None
    fee_cents: int = 0
    answered_at: datetime | None = None
    copies: int = 0
    release: date | None = None
    collected: bool = True


NO_DETAIL = Detail()


@dataclass(frozen=True, slots=True)
class Offer:
    """One bookshop that can serve one book now. ``kilometres`` is None where no place was given.

    ``copies``, ``file_at`` (the last stock file, None where none ever came) and ``stale`` speak of the shelf.
    """

    bookshop_id: int
    slug: str
    name: str
    city: str
    latitude: float | None
    longitude: float | None
    kilometres: float | None
    label: Label
    copies: int
    file_at: datetime | None
    stale: bool
    detail: Detail = NO_DETAIL


@dataclass(frozen=True, slots=True)
class Nearest:
    """How many bookshops can serve a book, on how many shelves it is, and the first of them."""

    bookshops: int
    on_shelf: int
    offer: Offer


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of the bookshops that can serve a book, how many can, and whether the reader's own one is among them."""

    offers: list[Offer]
    bookshops: int
    yours_has_it: bool


def offers(
    session: TenantSession,
    *,
    isbn: int,
    at: datetime,
    near: Point | None = None,
    limit: int = 50,
    offset: int = 0,
    answers: Mapping[tuple[int, int], LiveAnswer] = NO_ANSWERS,
) -> list[Offer]:
    """The bookshops that can serve a book now (F01, T150): those with a copy on the shelf first, then by the other
    ways in the order of sources; within each the nearest first, by name where no place is given or both are as far.

    ``answers`` are what delegated distributors answered just now; without them none has anything.
    """
    return listing(session, isbn=isbn, at=at, near=near, limit=limit, offset=offset, answers=answers).offers


def listing(
    session: TenantSession,
    *,
    isbn: int,
    at: datetime,
    near: Point | None = None,
    yours: str = "",
    limit: int = 50,
    offset: int = 0,
    answers: Mapping[tuple[int, int], LiveAnswer] = NO_ANSWERS,
) -> Listing:
    """A part of ``offers``, with how many there are. ``yours``: the slug of the reader's own bookshop, which
    comes first wherever it is."""
    asked = ask(session, isbns=[isbn], at=at, answers=answers)
    if asked is None:
        return Listing([], 0, yours_has_it=False)
    facts = asked.books[isbn]
    served = serve(asked.directory, asked.files, facts, at=at)
    distances = asked.directory.kilometres(near) if near else None
    places = np.flatnonzero(served.ways != NOT_SERVED)
    own = next((number for number, shop in enumerate(asked.directory.places) if shop.slug == yours), -1)
    others = places != own
    keys = (served.ways[places], others) if distances is None else (distances[places], served.ways[places], others)
    first = max(offset, 0)
    chosen = places[np.lexsort(keys)][first : first + min(max(limit, 1), LARGEST_PAGE)]
    found = [_offer(asked, facts, served, int(place), distances) for place in chosen]
    return Listing(found, len(places), yours_has_it=not others.all())


def nearest(
    session: TenantSession,
    *,
    isbns: Iterable[int],
    at: datetime,
    near: Point | None = None,
    answers: Mapping[tuple[int, int], LiveAnswer] = NO_ANSWERS,
) -> dict[int, Nearest]:
    """For each of these books the first of its ``offers`` and their number; books of nobody are left out."""
    asked = ask(session, isbns=isbns, at=at, answers=answers)
    if asked is None:
        return {}
    distances = asked.directory.kilometres(near) if near else None
    found = {}
    for isbn, facts in asked.books.items():
        served = serve(asked.directory, asked.files, facts, at=at)
        bookshops = served.bookshops
        if bookshops:
            offer = _offer(asked, facts, served, _first(served, distances), distances)
            found[isbn] = Nearest(bookshops, len(served.shelf), offer)
    return found


def near_counts(
    session: TenantSession, *, isbns: Iterable[int], at: datetime, near: Point | None, kilometres: float
) -> dict[int, tuple[int, int]]:
    """On how many shelves each of these books is, anywhere and within a distance; on none where it is left out."""
    asked = ask(session, isbns=isbns, at=at)
    if asked is None:
        return {}
    within = None if near is None else asked.directory.kilometres(near) <= kilometres
    found = {}
    for isbn, facts in asked.books.items():
        shelf: Numbers = serve(asked.directory, asked.files, facts, at=at).shelf
        if len(shelf):
            found[isbn] = (len(shelf), 0 if within is None else int(np.count_nonzero(within[shelf])))
    return found


def _first(served: Served, distances: Reals | None) -> int:
    places = served.shelf if len(served.shelf) else np.flatnonzero(served.ways == served.ways.min())
    return int(places[0] if distances is None else places[np.argmin(distances[places])])


def offer_at(asked: Asked, facts: BookFacts, served: Served, place: int) -> Offer | None:
    """What one place offers, None where it does not serve the book."""
    return None if served.ways[place] == NOT_SERVED else _offer(asked, facts, served, place, None)


def _offer(asked: Asked, facts: BookFacts, served: Served, place: int, distances: Reals | None) -> Offer:
    shop = asked.directory.places[place]
    label = LABELS[served.ways[place]]
    on_shelf = label is Label.ON_SHELF
    file_at = asked.files.at(place)
    kilometres = None if distances is None or not np.isfinite(distances[place]) else float(distances[place])
    return Offer(
        bookshop_id=shop.bookshop_id,
        slug=shop.slug,
        name=shop.name,
        city=shop.city,
        latitude=shop.latitude,
        longitude=shop.longitude,
        kilometres=kilometres,
        label=label,
        copies=int(served.copies[np.searchsorted(served.shelf, place)]) if on_shelf else 0,
        file_at=file_at,
        stale=on_shelf and file_at is not None and asked.at - file_at >= asked.directory.mark,
        detail=NO_DETAIL if on_shelf else _detail(asked, facts, served, place, label),
    )


def _detail(asked: Asked, facts: BookFacts, served: Served, place: int, label: Label) -> Detail:
    directory = asked.directory
    if label is Label.PRESALE:
        return Detail(release=facts.release)
    if label is Label.OTHER_BOOKSHOP:
        seller = seller_for(directory, asked.files, served, place)
        return (
            NO_DETAIL if seller is None else Detail(directory.places[seller].name, directory.places[seller].bookshop_id)
        )
    source_id = source_for(directory, facts, label, place, at=asked.at)
    if source_id is None:
        return NO_DETAIL
    source = directory.sources[source_id]
    delegated = label is Label.DELEGATED
    return Detail(
        source=source.name,
        source_id=source_id,
        from_hours=source.lead_from_hours,
        to_hours=source.lead_to_hours,
        fee_cents=0 if delegated else int(directory.fees[source_id][place]),
        answered_at=facts.answers[source_id].answered_at if delegated else None,
        copies=facts.answers[source_id].copies if delegated else 0,
        collected=not (delegated and directory.day(asked.at).away[place]),
    )

"""Every way by which a bookshop could supply a book, in the order they are tried, with what stands against each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from trade.availability.queries import Asked
from trade.availability.rules import Label, Served, seller_for, serve
from trade.availability.rules.directory import NOT_TRUSTED
from trade.orders.rules import Dropped, Way


def ways_of(asked: Asked, *, isbn: int, place: int, last_resort_fee: int) -> tuple[Way, ...]:
    """The ways of one book at one place of the directory, the same that availability speaks of (domain.md 1.6.1).

    ``last_resort_fee`` is the bookshop's own for what only another bookshop has (T126), cents. Nothing at all is
    offered by a bookshop that is not active, or on vacation without its back room; a book that may not be sold has
    no way anywhere.
    """
    open_ways = asked.books[isbn].open_ways
    if not asked.directory.active[place] or not open_ways:
        return ()
    return tuple(
        way if way.stopped or way.label in open_ways else replace(way, stopped=Dropped.NOT_SOLD)
        for way in _ways(asked, isbn, place, last_resort_fee)
    )


def _ways(asked: Asked, isbn: int, place: int, last_resort_fee: int) -> Iterator[Way]:
    directory = asked.directory
    if directory.back_room[place]:
        yield from _delegated(asked, isbn, place)
    elif not directory.day(asked.at).away[place]:
        served = serve(directory, asked.files, asked.books[isbn], at=asked.at)
        yield _shelf(asked, served, isbn, place)
        yield from _trusted(asked, isbn, place)
        yield from _other(asked, served, place, last_resort_fee)
        yield from _presale(asked, isbn, place)


def _copies(served: Served, place: int) -> int:
    found = int(np.searchsorted(served.shelf, place))
    on_shelf = found < len(served.shelf) and served.shelf[found] == place
    return int(served.copies[found]) if on_shelf else 0


def _shelf(asked: Asked, served: Served, isbn: int, place: int) -> Way:
    copies = _copies(served, place)
    if copies:
        return Way(Label.ON_SHELF, copies=copies)
    hidden = place in asked.books[isbn].shelf
    return Way(Label.ON_SHELF, copies=0, stopped=Dropped.HIDDEN if hidden else Dropped.DOES_NOT_HAVE_IT)


def _trusted(asked: Asked, isbn: int, place: int) -> Iterator[Way]:
    """In the bookshop's own order; what is printed on demand comes after all that lies somewhere (T150)."""
    directory, facts = asked.directory, asked.books[isbn]
    ranked = sorted((int(ranks[place]), one) for one, ranks in directory.trusted.items() if ranks[place] < NOT_TRUSTED)
    found = []
    for rank, one in ranked:
        source = directory.sources.get(one)
        if source is None:
            continue
        printed = facts.print_on_demand or source.prints_on_demand
        has_it = one in facts.distributors and directory.has_stock(one, asked.at)
        way = Way(
            Label.PRINT_ON_DEMAND if printed else Label.SHORT_TERM,
            one,
            source.name,
            fee_cents=int(directory.fees[one][place]),
            from_hours=source.lead_from_hours,
            to_hours=source.lead_to_hours,
            stopped=None if has_it else Dropped.DOES_NOT_HAVE_IT,
        )
        found.append((printed, rank, way))
    yield from (way for _, _, way in sorted(found, key=lambda each: each[:2]))


def _other(asked: Asked, served: Served, place: int, fee: int) -> Iterator[Way]:
    """The one bookshop that would be asked (domain.md 1.6.1)."""
    directory = asked.directory
    if not directory.buys[place]:
        return
    seller = seller_for(directory, asked.files, served, place)
    if seller is None:
        yield Way(Label.OTHER_BOOKSHOP, stopped=Dropped.DOES_NOT_HAVE_IT)
    else:
        shop = directory.places[seller]
        yield Way(Label.OTHER_BOOKSHOP, shop.bookshop_id, shop.name, copies=_copies(served, seller), fee_cents=fee)


def _presale(asked: Asked, isbn: int, place: int) -> Iterator[Way]:
    facts = asked.books[isbn]
    if facts.release is None or asked.directory.day(asked.at).ordinal[place] >= facts.release.toordinal():
        return
    joined = place in facts.presale
    yield Way(Label.PRESALE, release=facts.release, stopped=None if joined else Dropped.NOT_SWITCHED_ON)


def _delegated(asked: Asked, isbn: int, place: int) -> Iterator[Way]:
    directory, facts = asked.directory, asked.books[isbn]
    ranked = sorted(
        (int(ranks[place]), one) for one, ranks in directory.delegated.items() if ranks[place] < NOT_TRUSTED
    )
    for _, one in ranked:
        source, answer = directory.sources.get(one), facts.answers.get(one)
        if source is None:
            continue
        stopped = None
        if not directory.may_serve(one, asked.at):
            stopped = Dropped.NOT_SWITCHED_ON
        elif answer is None:
            stopped = Dropped.NO_ANSWER
        elif answer.copies <= 0:
            stopped = Dropped.DOES_NOT_HAVE_IT
        yield Way(
            Label.DELEGATED,
            one,
            source.name,
            copies=answer.copies if answer else None,
            from_hours=source.lead_from_hours,
            to_hours=source.lead_to_hours,
            stopped=stopped,
        )

"""Which bookshops are compared for a basket: those that sell online, and of them the nearest with most of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from trade.availability.queries import ask
from trade.availability.rules import Label, serve
from trade.availability.rules.directory import Numbers
from trade.base.coordinates import Point
from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.orders import settings as own
from trade.orders.queries.quoting import NOT_YET, Answers, Basket, Quote, payable
from trade.orders.rules import Column
from trade.orders.rules.compare import MOST_BOOKSHOPS

_ORDERED = [number for number, label in enumerate(Label) if label not in NOT_YET]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bookshop to compare. ``kilometres`` is None where nobody knows."""

    bookshop_id: int
    slug: str
    kilometres: float | None


def candidates(
    session: TenantSession,
    *,
    basket: Basket,
    at: datetime,
    near: Point | None = None,
    first: Sequence[str] = (),
    answers: Answers | None = None,
    limit: int = MOST_BOOKSHOPS,
) -> list[Candidate]:
    """The bookshops of the slugs in ``first`` whatever they have, then those that take online orders, by how many
    titles of the basket they can sell now, then the nearest (T143). A fixed number of queries whatever the basket."""
    asked = ask(session, isbns=[isbn for isbn, _ in basket], at=at, answers=answers or {})
    if asked is None:
        return []
    directory = asked.directory
    titles = np.zeros(len(directory.places), dtype=np.int64)
    for facts in asked.books.values():
        titles += np.isin(serve(directory, asked.files, facts, at=at).ways, _ORDERED)
    distances = directory.kilometres(near) if near else np.full(len(directory.places), np.inf)
    place_of = {shop.slug: number for number, shop in enumerate(directory.places) if directory.active[number]}
    named = [place_of[slug] for slug in dict.fromkeys(first) if slug in place_of]
    having: Numbers = np.flatnonzero((titles > 0) & directory.active)
    open_ones = selling(
        session, bookshop_ids=[directory.places[number].bookshop_id for number in having.tolist()], at=at
    )
    ranked = having[np.lexsort((having, distances[having], -titles[having]))]
    others = [n for n in ranked.tolist() if n not in named and directory.places[n].bookshop_id in open_ones]
    return [
        Candidate(
            directory.places[number].bookshop_id,
            directory.places[number].slug,
            float(distances[number]) if np.isfinite(distances[number]) else None,
        )
        for number in [*named, *others][:limit]
    ]


def selling(session: TenantSession, *, bookshop_ids: Iterable[int], at: datetime) -> set[int]:
    """Those of these bookshops that take online orders and can be paid (T125), in two queries."""
    wanted = list(bookshop_ids)
    if not wanted or not session.profile.has("sales"):
        return set()
    switched = resolve_many(session, [own.ON], at=at, bookshop_ids=wanted)
    return {shop for shop in payable(session, bookshop_ids=wanted) if switched[shop, own.ON.key].value}


def orderable(quote: Quote, kilometres: float | None) -> Column:
    """A quote as a column to compare, with the ways alone that can be ordered now, so that every answer can be."""
    ways = tuple(tuple(way for way in each if way.label not in NOT_YET) for each in quote.column.ways)
    ready = tuple(
        None if line.way is None or line.way.label in NOT_YET else moment
        for line, moment in zip(quote.plan.lines, quote.column.ready, strict=True)
    )
    return replace(quote.column, ways=ways, ready=ready, kilometres=kilometres)

"""Why readers see a title at a bookshop, or do not: every way in the order it is tried, with what stands against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from trade.availability.queries.asked import NO_ANSWERS, Asked, ask
from trade.availability.queries.offers import Offer, offer_at
from trade.availability.queries.shelves import facts as shelf_facts
from trade.availability.rules import (
    SALES_STOPPED,
    WAYS_OPEN,
    WHY_CLOSED,
    WHY_HIDDEN,
    Hidden,
    Label,
    Served,
    serve,
    why_hidden,
)
from trade.availability.rules.directory import NOT_TRUSTED
from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.catalogue.models import Book
from trade.catalogue.records import Availability
from trade.trastienda.rules import LiveAnswer


@dataclass(frozen=True)
class Step:
    """One way, or (``way`` is None) what bears on all of them: whether it holds, and why."""

    way: Label | None
    holds: bool
    why: Text


@dataclass(frozen=True)
class Explanation:
    """The answer as readers get it (None: not served), the book where the catalogue has it, and how it came about."""

    book: Book | None
    offer: Offer | None
    hidden: Hidden | None
    steps: list[Step]


def explain(
    session: TenantSession,
    *,
    bookshop_id: int,
    isbn: int,
    at: datetime,
    answers: Mapping[tuple[int, int], LiveAnswer] = NO_ANSWERS,
) -> Explanation:
    """Everything that decides whether and how readers get this title from this bookshop now. Raises NotFound."""
    asked = ask(session, isbns=[isbn], at=at, answers=answers)
    place = asked.directory.place(bookshop_id) if asked else None
    if asked is None or place is None:
        raise NotFound()
    served = serve(asked.directory, asked.files, asked.books[isbn], at=at)
    book = session.scalar(select(Book).where(Book.isbn == isbn))
    hidden = why_hidden(shelf_facts(session, bookshop_id=bookshop_id, isbn=isbn, at=at))
    steps = [
        *_for_all(asked, book, place),
        _shelf(hidden),
        *_trusted(asked, isbn, place, book),
        _other(session, asked, served, place, book),
        _presale(session, asked, isbn, place),
        *_delegated(asked, isbn, place, book),
    ]
    return Explanation(book, offer_at(asked, asked.books[isbn], served, place), hidden, steps)


def _for_all(asked: Asked, book: Book | None, place: int) -> Iterator[Step]:
    """What stops every way, or all but one. Nothing is said of what does not stand in the way."""
    directory = asked.directory
    if not directory.active[place]:
        yield Step(None, False, Text(N_("The bookshop is not active in the network: readers see none of its titles.")))
    if directory.back_room[place]:
        yield Step(None, False, Text(N_("The back room is open: shelves and trusted distributors are not shown.")))
    elif directory.day(asked.at).away[place]:
        yield Step(None, False, Text(N_("The bookshop is on vacation: readers see none of its titles.")))
    if book is None:
        yield Step(None, False, Text(N_("The catalogue does not know this ISBN: nobody can sell it yet.")))
    elif book.availability in SALES_STOPPED:
        yield Step(None, False, Text(N_("The publisher has recalled this book: nobody may sell it.")))
    elif book.price_cents is None:
        yield Step(None, False, Text(N_("The catalogue has no price for this book: nobody can sell it yet.")))


def _shelf(hidden: Hidden | None) -> Step:
    if hidden is None:
        return Step(Label.ON_SHELF, True, Text(N_("Readers see your copies.")))
    return Step(Label.ON_SHELF, False, Text(WHY_HIDDEN[hidden]))


def _closed(book: Book | None, way: Label) -> Step | None:
    """What the publisher says against a way; what stops all of them stands before (``_for_all``)."""
    said = Availability(book.availability) if book else Availability.AVAILABLE
    return Step(way, False, Text(WHY_CLOSED[said])) if said in WHY_CLOSED and way not in WAYS_OPEN[said] else None


def _trusted(asked: Asked, isbn: int, place: int, book: Book | None) -> Iterator[Step]:
    directory, facts = asked.directory, asked.books[isbn]
    mine = {one: int(ranks[place]) for one, ranks in directory.trusted.items() if ranks[place] < NOT_TRUSTED}
    if not mine:
        yield Step(Label.SHORT_TERM, False, Text(N_("You have switched on no trusted distributor.")))
    for one in sorted(mine, key=mine.__getitem__):
        source = directory.sources[one]
        way = Label.PRINT_ON_DEMAND if source.prints_on_demand or facts.print_on_demand else Label.SHORT_TERM
        values = {"distributor": source.name, "from": source.lead_from_hours, "to": source.lead_to_hours}
        if not directory.has_stock(one, asked.at):
            yield Step(way, False, Text(N_("%(distributor)s has sent no stock for days: it does not count."), values))
        elif one not in facts.distributors:
            yield Step(way, False, Text(N_("%(distributor)s does not have it."), values))
        elif closed := _closed(book, way):
            yield closed
        else:
            yield Step(way, True, Text(N_("%(distributor)s has it: it takes %(from)s to %(to)s hours."), values))


def _other(session: TenantSession, asked: Asked, served: Served, place: int, book: Book | None) -> Step:
    directory, way = asked.directory, Label.OTHER_BOOKSHOP
    others = [other for other in served.shelf.tolist() if other != place and directory.sells[other]]
    if not session.profile.has("trade"):
        return Step(way, False, Text(N_("In this network bookshops do not order from each other.")))
    if not directory.buys[place]:
        return Step(way, False, Text(N_("You have not switched on ordering from other bookshops.")))
    if not others:
        return Step(way, False, Text(N_("No other bookshop that supplies others has it on its shelves.")))
    if closed := _closed(book, way):
        return closed
    return Step(way, True, Text(N_("Other bookshops that supply you and have it: %(count)s."), {"count": len(others)}))


def _presale(session: TenantSession, asked: Asked, isbn: int, place: int) -> Step:
    facts, way = asked.books[isbn], Label.PRESALE
    if not session.profile.has("presales"):
        return Step(way, False, Text(N_("This network runs no presales.")))
    if facts.release is None or asked.directory.day(asked.at).ordinal[place] >= facts.release.toordinal():
        return Step(way, False, Text(N_("It is no forthcoming book with a date of publication.")))
    if place not in facts.presale:
        return Step(way, False, Text(N_("You do not take part in its presale.")))
    return Step(
        way, True, Text(N_("You take part in its presale; it is published on %(day)s."), {"day": facts.release})
    )


def _delegated(asked: Asked, isbn: int, place: int, book: Book | None) -> Iterator[Step]:
    """Only where the back room is open: else these distributors are not asked."""
    directory, facts, way = asked.directory, asked.books[isbn], Label.DELEGATED
    if not directory.back_room[place]:
        return
    mine = {one: int(ranks[place]) for one, ranks in directory.delegated.items() if ranks[place] < NOT_TRUSTED}
    if not mine:
        yield Step(way, False, Text(N_("You have switched on no delegated distributor.")))
    for one in sorted(mine, key=mine.__getitem__):
        values = {"distributor": directory.sources[one].name}
        answer = facts.answers.get(one)
        if not directory.may_serve(one, asked.at):
            yield Step(way, False, Text(N_("The certificate of %(distributor)s has lapsed."), values))
        elif answer is None:
            yield Step(way, False, Text(N_("%(distributor)s gave no answer: that counts as not available."), values))
        elif answer.copies <= 0:
            yield Step(way, False, Text(N_("%(distributor)s does not have it."), values))
        elif closed := _closed(book, way):
            yield closed
        else:
            yield Step(way, True, Text(N_("%(distributor)s has it and sends it in your name."), values))

"""Which bookshops can serve a book, and by which of the six ways: ``labels.label`` for all bookshops in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from trade.availability.rules.directory import NOT_TRUSTED, Directory, Files, Numbers, Ranks
from trade.availability.rules.labels import Label
from trade.trastienda.rules import LiveAnswer

NOT_SERVED = len(Label)
"""Stands in ``Served.ways`` where a bookshop cannot serve the book: after every label."""
WAYS = {way: np.int8(number) for number, way in enumerate(Label)}


@dataclass(frozen=True, eq=False)
class BookFacts:
    """What bears on who can serve one book.

    ``open_ways``: those by which it may be sold at all, none where the catalogue does not know it or has no price for
    it (``labels.WAYS_OPEN``). ``shelf`` are the places that
    have copies which may be shown, ``copies`` how many of them are free (not set apart). ``distributors`` have it by
    their last file, ``answers`` by their own word just now. ``release`` is the day of publication of a book that is
    forthcoming; ``presale`` the places that take part in its presale.
    """

    isbn: int
    open_ways: frozenset[Label]
    print_on_demand: bool
    shelf: Numbers
    copies: Numbers
    distributors: Sequence[int]
    release: date | None
    presale: Numbers
    answers: Mapping[int, LiveAnswer] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Served:
    """By which way each place serves the book (the number of its label, or NOT_SERVED); ``shelf`` and ``copies``
    are those of ``BookFacts`` whose copies readers are shown."""

    ways: NDArray[np.int8]
    shelf: Numbers
    copies: Numbers

    @property
    def bookshops(self) -> int:
        """How many bookshops can serve the book, by whichever way."""
        return int(np.count_nonzero(self.ways != NOT_SERVED))


def serve(directory: Directory, files: Files, facts: BookFacts, *, at: datetime) -> Served:
    """The first way that holds at each place (domain.md 1.6.1, T150).

    With the back room open only delegated distributors count, in a vacation as well; a vacation without it stops
    everything. A copy on the shelf counts while the last file is not too old.
    """
    ways = np.full(len(directory.places), NOT_SERVED, dtype=np.int8)
    none = np.empty(0, dtype=np.int64)
    if not facts.open_ways:
        return Served(ways, none, none)
    here = directory.day(at)
    serving = directory.active & ~directory.back_room & ~here.away
    shown = facts.copies > 0
    shown &= (serving & files.newer_than(at - directory.hide))[facts.shelf]
    shelf, copies = facts.shelf[shown], facts.copies[shown]

    # From the last way to the first: an earlier one overwrites a later one.
    if facts.release is not None and len(facts.presale):
        waiting = facts.presale[here.ordinal[facts.presale] < facts.release.toordinal()]
        ways[waiting[serving[waiting]]] = WAYS[Label.PRESALE]
    if Label.OTHER_BOOKSHOP in facts.open_ways and directory.sells[shelf].any():
        ways[serving & directory.buys] = WAYS[Label.OTHER_BOOKSHOP]
    for way in (Label.PRINT_ON_DEMAND, Label.SHORT_TERM):
        for distributor_id in having(directory, facts, way, at=at):
            ways[serving & (directory.trusted[distributor_id] < NOT_TRUSTED)] = WAYS[way]
    ways[shelf] = WAYS[Label.ON_SHELF]
    for distributor_id in answering(directory, facts, at=at):
        trusting = directory.delegated[distributor_id] < NOT_TRUSTED
        ways[directory.active & directory.back_room & trusting] = WAYS[Label.DELEGATED]
    return Served(ways, shelf, copies)


def having(directory: Directory, facts: BookFacts, way: Label, *, at: datetime) -> list[int]:
    """The distributors whose stock gives this way, SHORT_TERM or PRINT_ON_DEMAND, whoever trusts them."""
    if way not in facts.open_ways:
        return []
    printed = way is Label.PRINT_ON_DEMAND
    return [
        distributor_id
        for distributor_id in facts.distributors
        if distributor_id in directory.trusted
        and directory.has_stock(distributor_id, at)
        and (facts.print_on_demand or directory.sources[distributor_id].prints_on_demand) == printed
    ]


def answering(directory: Directory, facts: BookFacts, *, at: datetime) -> list[int]:
    """The delegated distributors that said a moment ago that they have the book, and may serve it."""
    if Label.DELEGATED not in facts.open_ways:
        return []
    return [
        distributor_id
        for distributor_id, answer in facts.answers.items()
        if answer.copies > 0 and distributor_id in directory.delegated and directory.may_serve(distributor_id, at)
    ]


def source_for(directory: Directory, facts: BookFacts, way: Label, place: int, *, at: datetime) -> int | None:
    """The distributor by which a place serves the book: the first in its own order that has it (T142)."""
    ranks: Mapping[int, Ranks] = directory.delegated if way is Label.DELEGATED else directory.trusted
    found = answering(directory, facts, at=at) if way is Label.DELEGATED else having(directory, facts, way, at=at)
    trusted = [distributor_id for distributor_id in found if ranks[distributor_id][place] < NOT_TRUSTED]
    return min(trusted, key=lambda distributor_id: int(ranks[distributor_id][place]), default=None)


def seller_for(directory: Directory, files: Files, served: Served, place: int) -> int | None:
    """The place that supplies a bookshop which asks another one: of its own province, else of its shipping zone, else
    any; among those the one with the newest stock file, then the lowest id (domain.md 1.6.1, a proposal)."""
    buyer = directory.places[place]

    def order(other: int) -> tuple[bool, bool, int, int]:
        seller = directory.places[other]
        return (
            seller.subdivision != buyer.subdivision,
            seller.zone != buyer.zone,
            -int(files.file_at[other]),
            seller.bookshop_id,
        )

    sellers = served.shelf[directory.sells[served.shelf]].tolist()
    return min((other for other in sellers if other != place), key=order, default=None)

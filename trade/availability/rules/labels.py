"""The six ways a bookshop can serve a book, in the order they are tried, and why a copy in stock is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trade.base.text import N_
from trade.catalogue.records import Availability
from trade.stock.rules import Freshness, Verdict


class Label(StrEnum):
    """The one vocabulary of availability (T150); the order is the order of sources (domain.md 1.6.1)."""

    ON_SHELF = "on_shelf"
    SHORT_TERM = "short_term"
    PRINT_ON_DEMAND = "print_on_demand"
    OTHER_BOOKSHOP = "other_bookshop"
    PRESALE = "presale"
    DELEGATED = "delegated"


WORDS = {
    Label.ON_SHELF: N_("On the shelf"),
    Label.SHORT_TERM: N_("Short term"),
    Label.PRINT_ON_DEMAND: N_("Printed on demand"),
    Label.OTHER_BOOKSHOP: N_("From another bookshop"),
    Label.PRESALE: N_("Presale"),
    Label.DELEGATED: N_("Straight from the distributor"),
}


MODULES = {Label.OTHER_BOOKSHOP: "trade", Label.PRESALE: "presales", Label.DELEGATED: "back_room"}
"""The module of the network without which a label is never said."""


SALES_STOPPED = frozenset({Availability.RECALLED})
"""What the catalogue may say of a book that nobody may sell then, by whichever way."""

_SHELF = frozenset({Label.ON_SHELF})
_SHELVES = _SHELF | {Label.OTHER_BOOKSHOP}
_ORDERED = _SHELVES | {Label.SHORT_TERM, Label.PRINT_ON_DEMAND, Label.DELEGATED}
WAYS_OPEN = {
    Availability.AVAILABLE: _ORDERED,
    Availability.SHORT_TERM_OUT: _ORDERED,
    Availability.OUT_INDEFINITELY: _SHELF,
    Availability.REPRINTING: _SHELF,
    Availability.FORTHCOMING: _SHELF | {Label.PRESALE},
    Availability.REPLACED: _SHELF,
    Availability.PRINT_ON_DEMAND: _ORDERED,
    Availability.NOT_OURS: _SHELF,
    Availability.SOLD_OUT: _SHELVES,
    Availability.DISCONTINUED: _SHELVES,
    Availability.RECALLED: frozenset[Label](),
}
"""By which ways a book may be sold at all, by what its publisher says (domain.md 3.5, "sellable?"). A copy in the
bookshop may always be, but for a recall. Where only stock of bookshops is left, it may come from another one."""

WHY_CLOSED = {
    Availability.OUT_INDEFINITELY: N_("The publisher is out of it for an unknown time: only copies in stock count."),
    Availability.REPRINTING: N_("The publisher is reprinting it: until then only copies in stock count."),
    Availability.FORTHCOMING: N_("It is not published yet: only a presale counts, and copies in stock."),
    Availability.REPLACED: N_("A newer edition has replaced it: only copies in stock count."),
    Availability.NOT_OURS: N_("Its publisher says that the book is not its own: only copies in stock count."),
    Availability.SOLD_OUT: N_("It is sold out at the publisher: only copies of bookshops count."),
    Availability.DISCONTINUED: N_("The publisher no longer makes it: only copies of bookshops count."),
}
"""Why a way of ``WAYS_OPEN`` is closed, as a bookseller is told."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What is known of one title at one bookshop at one moment."""

    on_shelf: bool = False
    trusted_distributor: bool = False
    print_on_demand: bool = False
    other_bookshop: bool = False
    presale: bool = False
    delegated: bool = False
    back_room: bool = False
    in_vacation: bool = False


def label(supply: Supply) -> Label | None:
    """The first way that holds, or None where the bookshop cannot serve the title now.

    With the back room on only delegated distributors count, in a vacation as well (TTL-20); a vacation
    without it stops everything (T135).
    """
    if supply.back_room:
        return Label.DELEGATED if supply.delegated else None
    if supply.in_vacation:
        return None
    ways = (
        (Label.ON_SHELF, supply.on_shelf),
        (Label.SHORT_TERM, supply.trusted_distributor),
        (Label.PRINT_ON_DEMAND, supply.print_on_demand),
        (Label.OTHER_BOOKSHOP, supply.other_bookshop),
        (Label.PRESALE, supply.presale),
    )
    return next((way for way, holds in ways if holds), None)


class Hidden(StrEnum):
    """Why readers do not see a title of a bookshop's stock: one cause, the first that holds."""

    NOT_ACTIVE = "not_active"
    BACK_ROOM = "back_room"
    IN_VACATION = "in_vacation"
    RECALLED = "recalled"
    EXPIRED = "expired"
    NO_COPIES = "no_copies"
    ALL_HELD = "all_held"
    UNKNOWN_BOOK = "unknown_book"
    NO_NETWORK_PRICE = "no_network_price"
    SEVERAL_PRICES = "several_prices"
    NO_PRICE = "no_price"
    PRICE_ERROR = "price_error"


WHY_HIDDEN = {
    Hidden.NOT_ACTIVE: N_("The bookshop is not active in the network."),
    Hidden.BACK_ROOM: N_("The back room is open: only delegated distributors serve, the shelves are not shown."),
    Hidden.IN_VACATION: N_("The bookshop is on vacation: it takes no orders or reservations."),
    Hidden.RECALLED: N_("The publisher has recalled this book: nobody may sell it."),
    Hidden.EXPIRED: N_("The last stock file is too old. Send a new one."),
    Hidden.NO_COPIES: N_("The last stock file has no copies of it."),
    Hidden.ALL_HELD: N_("Every copy is set aside for a reservation."),
    Hidden.UNKNOWN_BOOK: N_("The catalogue does not know this ISBN yet. It will be shown when the book arrives."),
    Hidden.NO_NETWORK_PRICE: N_("The catalogue has no price for this book yet."),
    Hidden.SEVERAL_PRICES: N_("The stock file names several prices for it. Correct it and send the file again."),
    Hidden.NO_PRICE: N_("The stock file names no price for it."),
    Hidden.PRICE_ERROR: N_("Its price is too far from the network's. Change the price or your threshold."),
}

_BY_VERDICT = {
    Verdict.UNKNOWN_BOOK: Hidden.UNKNOWN_BOOK,
    Verdict.NO_NETWORK_PRICE: Hidden.NO_NETWORK_PRICE,
    Verdict.SEVERAL_PRICES: Hidden.SEVERAL_PRICES,
    Verdict.NO_PRICE: Hidden.NO_PRICE,
    Verdict.PRICE_ERROR: Hidden.PRICE_ERROR,
}


@dataclass(frozen=True, slots=True)
class StockFacts:
    """One title in one bookshop's stock: copies of the last file, copies set aside, and what bears on both."""

    active: bool
    in_vacation: bool
    freshness: Freshness
    copies: int
    held: int
    verdict: Verdict
    back_room: bool = False
    recalled: bool = False


def why_hidden(facts: StockFacts) -> Hidden | None:
    """The first cause that hides the title from readers, or None where it is on the shelf for them."""
    causes = (
        (Hidden.NOT_ACTIVE, not facts.active),
        (Hidden.BACK_ROOM, facts.back_room),
        (Hidden.IN_VACATION, facts.in_vacation),
        (Hidden.RECALLED, facts.recalled),
        (Hidden.EXPIRED, facts.freshness in (Freshness.NEVER, Freshness.EXPIRED)),
        (Hidden.NO_COPIES, facts.copies <= 0),
        (_BY_VERDICT.get(facts.verdict, Hidden.NO_PRICE), facts.verdict is not Verdict.VISIBLE),
        (Hidden.ALL_HELD, facts.copies <= facts.held),
    )
    return next((cause for cause, holds in causes if holds), None)

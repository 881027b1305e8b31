"""The rows of Today: open reservations and orders by due time, each with its words and its one green button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backoffice.office.wording import briefly_because, due_words
from trade.base.states import Move
from trade.base.text import N_
from trade.orders import queries as orders
from trade.orders.models import Order
from trade.orders.states import ORDER
from trade.reservations.models import Reservation
from trade.reservations.queries import deadline_of
from trade.reservations.rules import Bucket, bucket, is_pressing
from trade.reservations.states import RESERVATION

HEADINGS = {
    Bucket.LATE: N_("Past the deadline"),
    Bucket.TODAY: N_("Due today"),
    Bucket.TOMORROW: N_("Tomorrow"),
    Bucket.THIS_WEEK: N_("This week"),
    Bucket.LATER: N_("Later"),
}


@dataclass(frozen=True)
class Row:
    """One reservation, or one order, as the queue shows it."""

    reservation: Reservation | None
    order: Order | None
    due_at: datetime
    due: str
    left: str
    late: bool
    pressing: bool
    because: str
    moves: list[Move]

    @property
    def authors(self) -> str:
        """The authors of the first book in the order of the title page."""
        book = (
            self.reservation.book
            if self.reservation
            else self.order.lines[0].book
            if self.order and self.order.lines
            else None
        )
        return ", ".join(author.name for author in book.authors) if book else ""


@dataclass(frozen=True)
class Band:
    """A group of the queue."""

    bucket: Bucket
    heading: str
    rows: list[Row]


def row_of(reservation: Reservation, *, at: datetime, day_told: bool = False) -> Row:
    """The row of one reservation; ``day_told`` where the heading of its group names the day."""
    due, left = due_words(due=reservation.due_at, at=at, day_told=day_told)
    return Row(
        reservation=reservation,
        order=None,
        due_at=reservation.due_at,
        due=due,
        left=left,
        late=at > reservation.due_at,
        pressing=is_pressing(due=reservation.due_at, at=at),
        because=briefly_because(deadline_of(reservation)),
        moves=RESERVATION.allowed(reservation.state, "bookshop"),
    )


def row_of_order(order: Order, *, at: datetime, day_told: bool = False) -> Row:
    """The row of one order that the bookshop works on; ``day_told`` where the heading of its group names the day."""
    due_at = order.due_at or order.placed_at
    due, left = due_words(due=due_at, at=at, day_told=day_told)
    deadline = orders.deadline_of(order)
    return Row(
        reservation=None,
        order=order,
        due_at=due_at,
        due=due,
        left=left,
        late=at > due_at,
        pressing=is_pressing(due=due_at, at=at),
        because=briefly_because(deadline) if deadline else "",
        moves=ORDER.allowed(order.state, "bookshop"),
    )


def bands(things: Iterable[Reservation | Order], *, at: datetime, zone: ZoneInfo) -> list[Band]:
    """The groups that are not empty, the most urgent first; within a group by due time."""
    found: dict[Bucket, list[Row]] = {each: [] for each in Bucket}
    for thing in things:
        group = bucket(due=thing.due_at or thing.placed_at, at=at, zone=zone)
        make = row_of_order if isinstance(thing, Order) else row_of
        found[group].append(make(thing, at=at, day_told=group is Bucket.TOMORROW))  # type: ignore[operator]
    for rows in found.values():
        rows.sort(key=lambda row: row.due_at)
    return [Band(each, HEADINGS[each], rows) for each, rows in found.items() if rows]

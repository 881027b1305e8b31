"""The rows of Today: open reservations by due time, each with its words and its one green button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backoffice.office.wording import briefly_because, due_words
from trade.base.states import Move
from trade.base.text import N_
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
    """One reservation as the queue shows it."""

    reservation: Reservation
    due: str
    left: str
    late: bool
    pressing: bool
    because: str
    moves: list[Move]

    @property
    def authors(self) -> str:
        """The authors in the order of the title page."""
        return ", ".join(author.name for author in self.reservation.book.authors)


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
        due=due,
        left=left,
        late=at > reservation.due_at,
        pressing=is_pressing(due=reservation.due_at, at=at),
        because=briefly_because(deadline_of(reservation)),
        moves=RESERVATION.allowed(reservation.state, "bookshop"),
    )


def bands(reservations: Iterable[Reservation], *, at: datetime, zone: ZoneInfo) -> list[Band]:
    """The groups that are not empty, the most urgent first; rows keep their order."""
    found: dict[Bucket, list[Row]] = {each: [] for each in Bucket}
    for reservation in reservations:
        group = bucket(due=reservation.due_at, at=at, zone=zone)
        found[group].append(row_of(reservation, at=at, day_told=group is Bucket.TOMORROW))
    return [Band(each, HEADINGS[each], rows) for each, rows in found.items() if rows]

"""Decisions about reservations: may one be placed, how urgent is it, until when is the book kept (T44-T48, T135)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from trade.availability.rules import Hidden
from trade.base.text import N_
from trade.calendar.rules import (
    WorkingCalendar,
    is_late,
    is_working,
    takes_intake,
    working_days_from,
)

#: Due sooner than this, the one green button of the row (pictures/office/NOTES.md).
PRESSING = timedelta(hours=2, minutes=30)


class Refusal(StrEnum):
    """Why no reservation can be placed; each has its sentence in :data:`REFUSALS`."""

    NOT_OFFERED = "not_offered"
    ON_VACATION = "on_vacation"
    RECALLED = "recalled"
    STOCK_TOO_OLD = "stock_too_old"
    NOT_ON_SHELF = "not_on_shelf"
    ALREADY_RESERVED = "already_reserved"
    TOO_MANY_OPEN = "too_many_open"


REFUSALS = {
    Refusal.NOT_OFFERED: N_("This bookshop takes no reservations at the moment. Choose another bookshop."),
    Refusal.ON_VACATION: N_("This bookshop is closed for its vacation. Choose another bookshop."),
    Refusal.RECALLED: N_("The publisher has recalled this book: no bookshop may sell it."),
    Refusal.STOCK_TOO_OLD: N_("This bookshop has sent no stock for days. Another bookshop may have the book."),
    Refusal.NOT_ON_SHELF: N_("No copy is left on the shelf of this bookshop. Choose another bookshop."),
    Refusal.ALREADY_RESERVED: N_(
        "You have already reserved this book at this bookshop. It is under your reservations."
    ),
    Refusal.TOO_MANY_OPEN: N_("You have the most open reservations one reader may have. Collect or cancel one first."),
}

_BY_HIDDEN = {
    Hidden.NOT_ACTIVE: Refusal.NOT_OFFERED,
    Hidden.BACK_ROOM: Refusal.NOT_OFFERED,
    Hidden.IN_VACATION: Refusal.ON_VACATION,
    Hidden.RECALLED: Refusal.RECALLED,
    Hidden.EXPIRED: Refusal.STOCK_TOO_OLD,
}


class RejectionReason(StrEnum):
    """Why a bookshop rejects; the reader reads the sentence."""

    NOT_IN_STOCK = "not_in_stock"
    DAMAGED = "damaged"
    WRONG_PRICE = "wrong_price"
    OTHER = "other"


#: What the reader is told; "not in stock" also leaves a stock-failure record.
REJECTION_REASONS = {
    RejectionReason.NOT_IN_STOCK: N_("The copy could not be found in the bookshop."),
    RejectionReason.DAMAGED: N_("The copy is damaged."),
    RejectionReason.WRONG_PRICE: N_("The price of the book has changed."),
    RejectionReason.OTHER: N_("The bookshop cannot serve this reservation."),
}

#: The copy is not there to be sold: it stays out of the availability until the next file.
GONE_REASONS = frozenset({RejectionReason.NOT_IN_STOCK, RejectionReason.DAMAGED})


class Bucket(StrEnum):
    """Where an open reservation stands in the queue of Today."""

    LATE = "late"
    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is known at the moment of reserving; ``hidden``: why readers do not see the copy, None where they do."""

    offered: bool
    hidden: Hidden | None
    already_reserved: bool
    open_of_reader: int
    most_open: int


def refuse_placing(*, offer: Offer, day: date, calendar: WorkingCalendar) -> Refusal | None:
    """The first cause that forbids placing. ``day`` is today in the bookshop's time zone."""
    if not offer.offered:
        return Refusal.NOT_OFFERED
    if not takes_intake(day=day, vacations=calendar.vacations):
        return Refusal.ON_VACATION
    if offer.already_reserved:
        return Refusal.ALREADY_RESERVED
    if offer.open_of_reader >= offer.most_open:
        return Refusal.TOO_MANY_OPEN
    return None if offer.hidden is None else not_seen(offer.hidden)


def not_seen(hidden: Hidden) -> Refusal:
    """What a reader is told of a copy that is not shown: whatever hides a title forbids its reservation too."""
    return _BY_HIDDEN.get(hidden, Refusal.NOT_ON_SHELF)


def bucket(*, due: datetime, at: datetime, zone: ZoneInfo) -> Bucket:
    """Days are the bookshop's; this week ends on Sunday."""
    if is_late(due=due, at=at):
        return Bucket.LATE
    today, day = at.astimezone(zone).date(), due.astimezone(zone).date()
    if day == today:
        return Bucket.TODAY
    if day == today + timedelta(days=1):
        return Bucket.TOMORROW
    sunday = today + timedelta(days=7 - today.isoweekday())
    return Bucket.THIS_WEEK if day <= sunday else Bucket.LATER


def is_pressing(*, due: datetime, at: datetime) -> bool:
    """Late, or due so soon that its button is the green one."""
    return due - at < PRESSING


def collect_by(*, notified_at: datetime, days: int, calendar: WorkingCalendar) -> date:
    """The last day the book is kept: ``days`` calendar days on, moved to a working day if the bookshop is shut then."""
    last = notified_at.astimezone(calendar.zone).date() + timedelta(days=days)
    if is_working(day=last, calendar=calendar):
        return last
    return next(working_days_from(first=last, calendar=calendar))


def has_lapsed(*, collect_by: date, at: datetime, zone: ZoneInfo) -> bool:
    """The whole last day is still in time."""
    return at.astimezone(zone).date() > collect_by

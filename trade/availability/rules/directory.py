"""What is known of every bookshop, as columns: a question about 1,500 bookshops is one step, not 1,500.

A *place* is a bookshop's position in the directory, which is in the order of names; so places of equal distance are
in the order of names by being in the order of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from trade.base.coordinates import EARTH_KM, Point

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Ranks = NDArray[np.int16]
Reals = NDArray[np.float64]

NOT_TRUSTED = np.iinfo(np.int16).max
"""The rank of a distributor at a bookshop that has not switched it on."""
NO_FILE = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS_KEPT = 8


def microseconds(moment: datetime) -> int:
    """A moment as a whole number that is compared without rounding."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """One bookshop as an offer names it. ``subdivision`` and ``zone`` choose between sellers."""

    bookshop_id: int
    slug: str
    name: str
    city: str
    latitude: float | None
    longitude: float | None
    subdivision: str
    zone: str


@dataclass(frozen=True, slots=True)
class Source:
    """A distributor that is not suspended. ``certified_until`` is None where it may not serve in another's name."""

    distributor_id: int
    name: str
    lead_from_hours: int
    lead_to_hours: int
    prints_on_demand: bool
    stock_at: datetime | None
    certified_until: date | None


@dataclass(frozen=True, eq=False)
class Files:
    """When the last good stock file of each place arrived; NO_FILE where none ever did."""

    file_at: Numbers

    def newer_than(self, oldest: datetime) -> Flags:
        """The places whose last file is newer than this moment."""
        fresh: Flags = self.file_at > microseconds(oldest)
        return fresh

    def at(self, place: int) -> datetime | None:
        """When the last file of a place arrived."""
        told = int(self.file_at[place])
        return None if told == NO_FILE else _EPOCH + timedelta(microseconds=told)


@dataclass(frozen=True, eq=False)
class Day:
    """The calendar day of each place, as an ordinal, and who is on vacation on it."""

    ordinal: Numbers
    away: Flags


@dataclass(frozen=True, eq=False)
class Directory:
    """Every bookshop, whatever its state. Columns have one entry a place.

    ``place_of`` maps an id to its place, -1 where there is none. ``vectors`` are places on the unit sphere (NaN:
    unknown). ``trusted`` and ``delegated`` hold by distributor its rank at each place, ``fees`` the management fee
    there. Vacations are rows of place, first and last day. Stock older than ``hide`` is not shown, older than
    ``mark`` shown with its age; a distributor's stock does not count from ``hide_distributors`` on.
    """

    places: Sequence[Place]
    place_of: Numbers
    vectors: Reals
    active: Flags
    back_room: Flags
    sells: Flags
    buys: Flags
    zones: Sequence[ZoneInfo]
    zone: Numbers
    vacations: Numbers
    sources: Mapping[int, Source]
    trusted: Mapping[int, Ranks]
    fees: Mapping[int, Numbers]
    delegated: Mapping[int, Ranks]
    hide: timedelta
    mark: timedelta
    hide_distributors: timedelta
    _days: dict[tuple[int, ...], Day] = field(default_factory=dict, repr=False)

    def day(self, at: datetime) -> Day:
        """The calendar day of every place at a moment, each in its own time zone."""
        days = tuple(at.astimezone(zone).toordinal() for zone in self.zones)
        known = self._days.get(days)
        if known is None:
            ordinal = np.array(days, dtype=np.int64)[self.zone] if days else np.empty(0, dtype=np.int64)
            place, first, last = self.vacations
            away = np.zeros(len(self.places), dtype=np.bool_)
            away[place[(first <= ordinal[place]) & (last >= ordinal[place])]] = True
            if len(self._days) >= _DAYS_KEPT:
                self._days.clear()
            known = self._days[days] = Day(ordinal, away)
        return known

    def kilometres(self, near: Point) -> Reals:
        """The great-circle distance from a point to every place; infinite where a place is not known."""
        chords = np.sqrt(((self.vectors - unit_vectors([(near.latitude, near.longitude)])[0]) ** 2).sum(axis=1))
        distances: Reals = 2 * EARTH_KM * np.arcsin(np.minimum(chords / 2, 1.0))
        return np.nan_to_num(distances, nan=np.inf)

    def place(self, bookshop_id: int) -> int | None:
        """The place of a bookshop, None where there is no such bookshop."""
        found = int(self.place_of[bookshop_id]) if 0 <= bookshop_id < len(self.place_of) else -1
        return None if found < 0 else found

    def has_stock(self, distributor_id: int, at: datetime) -> bool:
        """Whether what a distributor's file says still counts: the distributor is active and the file not too old."""
        source = self.sources.get(distributor_id)
        return source is not None and source.stock_at is not None and at - source.stock_at < self.hide_distributors

    def may_serve(self, distributor_id: int, at: datetime) -> bool:
        """Whether a distributor is certified to serve in a bookshop's name on the day of this moment (T86)."""
        source = self.sources.get(distributor_id)
        return source is not None and source.certified_until is not None and at.date() <= source.certified_until


def unit_vectors(places: Sequence[tuple[float | None, float | None]]) -> Reals:
    """Latitudes and longitudes as points on the unit sphere, NaN where one is not known."""
    degrees = np.array([(np.nan, np.nan) if None in pair else pair for pair in places], dtype=np.float64)
    latitude, longitude = np.radians(degrees.reshape(-1, 2).T)
    return np.stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)), axis=1
    )

"""The directory of all bookshops in the memory of each process, and how it is kept true.

Every change of the tables it is made from leaves a mark (``directory_mark``, written by triggers). Whoever asks about
books reads the marks in the same statement: where they are others than those the directory was made under, it is made
anew first. So a change by any process is seen by the next question of every process, and a change of one's own before
it is committed. Nothing in it is private: every table it is made from is open to all (``anyone_read``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine, func, select

from trade.availability.models import DirectoryMark
from trade.availability.rules.directory import (
    NO_FILE,
    NOT_TRUSTED,
    Directory,
    Files,
    Flags,
    Numbers,
    Place,
    Ranks,
    Source,
    microseconds,
    unit_vectors,
)
from trade.availability.settings import BUYS, SELLS
from trade.base.models import SettingValue
from trade.base.settings import Setting, resolve_many
from trade.base.tenancy import Profile, TenantSession
from trade.calendar.models import Vacation
from trade.distributors.models import Distributor, TrustedDistributor
from trade.distributors.settings import HIDE_HOURS as HIDE_DISTRIBUTORS
from trade.members.models import Bookshop
from trade.stock.models import BookshopStock
from trade.stock.settings import HIDE_HOURS, MARK_HOURS
from trade.trastienda.models import DelegatedDistributor
from trade.trastienda.settings import OPEN as BACK_ROOM

BOOKSHOPS, FILES = "bookshops", "files"
#: The options that readers' answers depend on, and the module of the network that each belongs to.
OPTIONS: tuple[tuple[Setting, str], ...] = ((BACK_ROOM, "back_room"), (SELLS, "trade"), (BUYS, "trade"))
LIMITS = (HIDE_HOURS, MARK_HOURS, HIDE_DISTRIBUTORS)


@dataclass(frozen=True)
class Marks:
    """Which changes of the directory a statement saw, by topic."""

    bookshops: str
    files: str


@dataclass(frozen=True)
class _Known:
    """What one process remembers of one database. Settings are dated: they hold ``since`` to ``until``."""

    profile: Profile
    marks: Marks
    since: datetime | None
    until: datetime | None
    directory: Directory
    files: Files

    def holds(self, profile: Profile, marks: Marks, at: datetime) -> bool:
        """Whether the bookshops are still as they were (their files may have changed)."""
        timely = (self.since is None or self.since <= at) and (self.until is None or at < self.until)
        return self.profile is profile and self.marks.bookshops == marks.bookshops and timely


_KNOWN: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


def marks_now(session: TenantSession) -> Marks:
    """The marks as they are, for questions that read nothing else in the same statement."""
    row = session.execute(select(*(marks_of(topic) for topic in (BOOKSHOPS, FILES)))).one()
    return Marks(*row)


def marks_of(topic: str) -> Any:
    """The marks of a topic as one text, a part of other statements: ids never repeat, old marks are dropped."""
    seen = func.concat_ws(":", func.count(), func.max(DirectoryMark.id), func.sum(DirectoryMark.id))
    return select(seen).where(DirectoryMark.topic == topic).scalar_subquery()


def known(session: TenantSession, *, marks: Marks, at: datetime) -> tuple[Directory, Files]:
    """The directory that holds under these marks, from memory where it can be."""
    engine = session.get_bind().engine
    found = _KNOWN.get(engine)
    if found is None or not found.holds(session.profile, marks, at):
        since, until = _settled(session, at)
        directory = _directory(session, at)
        found = _Known(session.profile, marks, since, until, directory, _files(session, directory))
    elif found.marks.files != marks.files:
        files = _files(session, found.directory)
        found = _Known(found.profile, marks, found.since, found.until, found.directory, files)
    else:
        return found.directory, found.files
    _KNOWN[engine] = found
    return found.directory, found.files


def _settled(session: TenantSession, at: datetime) -> tuple[datetime | None, datetime | None]:
    """From when to when the settings that count do not change by themselves."""
    keys = [setting.key for setting in LIMITS] + [setting.key for setting, _ in OPTIONS]
    moments = session.execute(
        select(
            func.max(SettingValue.valid_from).filter(SettingValue.valid_from <= at),
            func.min(SettingValue.valid_from).filter(SettingValue.valid_from > at),
        ).where(SettingValue.key.in_(keys))
    ).one()
    return moments[0], moments[1]


def _directory(session: TenantSession, at: datetime) -> Directory:
    # The bookshops last: whatever was read before is of bookshops that they hold.
    limits = resolve_many(session, LIMITS, at=at, bookshop_ids=[None])
    hide, mark, hide_distributors = (timedelta(hours=limits[None, setting.key].value) for setting in LIMITS)
    sources = _sources(session)
    trusted, delegated = _trusted(session), _delegated(session)
    options, vacations = _option_rows(session, at), _vacation_rows(session)
    shops = _bookshop_rows(session)
    places = [Place(*shop[:8]) for shop in shops]
    place_of = np.full(max((place.bookshop_id for place in places), default=0) + 1, -1, dtype=np.int64)
    place_of[[place.bookshop_id for place in places]] = np.arange(len(places))
    zones = sorted({shop.time_zone for shop in shops})
    flags = _flags(options, place_of, len(places))
    return Directory(
        places=places,
        place_of=place_of,
        vectors=unit_vectors([(place.latitude, place.longitude) for place in places]),
        active=np.array([shop.state == "active" for shop in shops], dtype=np.bool_),
        back_room=flags[BACK_ROOM.key],
        sells=flags[SELLS.key],
        buys=flags[BUYS.key],
        zones=[ZoneInfo(zone) for zone in zones],
        zone=np.array([zones.index(shop.time_zone) for shop in shops], dtype=np.int64),
        vacations=np.array(
            [(place_of[shop], first.toordinal(), last.toordinal()) for shop, first, last in vacations], dtype=np.int64
        )
        .reshape(-1, 3)
        .T,
        sources=sources,
        trusted=_ranks(trusted, sources, place_of, len(places)),
        fees=_fees(trusted, sources, place_of, len(places)),
        delegated=_ranks(delegated, sources, place_of, len(places)),
        hide=hide,
        mark=mark,
        hide_distributors=hide_distributors,
    )


def _bookshop_rows(session: TenantSession) -> Sequence[Any]:
    return session.execute(
        select(
            Bookshop.id,
            Bookshop.slug,
            Bookshop.name,
            Bookshop.city,
            Bookshop.latitude,
            Bookshop.longitude,
            Bookshop.subdivision,
            Bookshop.zone,
            Bookshop.state,
            Bookshop.time_zone,
        ).order_by(Bookshop.name, Bookshop.id)
    ).all()


def _trusted(session: TenantSession) -> Sequence[Any]:
    return session.execute(
        select(
            TrustedDistributor.distributor_id,
            TrustedDistributor.bookshop_id,
            TrustedDistributor.fee_cents,
            TrustedDistributor.charge_fee,
        )
        .where(TrustedDistributor.switched_on)
        .order_by(TrustedDistributor.position, TrustedDistributor.distributor_id)
    ).all()


def _delegated(session: TenantSession) -> Sequence[Any]:
    return session.execute(
        select(DelegatedDistributor.distributor_id, DelegatedDistributor.bookshop_id)
        .where(DelegatedDistributor.switched_on)
        .order_by(DelegatedDistributor.position, DelegatedDistributor.distributor_id)
    ).all()


def _sources(session: TenantSession) -> dict[int, Source]:
    rows = session.execute(
        select(
            Distributor.id,
            Distributor.name,
            Distributor.lead_from_hours,
            Distributor.lead_to_hours,
            Distributor.prints_on_demand,
            Distributor.stock_at,
            Distributor.certified_until,
            Distributor.delegated,
        ).where(Distributor.state == "active")
    )
    return {row.id: Source(*row[:6], row.certified_until if row.delegated else None) for row in rows}


def _option_rows(session: TenantSession, at: datetime) -> Sequence[Any]:
    keys = [setting.key for setting, module in OPTIONS if session.profile.has(module)]
    return session.execute(
        select(SettingValue.key, SettingValue.bookshop_id, SettingValue.value)
        .where(SettingValue.key.in_(keys), SettingValue.bookshop_id.is_not(None), SettingValue.valid_from <= at)
        .order_by(SettingValue.valid_from, SettingValue.id)
    ).all()


def _flags(rows: Sequence[Any], place_of: Numbers, size: int) -> dict[str, Flags]:
    """Who has switched on which option, as far as the network runs its module: the newest own value counts."""
    found = {setting.key: np.zeros(size, dtype=np.bool_) for setting, _ in OPTIONS}
    for key, bookshop_id, value in rows:
        found[key][place_of[bookshop_id]] = bool(value)
    return found


def _vacation_rows(session: TenantSession) -> Sequence[Any]:
    return session.execute(select(Vacation.bookshop_id, Vacation.first_day, Vacation.last_day)).all()


def _ranks(rows: Sequence[Any], sources: Mapping[int, Source], place_of: Numbers, size: int) -> dict[int, Ranks]:
    """By distributor its rank at every place; ``rows`` come in the order of the bookshops' own positions."""
    found: dict[int, Ranks] = {}
    before = np.zeros(size, dtype=np.int16)
    for row in rows:
        if row.distributor_id not in sources:
            continue
        if row.distributor_id not in found:
            found[row.distributor_id] = np.full(size, NOT_TRUSTED, dtype=np.int16)
        place = place_of[row.bookshop_id]
        found[row.distributor_id][place] = before[place]
        before[place] += 1
    return found


def _fees(rows: Sequence[Any], sources: Mapping[int, Source], place_of: Numbers, size: int) -> dict[int, Numbers]:
    found: dict[int, Numbers] = {}
    for row in rows:
        if row.distributor_id not in sources:
            continue
        if row.distributor_id not in found:
            found[row.distributor_id] = np.zeros(size, dtype=np.int64)
        found[row.distributor_id][place_of[row.bookshop_id]] = row.fee_cents if row.charge_fee else 0
    return found


def _files(session: TenantSession, directory: Directory) -> Files:
    file_at = np.full(len(directory.places), NO_FILE, dtype=np.int64)
    rows: Iterable[Any] = session.execute(select(BookshopStock.bookshop_id, BookshopStock.file_at))
    for bookshop_id, moment in rows:
        place = directory.place(bookshop_id)
        if place is not None:
            file_at[place] = microseconds(moment)
    return Files(file_at)

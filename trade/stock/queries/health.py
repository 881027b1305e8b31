"""How the feeds of bookshops do: the board of them all, their days, their titles in time, their truth scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, exists, func, or_, select

from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop
from trade.reservations.models import Reservation
from trade.reservations.rules import RejectionReason
from trade.stock.health import (
    GOOD_STATES,
    SCORE_DAYS,
    Before,
    Day,
    Doubt,
    Sent,
    Share,
    Truth,
    days_of,
    missed_days,
    refused_lines,
    truth,
)
from trade.stock.models import BookshopStock, FeedRun, StockLine
from trade.stock.queries.age import limits
from trade.stock.queries.pages import page
from trade.stock.rules import Freshness, FreshnessLimits, Verdict
from trade.stock.settings import HELD_REMOVED_SHARE, TRUTH_POINTS
from trade.stock.states import WAITING

ANSWERED = ("notified", "collected", "lapsed", "rejected_by_shop")
DISTRUSTED = (Verdict.PRICE_ERROR, Verdict.SEVERAL_PRICES, Verdict.NO_PRICE)
"""Titles hidden for what the bookshop's own file says of them."""


@dataclass(frozen=True)
class Filter:
    """Which feeds of the board are wanted; what is empty is not asked for. ``show``: a freshness, or ``waiting``."""

    show: str = ""
    area: str = ""
    words: str = ""


@dataclass(frozen=True)
class BoardRow:
    """One bookshop's feed on the board."""

    bookshop_id: int
    name: str
    city: str
    file_at: datetime | None
    titles: int
    freshness: Freshness
    waiting: bool


def _degree(at: datetime, allowed: FreshnessLimits) -> ColumnElement[str]:
    """``rules.freshness`` as a column."""

    def older(hours: int) -> ColumnElement[bool]:
        return BookshopStock.file_at <= at - timedelta(hours=hours)

    return case(
        (BookshopStock.file_at.is_(None), Freshness.NEVER),
        (older(allowed.hide), Freshness.EXPIRED),
        (older(allowed.mark), Freshness.STALE),
        (older(allowed.warn), Freshness.LATE),
        else_=Freshness.FRESH,
    )


def _waits() -> ColumnElement[bool]:
    return exists().where(FeedRun.bookshop_id == Bookshop.id, FeedRun.state.in_(WAITING))


def _wanted(wanted: Filter) -> ColumnElement[bool]:
    """Active bookshops of a province whose name or town has the words."""
    found = [Bookshop.state == "active"]
    if wanted.area:
        found.append(Bookshop.area == wanted.area)
    if wanted.words:
        found.append(
            or_(*(column.icontains(wanted.words, autoescape=True) for column in (Bookshop.name, Bookshop.city)))
        )
    return and_(*found)


def board(session: TenantSession, *, at: datetime, wanted: Filter, limit: int = 50, offset: int = 0) -> list[BoardRow]:
    """Feeds of active bookshops, those in trouble first: hidden, waiting for a person, old, late, never sent."""
    degree, waits = _degree(at, limits(session, at=at)), _waits()
    trouble = case(
        (degree == Freshness.EXPIRED, 0),
        (waits, 1),
        (degree == Freshness.STALE, 2),
        (degree == Freshness.LATE, 3),
        (degree == Freshness.NEVER, 4),
        else_=5,
    )
    statement = (
        select(Bookshop.id, Bookshop.name, Bookshop.city, BookshopStock.file_at, BookshopStock.titles, degree, waits)
        .outerjoin(BookshopStock, BookshopStock.bookshop_id == Bookshop.id)
        .where(_wanted(wanted))
        .order_by(trouble, BookshopStock.file_at.asc().nulls_last(), Bookshop.name, Bookshop.id)
    )
    if wanted.show:
        statement = statement.where(waits if wanted.show == "waiting" else degree == wanted.show)
    rows = session.execute(page(statement, limit=limit, offset=offset))
    return [
        BoardRow(id_, name, city, file_at, titles or 0, Freshness(told), open_)
        for id_, name, city, file_at, titles, told, open_ in rows
    ]


def board_counts(session: TenantSession, *, at: datetime, wanted: Filter) -> dict[str, int]:
    """How many feeds of the board are in each degree of freshness, in all (``""``), and wait for a person."""
    degree = _degree(at, limits(session, at=at))
    row = session.execute(
        select(
            func.count().label(""),
            func.count().filter(_waits()).label("waiting"),
            *(func.count().filter(degree == each).label(each) for each in Freshness),
        )
        .select_from(Bookshop)
        .outerjoin(BookshopStock, BookshopStock.bookshop_id == Bookshop.id)
        .where(_wanted(wanted))
    ).one()
    return dict(zip(("", "waiting", *map(str, Freshness)), row, strict=True))


def areas(session: TenantSession) -> list[str]:
    """The provinces in which there are active bookshops."""
    wanted = select(Bookshop.area).where(Bookshop.state == "active", Bookshop.area != "").distinct()
    return list(session.scalars(wanted.order_by(Bookshop.area)))


# --- days --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    """What a bookshop sent in the last days, what each of them was, and the titles of now."""

    days: list[Day]
    sent: list[Sent]
    titles: int

    @property
    def ever_sent(self) -> bool:
        """Whether a good file ever came."""
        return any(day.titles is not None for day in self.days)


def histories(
    session: TenantSession, *, bookshop_ids: Collection[int], at: datetime, days: int = SCORE_DAYS
) -> dict[int, History]:
    """The last days of the feeds of these bookshops, today last; all in two queries."""
    zone = ZoneInfo(session.profile.time_zone)
    first = at.astimezone(zone).date() - timedelta(days=days - 1)
    since = datetime.combine(first, datetime.min.time(), zone)
    sent: dict[int, list[Sent]] = {key: [] for key in bookshop_ids}
    for bookshop_id, *files in session.execute(_by_day(bookshop_ids, since, session.profile.time_zone)):
        sent[bookshop_id].append(Sent(*files))
    allowed = limits(session, at=at)
    cliff = resolve_many(session, (HELD_REMOVED_SHARE,), at=at, bookshop_ids=[None])[None, HELD_REMOVED_SHARE.key].value
    return {
        key: History(
            days_of(sent[key], before=before, at=at, zone=zone, limits=allowed, cliff_share=cliff, count=days),
            sent[key],
            before.titles_now,
        )
        for key, before in _before(session, bookshop_ids, since).items()
    }


def _before(session: TenantSession, bookshop_ids: Collection[int], since: datetime) -> dict[int, Before]:
    """The last good file before the days looked at, and the titles of now."""
    last_good = (
        select(func.max(FeedRun.received_at))
        .where(FeedRun.bookshop_id == Bookshop.id, FeedRun.received_at < since, FeedRun.state.in_(GOOD_STATES))
        .correlate(Bookshop)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Bookshop.id, last_good, BookshopStock.titles)
        .outerjoin(BookshopStock, BookshopStock.bookshop_id == Bookshop.id)
        .where(Bookshop.id.in_(bookshop_ids))
    )
    return {key: Before(good_at, titles or 0) for key, good_at, titles in rows}


def _by_day(bookshop_ids: Collection[int], since: datetime, zone: str) -> Select[*tuple[Any, ...]]:
    """The files of these bookshops in the shape of :class:`Sent`, as many rows as days and states, not as files."""
    on = cast(func.timezone(zone, FeedRun.received_at), Date)
    finished_on = cast(func.timezone(zone, FeedRun.finished_at), Date)
    return (
        select(
            FeedRun.bookshop_id,
            on,
            finished_on,
            FeedRun.state,
            func.sum(FeedRun.added - FeedRun.zeroed),
            func.sum(FeedRun.read),
            func.sum(FeedRun.refused),
            func.max(func.coalesce(FeedRun.as_of, FeedRun.received_at)),
        )
        .where(FeedRun.bookshop_id.in_(bookshop_ids), FeedRun.received_at >= since)
        .group_by(FeedRun.bookshop_id, on, finished_on, FeedRun.state)
    )


# --- the truth score ---------------------------------------------------------------------------------


def truths(session: TenantSession, *, histories: Mapping[int, History], at: datetime) -> dict[int, Truth]:
    """The truth scores of bookshops whose last 90 days are known; in three queries."""
    points = truth_points(session, at=at)
    answers = _answers(session, histories, at - timedelta(days=SCORE_DAYS))
    hidden = _hidden(session, histories)
    return {
        key: truth(
            {
                Doubt.NOT_ON_SHELF: answers.get(key, (0, 0)),
                Doubt.MISSED_DAYS: missed_days(known.days),
                Doubt.REFUSED_LINES: refused_lines(known.sent),
                Doubt.HIDDEN_TITLES: (hidden.get(key, 0), known.titles),
            },
            points=points,
            ever_sent=known.ever_sent,
        )
        for key, known in histories.items()
    }


def truth_points(session: TenantSession, *, at: datetime) -> dict[Doubt, int]:
    """What one per cent of each doubt costs, as set."""
    found = resolve_many(session, TRUTH_POINTS, at=at, bookshop_ids=[None])
    return {doubt: found[None, setting.key].value for doubt, setting in zip(Doubt, TRUTH_POINTS, strict=True)}


def _answers(session: TenantSession, ids: Collection[int], since: datetime) -> dict[int, Share]:
    """Reservations refused since the copy was not on the shelf, of those the bookshop answered."""
    missing = Reservation.reason_code == RejectionReason.NOT_IN_STOCK
    rows = session.execute(
        select(Reservation.bookshop_id, func.count().filter(missing), func.count())
        .where(
            Reservation.bookshop_id.in_(ids),
            Reservation.placed_at >= since,
            Reservation.state.in_(ANSWERED),
        )
        .group_by(Reservation.bookshop_id)
    )
    return {key: (wrong, answered) for key, wrong, answered in rows}


def _hidden(session: TenantSession, ids: Collection[int]) -> dict[int, int]:
    """Titles in stock that readers do not see for what the bookshop's file says of their price."""
    rows = session.execute(
        select(StockLine.bookshop_id, func.count())
        .where(StockLine.bookshop_id.in_(ids), StockLine.verdict.in_(DISTRUSTED), StockLine.quantity > 0)
        .group_by(StockLine.bookshop_id)
    )
    return dict(rows.all())

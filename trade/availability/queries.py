"""Which bookshops can serve a book, nearest first: one query for one book, one for a page of books.

What counts is decided in one place, :func:`_on_shelf`: an active bookshop that is not on vacation, whose last
file is not too old, with a copy that may be shown and is not set apart. ``rules.why_hidden`` says the same in
words; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Float, Row, Select, and_, cast, exists, func, literal, null, select

from trade.availability import rules
from trade.availability.rules import Hidden, Label, StockFacts
from trade.base.coordinates import EARTH_KM, Point
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.calendar.models import Vacation
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.stock.models import BookshopStock, StockLine
from trade.stock.queries import held_copies, limits
from trade.stock.rules import Verdict, freshness
from trade.stock.settings import MARK_HOURS

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """One bookshop that can serve one book now. ``kilometres`` is None where no place was given."""

    bookshop_id: int
    slug: str
    name: str
    city: str
    latitude: float | None
    longitude: float | None
    kilometres: float | None
    label: Label
    copies: int
    file_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True)
class Nearest:
    """How many bookshops can serve a book, and the first of them."""

    bookshops: int
    offer: Offer


def offers(
    session: TenantSession, *, isbn: int, at: datetime, near: Point | None = None, limit: int = 50, offset: int = 0
) -> list[Offer]:
    """The bookshops that can serve a book now, nearest first; by name where no place is given (F01)."""
    statement = (
        _on_shelf(session, at, near)
        .where(StockLine.isbn == isbn)
        .order_by(*_nearest_first(near))
        .limit(min(max(limit, 1), LARGEST_PAGE))
        .offset(max(offset, 0))
    )
    mark = _mark_after(session, at)
    return [_offer(row, at, mark) for row in session.execute(statement)]


def nearest(
    session: TenantSession, *, isbns: Iterable[int], at: datetime, near: Point | None = None
) -> dict[int, Nearest]:
    """For each of these books the nearest bookshop that can serve it and their number; books of nobody are left out."""
    wanted = list(isbns)
    if not wanted:
        return {}
    placed = (
        _on_shelf(session, at, near)
        .add_columns(
            func.count().over(partition_by=StockLine.isbn).label("bookshops"),
            func.row_number().over(partition_by=StockLine.isbn, order_by=_nearest_first(near)).label("place"),
        )
        .where(StockLine.isbn == func.any(wanted))
        .subquery()
    )
    mark = _mark_after(session, at)
    rows = session.execute(select(placed).where(placed.c.place == 1))
    return {row.isbn: Nearest(row.bookshops, _offer(row, at, mark)) for row in rows}


def shown(session: TenantSession, *, bookshop_id: int, at: datetime, limit: int = 24, offset: int = 0) -> list[Book]:
    """What readers see of one bookshop's shelves, newest arrivals first."""
    visible = _on_shelf(session, at, None).where(StockLine.bookshop_id == bookshop_id).subquery()
    statement = (
        select(Book)
        .join(visible, visible.c.isbn == Book.isbn)
        .order_by(visible.c.changed_at.desc(), Book.sort_key, Book.isbn)
        .limit(min(max(limit, 1), LARGEST_PAGE))
        .offset(max(offset, 0))
    )
    return list(session.scalars(statement))


def count_shown(session: TenantSession, *, bookshop_id: int, at: datetime) -> int:
    """How many titles readers see of one bookshop."""
    visible = _on_shelf(session, at, None).where(StockLine.bookshop_id == bookshop_id).subquery()
    return session.scalar(select(func.count()).select_from(visible)) or 0


def facts(session: TenantSession, *, bookshop_id: int, isbn: int, at: datetime) -> StockFacts:
    """What bears on whether readers see one title of one bookshop."""
    row = session.execute(
        select(
            Bookshop.state,
            _in_vacation(at),
            BookshopStock.file_at,
            func.coalesce(StockLine.quantity, 0),
            func.coalesce(held_copies(), 0),
            StockLine.verdict,
        )
        .select_from(Bookshop)
        .outerjoin(BookshopStock, BookshopStock.bookshop_id == Bookshop.id)
        .outerjoin(StockLine, and_(StockLine.bookshop_id == Bookshop.id, StockLine.isbn == isbn))
        .where(Bookshop.id == bookshop_id)
    ).one()
    state, vacation, file_at, copies, held, verdict = row
    return StockFacts(
        active=state == "active",
        in_vacation=vacation,
        freshness=freshness(received_at=file_at, at=at, limits=limits(session, at=at)),
        copies=copies,
        held=held,
        verdict=Verdict(verdict) if verdict else Verdict.VISIBLE,
    )


def why_hidden(session: TenantSession, *, bookshop_id: int, isbn: int, at: datetime) -> Hidden | None:
    """Why readers do not see a title of a bookshop; None where they do."""
    return rules.why_hidden(facts(session, bookshop_id=bookshop_id, isbn=isbn, at=at))


def _on_shelf(session: TenantSession, at: datetime, near: Point | None) -> Select[*tuple[Any, ...]]:
    """Every stock line that a reader may be shown at this moment, with its bookshop."""
    free = StockLine.quantity - held_copies()
    oldest = at - timedelta(hours=limits(session, at=at).hide)
    return (
        select(
            StockLine.isbn,
            StockLine.bookshop_id,
            StockLine.changed_at,
            Bookshop.slug,
            Bookshop.name,
            Bookshop.city,
            Bookshop.latitude,
            Bookshop.longitude,
            _kilometres(near).label("kilometres"),
            free.label("copies"),
            BookshopStock.file_at,
        )
        .join(Bookshop, Bookshop.id == StockLine.bookshop_id)
        .join(BookshopStock, BookshopStock.bookshop_id == StockLine.bookshop_id)
        .where(
            Bookshop.state == "active",
            ~_in_vacation(at),
            BookshopStock.file_at > oldest,
            StockLine.verdict == Verdict.VISIBLE,
            StockLine.quantity > 0,
            free > 0,
        )
    )


def _in_vacation(at: datetime) -> ColumnElement[bool]:
    """Whether the bookshop is on vacation on its own calendar day."""
    today = cast(func.timezone(Bookshop.time_zone, at), Date)
    return exists().where(Vacation.bookshop_id == Bookshop.id, Vacation.first_day <= today, Vacation.last_day >= today)


def _kilometres(near: Point | None) -> ColumnElement[Any]:
    """Great-circle distance of the bookshop (haversine); NULL where either place is not known."""
    if near is None:
        return cast(null(), Float)
    lat, lon = func.radians(Bookshop.latitude), func.radians(Bookshop.longitude)
    here_lat, here_lon = func.radians(literal(near.latitude, Float)), func.radians(literal(near.longitude, Float))
    half_lat = func.power(func.sin((lat - here_lat) / 2), 2)
    half_lon = func.power(func.sin((lon - here_lon) / 2), 2)
    chord = half_lat + func.cos(lat) * func.cos(here_lat) * half_lon
    return 2 * EARTH_KM * func.asin(func.sqrt(func.least(1.0, chord)))


def _nearest_first(near: Point | None) -> list[ColumnElement[Any]]:
    by_name: list[ColumnElement[Any]] = [Bookshop.name.asc(), Bookshop.id.asc()]
    return [_kilometres(near).asc().nulls_last(), *by_name] if near else by_name


def _mark_after(session: TenantSession, at: datetime) -> timedelta:
    return timedelta(hours=value_of(session, MARK_HOURS, at=at))


def _offer(row: Row[*tuple[Any, ...]], at: datetime, mark_after: timedelta) -> Offer:
    return Offer(
        bookshop_id=row.bookshop_id,
        slug=row.slug,
        name=row.name,
        city=row.city,
        latitude=row.latitude,
        longitude=row.longitude,
        kilometres=row.kilometres,
        label=Label.ON_SHELF,
        copies=row.copies,
        file_at=row.file_at,
        stale=at - row.file_at >= mark_after,
    )

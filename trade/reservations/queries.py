"""Reads of reservations: the queue of one bookshop, its lists, one reservation, a reader's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from trade.base.models import JournalEntry
from trade.base.settings import resolve_many
from trade.base.tenancy import TenantSession
from trade.calendar.queries import calendar_of
from trade.calendar.rules import (
    Allowance,
    AllowanceUnit,
    DayKind,
    Deadline,
    OpenDeadline,
    Stretch,
    add_working_time,
)
from trade.members.models import Bookshop
from trade.reservations.models import Reservation
from trade.reservations.settings import ANSWER_AMOUNT, ANSWER_UNIT, ON
from trade.reservations.states import HOLDING, OPEN, RESERVATION

#: The saved views of the list, each with its states.
VIEWS: Mapping[str, tuple[str, ...]] = {
    "open": OPEN,
    "waiting": ("notified",),
    "done": ("collected", "lapsed"),
    "rejected": ("rejected_by_shop", "rejected_by_reader", "rejected_by_platform"),
}


def queue(session: TenantSession, *, bookshop_id: int, limit: int = 200) -> Sequence[Reservation]:
    """The open reservations, soonest due first, with their books."""
    return session.scalars(
        _of_bookshop(bookshop_id)
        .where(Reservation.state.in_(OPEN))
        .order_by(Reservation.due_at, Reservation.id)
        .limit(limit)
    ).all()


def page(
    session: TenantSession, *, bookshop_id: int, view: str, words: str = "", offset: int = 0, limit: int = 50
) -> Sequence[Reservation]:
    """One page of a saved view; open ones by due time, ended ones newest first. ``words`` finds a reference or name."""
    statement = _of_bookshop(bookshop_id).where(Reservation.state.in_(VIEWS[view]))
    if words:
        pattern = f"%{_escaped(words)}%"
        statement = statement.where(
            Reservation.reference.ilike(pattern, escape="\\") | Reservation.reader_name.ilike(pattern, escape="\\")
        )
    order = (
        (Reservation.due_at, Reservation.id)
        if view == "open"
        else (Reservation.closed_at.desc(), Reservation.id.desc())
    )
    return session.scalars(statement.order_by(*order).offset(offset).limit(limit)).all()


def open_for(
    session: TenantSession, *, bookshop_id: int, isbns: Iterable[int], limit: int = 50
) -> Sequence[Reservation]:
    """Open reservations of these books at a bookshop, the most urgent first."""
    return session.scalars(
        _of_bookshop(bookshop_id)
        .where(Reservation.state.in_(OPEN), Reservation.isbn == func.any(list(isbns)))
        .order_by(Reservation.due_at)
        .limit(limit)
    ).all()


def counts(session: TenantSession, *, bookshop_id: int) -> dict[str, int]:
    """How many reservations stand in each saved view."""
    rows = session.execute(
        select(Reservation.state, func.count())
        .where(Reservation.bookshop_id == bookshop_id)
        .group_by(Reservation.state)
    ).all()
    found = {row[0]: row[1] for row in rows}
    return {view: sum(found.get(state, 0) for state in states) for view, states in VIEWS.items()}


def by_reference(session: TenantSession, *, reference: str) -> Reservation | None:
    """One reservation as far as the scope may see it."""
    return session.scalar(select(Reservation).where(Reservation.reference == reference))


def of_reader(session: TenantSession, *, reader_id: int, limit: int = 100) -> Sequence[Reservation]:
    """A reader's own reservations, newest first."""
    return session.scalars(
        select(Reservation).where(Reservation.reader_id == reader_id).order_by(Reservation.id.desc()).limit(limit)
    ).all()


def open_of_reader(session: TenantSession, *, reader_id: int) -> Sequence[Reservation]:
    """What still binds a reader: reservations that wait for an answer or for collection."""
    return session.scalars(
        select(Reservation).where(Reservation.reader_id == reader_id, Reservation.state.in_(HOLDING))
    ).all()


def events(session: TenantSession, *, reservation: Reservation, limit: int = 100) -> Sequence[JournalEntry]:
    """What happened to a reservation, oldest first."""
    return session.scalars(
        select(JournalEntry)
        .where(JournalEntry.thing == RESERVATION.name, JournalEntry.thing_id == reservation.id)
        .order_by(JournalEntry.id)
        .limit(limit)
    ).all()


def open_deadlines(session: TenantSession, *, bookshop_id: int, at: datetime) -> list[OpenDeadline]:
    """The deadlines that run: open reservations that are not late yet."""
    rows = session.scalars(
        select(Reservation)
        .where(
            Reservation.bookshop_id == bookshop_id,
            Reservation.state.in_(OPEN),
            Reservation.late_at.is_(None),
            Reservation.due_at > at,
        )
        .order_by(Reservation.due_at)
    )
    return [OpenDeadline(row.reference, row.placed_at, deadline_of(row).allowance, row.due_at) for row in rows]


def deadline_of(reservation: Reservation) -> Deadline:
    """The stored deadline with its trace, as it was counted."""
    kept = reservation.due_because
    return Deadline(
        due=reservation.due_at,
        start=reservation.placed_at,
        counts_from=datetime.fromisoformat(kept["counts_from"]),
        allowance=Allowance(kept["amount"], AllowanceUnit(kept["unit"])),
        skipped=skipped_of(kept),
    )


def skipped_of(kept: Mapping[str, Any]) -> tuple[Stretch, ...]:
    """The stretches that did not count, of a stored trace."""
    return tuple(
        Stretch(date.fromisoformat(first), date.fromisoformat(last), DayKind(kind), name)
        for first, last, kind, name in kept["skipped"]
    )


def trace_of(deadline: Deadline) -> dict[str, Any]:
    """The trace of a deadline as it is stored beside it (:func:`deadline_of` reads it back)."""
    return {
        "counts_from": deadline.counts_from.isoformat(),
        "amount": deadline.allowance.amount,
        "unit": deadline.allowance.unit.value,
        "skipped": [[s.first.isoformat(), s.last.isoformat(), s.kind.value, s.name] for s in deadline.skipped],
    }


def next_number(session: TenantSession) -> int:
    """A fresh number, for a reference that is known before the row is written."""
    return int(session.execute(select(func.nextval("reservation_id_seq"))).scalar_one())


def _of_bookshop(bookshop_id: int) -> Select[Reservation]:
    return select(Reservation).where(Reservation.bookshop_id == bookshop_id)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def taking_part(session: TenantSession, *, bookshop_ids: Iterable[int], at: datetime) -> set[int]:
    """Those of these bookshops in which readers may reserve now (T125); one query whatever their number."""
    wanted = set(bookshop_ids)
    if not wanted or not session.profile.has("reservations"):
        return set()
    found = resolve_many(session, [ON], at=at, bookshop_ids=wanted)
    return {shop for shop in wanted if found[shop, ON.key].value}


def expected_deadline(session: TenantSession, *, bookshop: Bookshop, at: datetime) -> Deadline:
    """By when the bookshop would have to answer a reservation placed now (T145). Raises NotSet."""
    rules = resolve_many(session, [ANSWER_AMOUNT, ANSWER_UNIT], at=at, bookshop_ids=[None])
    allowance = Allowance(rules[None, ANSWER_AMOUNT.key].value, AllowanceUnit(rules[None, ANSWER_UNIT.key].value))
    return add_working_time(start=at, allowance=allowance, calendar=calendar_of(session, bookshop=bookshop, at=at))

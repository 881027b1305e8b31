"""What time does to reservations: late ones are marked and told once, uncollected ones lapse (T44, T52 by setting)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from trade.base import journal
from trade.base.journal import fire
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.reservations.actions.mails import tell_bookshop, tell_reader
from trade.reservations.models import Reservation
from trade.reservations.rules import has_lapsed
from trade.reservations.settings import REJECT_WHEN_LATE
from trade.reservations.states import OPEN, RESERVATION
from trade.stock.actions import release_hold

BATCH = 500


def mark_late(session: TenantSession, *, at: datetime) -> int:
    """Mark what passed its deadline and tell both sides, once; reject it only where the setting says so.

    Works in a system session, at most 500 a time; the rows are locked, so that two runs do not tell twice.
    Returns how many were marked.
    """
    rejecting = bool(value_of(session, REJECT_WHEN_LATE, at=at))
    overdue = session.scalars(
        _locked()
        .where(Reservation.state.in_(OPEN), Reservation.late_at.is_(None), Reservation.due_at < at)
        .order_by(Reservation.due_at)
    ).all()
    for reservation in overdue:
        reservation.late_at = at
        journal.write(
            session,
            action="reservation.late",
            thing="reservation",
            thing_id=reservation.id,
            at=at,
            bookshop_id=reservation.bookshop_id,
        )
        if rejecting:
            _expire(session, reservation, at)
        else:
            _tell_both(session, "late_reader", "late_bookshop", reservation, at)
    return len(overdue)


def lapse_uncollected(session: TenantSession, *, at: datetime) -> int:
    """Let go what nobody collected by its last day; the reader is told. Returns how many lapsed."""
    latest = (at + timedelta(hours=14)).date()
    kept = session.scalars(
        _locked()
        .where(Reservation.state == "notified", Reservation.collect_by < latest)
        .order_by(Reservation.collect_by)
    ).all()
    lapsed = 0
    for reservation in kept:
        zone = ZoneInfo(reservation.bookshop.time_zone)
        if reservation.collect_by is None or not has_lapsed(collect_by=reservation.collect_by, at=at, zone=zone):
            continue
        fire(session, RESERVATION, reservation, "lapse", role="platform", at=at, closed_at=at)
        release_hold(session, reference=reservation.reference, at=at)
        _tell_reader(session, "lapsed", reservation, at)
        lapsed += 1
    return lapsed


def _locked() -> Select[Reservation]:
    return select(Reservation).with_for_update(skip_locked=True, of=Reservation).limit(BATCH)


def _expire(session: TenantSession, reservation: Reservation, at: datetime) -> None:
    fire(session, RESERVATION, reservation, "expire", role="platform", at=at, closed_at=at)
    release_hold(session, reference=reservation.reference, at=at)
    _tell_both(session, "rejected", "expired", reservation, at)


def _tell_both(session: TenantSession, to_reader: str, to_shop: str, reservation: Reservation, at: datetime) -> None:
    _tell_reader(session, to_reader, reservation, at)
    tell_bookshop(
        session,
        event=to_shop,
        reservation=reservation,
        bookshop=reservation.bookshop,
        book=reservation.book,
        at=at,
    )


def _tell_reader(session: TenantSession, event: str, reservation: Reservation, at: datetime) -> None:
    tell_reader(
        session, event=event, reservation=reservation, bookshop=reservation.bookshop, book=reservation.book, at=at
    )

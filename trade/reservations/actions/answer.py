"""What a bookshop answers and what a reader takes back; every move is a compare-and-set (T46-T48)."""

from __future__ import annotations

from datetime import datetime

from trade.base.errors import NotFound, Refused
from trade.base.journal import fire
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.calendar.queries import calendar_of
from trade.reservations.actions.mails import tell_bookshop, tell_reader
from trade.reservations.models import Reservation
from trade.reservations.queries import by_reference
from trade.reservations.rules import GONE_REASONS, RejectionReason, collect_by
from trade.reservations.settings import COLLECT_DAYS
from trade.reservations.states import RESERVATION
from trade.stock.actions import keep_until_next_file, release_hold


def take(session: TenantSession, *, reference: str, at: datetime) -> Reservation:
    """Say that the bookshop is looking for the book. Raises NotFound, Conflict."""
    reservation = _load(session, reference)
    fire(session, RESERVATION, reservation, "take", role="bookshop", at=at)
    return reservation


def notify(session: TenantSession, *, reference: str, at: datetime) -> Reservation:
    """The book is set aside: the reader gets exactly one mail, with the day until which it is kept (T48).

    Raises NotFound, Conflict.
    """
    reservation = _load(session, reference)
    calendar = calendar_of(session, bookshop=reservation.bookshop, at=at)
    last = collect_by(notified_at=at, days=value_of(session, COLLECT_DAYS, at=at), calendar=calendar)
    fire(
        session,
        RESERVATION,
        reservation,
        "notify",
        role="bookshop",
        at=at,
        notified_at=at,
        closed_at=at,
        collect_by=last,
    )
    _tell_reader(session, "notified", reservation, at)
    return reservation


def reject(session: TenantSession, *, reference: str, reason_code: str, note: str, at: datetime) -> Reservation:
    """Reject with a reason that the reader reads. "Not in stock" leaves the stock-failure record.

    A copy that is not there stays out of the availability until the next file. Raises NotFound, Conflict, Refused.
    """
    reservation = _load(session, reference)
    if reason_code not in set(RejectionReason):
        raise Refused(N_("Choose the reason: the reader will read it."), field="reason_code")
    fire(
        session,
        RESERVATION,
        reservation,
        "reject",
        role="bookshop",
        at=at,
        reason=reason_code,
        reason_code=reason_code,
        closed_at=at,
    )
    reservation.reason = note.strip()[:500]
    if RejectionReason(reason_code) in GONE_REASONS:
        keep_until_next_file(session, reference=reservation.reference, at=at)
    else:
        release_hold(session, reference=reservation.reference, at=at)
    _tell_reader(session, "rejected", reservation, at)
    return reservation


def cancel(session: TenantSession, *, reference: str, at: datetime) -> Reservation:
    """The reader does not want it any more; the copy is free again and the bookshop told (T47).

    Raises NotFound, Conflict.
    """
    reservation = _load_own(session, reference)
    fire(session, RESERVATION, reservation, "cancel", role="reader", at=at, closed_at=at)
    release_hold(session, reference=reservation.reference, at=at)
    tell_bookshop(
        session,
        event="cancelled",
        reservation=reservation,
        bookshop=reservation.bookshop,
        book=reservation.book,
        at=at,
    )
    return reservation


def give_up(session: TenantSession, *, reference: str, at: datetime) -> Reservation:
    """End what a reader still has here because she leaves: cancelled if open, let go if set aside (F42).

    The bookshop is told to put the copy back. Raises NotFound, Conflict.
    """
    reservation = _load_own(session, reference)
    if reservation.state != "notified":
        return cancel(session, reference=reference, at=at)
    fire(session, RESERVATION, reservation, "lapse", role="platform", at=at, closed_at=at)
    release_hold(session, reference=reservation.reference, at=at)
    tell_bookshop(
        session,
        event="cancelled",
        reservation=reservation,
        bookshop=reservation.bookshop,
        book=reservation.book,
        at=at,
    )
    return reservation


def collect(session: TenantSession, *, reference: str, at: datetime) -> Reservation:
    """The reader has the book; the copy stays held until a file that knows it. Raises NotFound, Conflict."""
    reservation = _load(session, reference)
    fire(session, RESERVATION, reservation, "collect", role="bookshop", at=at, closed_at=at)
    keep_until_next_file(session, reference=reservation.reference, at=at)
    return reservation


def lapse(session: TenantSession, *, reference: str, at: datetime) -> Reservation:
    """Nobody came: the copy goes back on the shelf. Raises NotFound, Conflict."""
    reservation = _load(session, reference)
    fire(session, RESERVATION, reservation, "lapse", role="bookshop", at=at, closed_at=at)
    release_hold(session, reference=reservation.reference, at=at)
    _tell_reader(session, "lapsed", reservation, at)
    return reservation


def _load(session: TenantSession, reference: str) -> Reservation:
    """The reservation as the bookshop of this session has it; booksellers are readers elsewhere, too."""
    found = by_reference(session, reference=reference)
    if found is None or found.bookshop_id != session.scope.bookshop_id:
        raise NotFound()
    return found


def _load_own(session: TenantSession, reference: str) -> Reservation:
    found = by_reference(session, reference=reference)
    if found is None or found.reader_id is None or found.reader_id != session.scope.person_id:
        raise NotFound()
    return found


def _tell_reader(session: TenantSession, event: str, reservation: Reservation, at: datetime) -> None:
    tell_reader(
        session, event=event, reservation=reservation, bookshop=reservation.bookshop, book=reservation.book, at=at
    )

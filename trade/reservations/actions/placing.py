"""Placing a reservation: a copy is held, the deadline counted, both sides told; nothing is paid (T44, T45)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from trade.accounts.models import Person
from trade.availability.queries import why_hidden
from trade.base import journal
from trade.base.errors import NotAllowed, NotFound, Refused
from trade.base.settings import resolve_many, value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.calendar.queries import calendar_of
from trade.calendar.rules import Allowance, AllowanceUnit, WorkingCalendar, add_working_time
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.reservations.actions.mails import tell_bookshop, tell_reader
from trade.reservations.models import Reservation
from trade.reservations.queries import next_number, open_of_reader, trace_of
from trade.reservations.rules import REFUSALS, Offer, Refusal, refuse_placing
from trade.reservations.settings import ANSWER_AMOUNT, ANSWER_UNIT, MOST_OPEN, ON
from trade.reservations.states import OPEN, RESERVATION
from trade.stock.actions import hold


def place(
    session: TenantSession, *, bookshop_id: int, isbn: int, locale: str, at: datetime, note: str = ""
) -> Reservation:
    """Reserve one copy for the reader of this session.

    What readers are not shown cannot be reserved: a recalled book least of all. Of two readers after the last copy
    one wins; a double click reserves once. Raises NotFound for an unknown
    bookshop or book, NotAllowed for a reader whose address is not verified, Refused with the cause otherwise.
    """
    reader = _reader(session)
    bookshop = session.get(Bookshop, bookshop_id)
    book = session.get(Book, isbn)
    if bookshop is None or book is None:
        raise NotFound()
    calendar = calendar_of(session, bookshop=bookshop, at=at)
    refusal = refuse_placing(
        offer=_offer(session, reader, bookshop, isbn, at),
        day=at.astimezone(calendar.zone).date(),
        calendar=calendar,
    )
    if refusal is not None:
        raise Refused(REFUSALS[refusal])
    reservation = _new(session, reader, bookshop, book, calendar, at, locale, note)
    _store(session, reservation)
    _tell(session, reservation, bookshop, book, at)
    return reservation


def _reader(session: TenantSession) -> Person:
    reader = session.get(Person, session.scope.person_id) if session.scope.person_id else None
    if reader is None:
        raise NotAllowed(N_("Sign in to reserve a book."))
    if reader.verified_at is None:
        raise NotAllowed(N_("Confirm your e-mail address first: the link is in the mail we sent you."))
    return reader


def _offer(session: TenantSession, reader: Person, bookshop: Bookshop, isbn: int, at: datetime) -> Offer:
    waiting = [row for row in open_of_reader(session, reader_id=reader.id) if row.state in OPEN]
    return Offer(
        offered=offers_reservations(session, bookshop=bookshop, at=at),
        hidden=why_hidden(session, bookshop_id=bookshop.id, isbn=isbn, at=at),
        already_reserved=any(row.bookshop_id == bookshop.id and row.isbn == isbn for row in waiting),
        open_of_reader=len(waiting),
        most_open=value_of(session, MOST_OPEN, at=at),
    )


def offers_reservations(session: TenantSession, *, bookshop: Bookshop, at: datetime) -> bool:
    """The network runs reservations, the bookshop is active and takes part (T125)."""
    return (
        session.profile.has("reservations")
        and bookshop.state == "active"
        and bool(value_of(session, ON, at=at, bookshop_id=bookshop.id))
    )


def _new(
    session: TenantSession,
    reader: Person,
    bookshop: Bookshop,
    book: Book,
    calendar: WorkingCalendar,
    at: datetime,
    locale: str,
    note: str,
) -> Reservation:
    rules = resolve_many(session, [ANSWER_AMOUNT, ANSWER_UNIT], at=at, bookshop_ids=[None])
    amount, unit = (rules[None, setting.key] for setting in (ANSWER_AMOUNT, ANSWER_UNIT))
    deadline = add_working_time(
        start=at, allowance=Allowance(amount.value, AllowanceUnit(unit.value)), calendar=calendar
    )
    number = next_number(session)
    return Reservation(
        id=number,
        reference=f"R-{number}",
        bookshop_id=bookshop.id,
        reader_id=reader.id,
        isbn=book.isbn,
        copies=1,
        price_cents=book.price_cents,
        state=RESERVATION.first,
        placed_at=at,
        due_at=deadline.due,
        due_because=trace_of(deadline),
        reader_name=reader.name,
        reader_email=reader.email,
        reader_phone=reader.phone,
        note=note.strip()[:500],
        locale=locale,
        setting_versions={ANSWER_AMOUNT.key: amount.version_id, ANSWER_UNIT.key: unit.version_id},
    )


def _store(session: TenantSession, reservation: Reservation) -> None:
    try:
        with session.begin_nested():
            hold(
                session,
                bookshop_id=reservation.bookshop_id,
                isbn=reservation.isbn,
                copies=reservation.copies,
                reference=reservation.reference,
                at=reservation.placed_at,
                person_id=reservation.reader_id,
            )
            session.add(reservation)
    except IntegrityError as error:
        raise Refused(REFUSALS[Refusal.ALREADY_RESERVED]) from error


def _tell(session: TenantSession, reservation: Reservation, bookshop: Bookshop, book: Book, at: datetime) -> None:
    journal.write(
        session,
        action="reservation.placed",
        thing="reservation",
        thing_id=reservation.id,
        at=at,
        bookshop_id=bookshop.id,
        details={"isbn": book.isbn, "due": reservation.due_at.isoformat()},
    )
    tell_reader(session, event="received", reservation=reservation, bookshop=bookshop, book=book, at=at)
    tell_bookshop(session, event="new", reservation=reservation, bookshop=bookshop, book=book, at=at)

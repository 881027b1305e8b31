"""The mails of a reservation's life; each event tells each side once (T48)."""

from __future__ import annotations

from datetime import datetime

from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.messages.actions import send
from trade.messages.rules import Euros, Value
from trade.reservations.models import Reservation
from trade.reservations.rules import REJECTION_REASONS, RejectionReason


def tell_reader(
    session: TenantSession, *, event: str, reservation: Reservation, bookshop: Bookshop, book: Book, at: datetime
) -> None:
    """Queue the reader's mail of this event; an erased reader is told nothing."""
    if not reservation.reader_email:
        return
    send(
        session,
        key=f"reservation.{event}.reader:{reservation.id}",
        template=f"reservation.{event}",
        locale=reservation.locale,
        to_email=reservation.reader_email,
        to_name=reservation.reader_name,
        person_id=reservation.reader_id,
        bookshop_id=reservation.bookshop_id,
        at=at,
        time_zone=bookshop.time_zone,
        values=_values(reservation, bookshop, book),
    )


def tell_bookshop(
    session: TenantSession, *, event: str, reservation: Reservation, bookshop: Bookshop, book: Book, at: datetime
) -> None:
    """Queue the bookshop's mail of this event, in the network's language."""
    if not bookshop.email:
        return
    send(
        session,
        key=f"reservation.{event}.bookshop:{reservation.id}",
        template=f"reservation.{event}",
        locale=session.profile.locale,
        to_email=bookshop.email,
        to_name=bookshop.name,
        bookshop_id=bookshop.id,
        about_id=reservation.reader_id,
        at=at,
        time_zone=bookshop.time_zone,
        values=_values(reservation, bookshop, book),
    )


def _values(reservation: Reservation, bookshop: Bookshop, book: Book) -> dict[str, Value | None]:
    return {
        "reference": reservation.reference,
        "title": book.title,
        "authors": ", ".join(author.name for author in book.authors),
        "isbn": f"{book.isbn:013d}",
        "bookshop": bookshop.name,
        "bookshop_address": ", ".join(filter(None, (bookshop.address, f"{bookshop.postcode} {bookshop.city}".strip()))),
        "bookshop_phone": bookshop.phone,
        "reader": reservation.reader_name,
        "price": None if reservation.price_cents is None else Euros(reservation.price_cents),
        "due": reservation.due_at,
        "collect_by": reservation.collect_by,
        "reason": _reason(reservation),
        "note": reservation.reason if reservation.reason_code else reservation.note,
    }


def _reason(reservation: Reservation) -> Value | None:
    if reservation.state == "rejected_by_platform":
        return Text(N_("The bookshop did not answer in time."))
    if not reservation.reason_code:
        return None
    return Text(REJECTION_REASONS[RejectionReason(reservation.reason_code)])

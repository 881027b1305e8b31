"""The mails of a reservation's life; each event tells each side once (T48)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from trade.base.tenancy import TenantSession
from trade.base.text import Text
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.messages.actions import send
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
        at=at,
        values=_values(reservation, bookshop, book),
    )


def _values(reservation: Reservation, bookshop: Bookshop, book: Book) -> dict[str, Any]:
    reason = Text(REJECTION_REASONS[RejectionReason(reservation.reason_code)]) if reservation.reason_code else ""
    return {
        "reference": reservation.reference,
        "title": book.title,
        "authors": ", ".join(author.name for author in book.authors),
        "isbn": f"{book.isbn:013d}",
        "bookshop": bookshop.name,
        "bookshop_address": ", ".join(filter(None, (bookshop.address, f"{bookshop.postcode} {bookshop.city}".strip()))),
        "bookshop_phone": bookshop.phone,
        "reader": reservation.reader_name,
        "price": reservation.price_cents,
        "due": reservation.due_at,
        "collect_by": reservation.collect_by,
        "reason": reason,
        "note": reservation.reason,
        "zone": bookshop.time_zone,
        "url_reader": "/account/reservations",
        "url_office": f"/office/reservations/{reservation.reference}",
    }

"""Verbs of presales: staff open, sell or cancel a title before publication; bookshops join and leave (T54, T55)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from trade.availability.models import JOINED, PresalePart
from trade.base import journal
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.catalogue.records import Availability
from trade.orders.models import PresaleTitle
from trade.orders.states import PRESALE

STAFF, PLATFORM = "staff", "platform"


def open_presale(
    session: TenantSession, *, isbn: int, at: datetime, agreement: str = "", opens_on: date | None = None
) -> PresaleTitle:
    """Offer a title to bookshops before it is published; readers may buy it from ``opens_on`` (today when empty).

    Raises Refused for a book that the catalogue does not know as forthcoming with a day still to come, for a day of
    opening that is not before it, and for a title that has a presale already.
    """
    book = session.get(Book, isbn)
    today = _today(session, at)
    release = (book.on_sale_on or book.available_on) if book else None
    opens = opens_on or today
    if book is None:
        raise Refused(N_("The catalogue does not know this ISBN."), field="isbn")
    if book.availability != Availability.FORTHCOMING or release is None:
        raise Refused(N_("The catalogue does not say that this book is forthcoming, and from which day."), field="isbn")
    if release <= today:
        raise Refused(N_("This book is published already."), field="isbn")
    if session.get(PresaleTitle, isbn) is not None:
        raise Refused(N_("This title has a presale already."), field="isbn")
    if opens >= release:
        raise Refused(N_("A presale begins before the day of publication, %(day)s."), field="opens_on", day=release)
    row = PresaleTitle(
        isbn=isbn,
        state=PRESALE.first,
        publisher_agreement=agreement.strip()[:300],
        agreed_on=today,
        opens_on=opens,
        release_on=release,
        changed_at=at,
    )
    session.add(row)
    session.flush()
    journal.fire(session, PRESALE, row, "offer", role=STAFF, at=at, changed_at=at)
    return row


def move_presale(session: TenantSession, *, isbn: int, move: str, at: datetime, reason: str = "") -> None:
    """Staff put a presale on sale, or cancel it with a reason. Raises NotFound, Conflict, Refused."""
    row = session.get(PresaleTitle, isbn)
    if row is None:
        raise NotFound()
    journal.fire(session, PRESALE, row, move, role=STAFF, at=at, reason=reason, changed_at=at)


def move_due_presales(session: TenantSession, *, at: datetime) -> int:
    """Put on sale what opens today, and end the sale of what is published today; returns how many moved."""
    today, moved = _today(session, at), 0
    for state, move, day in (
        ("open_to_shops", "sell", PresaleTitle.opens_on),
        ("on_sale", "release", PresaleTitle.release_on),
    ):
        due = select(PresaleTitle).where(PresaleTitle.state == state, day <= today).order_by(PresaleTitle.isbn)
        for row in session.scalars(due).all():
            journal.fire(session, PRESALE, row, move, role=PLATFORM, at=at, changed_at=at)
            moved += 1
    return moved


def take_part(session: TenantSession, *, bookshop_id: int, isbn: int, on: bool, at: datetime) -> None:
    """Join the presale of a title, or leave it, at once. Raises NotFound for one that may not be joined."""
    title = session.get(PresaleTitle, isbn)
    if title is None or title.state not in JOINED:
        raise NotFound()
    row = session.get(PresalePart, (isbn, bookshop_id))
    if on == (row is not None):
        return
    if row is None:
        session.add(PresalePart(isbn=isbn, bookshop_id=bookshop_id, joined_at=at))
    else:
        session.delete(row)
    session.flush()
    action = "presale.joined" if on else "presale.left"
    journal.write(session, action=action, thing="book", thing_id=isbn, at=at, bookshop_id=bookshop_id)


def _today(session: TenantSession, at: datetime) -> date:
    return at.astimezone(ZoneInfo(session.profile.time_zone)).date()

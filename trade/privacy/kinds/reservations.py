"""Reservations: open ones end first; closed ones stay without any link, for the bookshop's own records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.catalogue.models import Book
from trade.members.models import Bookshop
from trade.privacy.kinds import Case, PersonalData
from trade.privacy.rules import Outcome
from trade.reservations.models import Reservation
from trade.reservations.states import HOLDING, RESERVATION
from trade.stock.models import StockHold

NAME = "reservations"


class Reservations(PersonalData):
    """Reservations of a reader, with the contact copied for the bookshop, and the copies held for her."""

    name = NAME
    label = N_("Reservations")

    def open(self, session: TenantSession, *, person: Person) -> list[Text]:
        """Each reservation that is not over."""
        rows = session.execute(
            select(Reservation.reference, Bookshop.name)
            .join(Bookshop, Bookshop.id == Reservation.bookshop_id)
            .where(Reservation.reader_id == person.id, Reservation.state.in_(HOLDING))
            .order_by(Reservation.id)
        ).all()
        message = N_("Reservation %(reference)s at %(bookshop)s is still open.")
        return [Text(message, {"reference": reference, "bookshop": bookshop}) for reference, bookshop in rows]

    def erase(self, session: TenantSession, *, case: Case) -> Outcome:
        """Empty the contact and cut the link; title, date and bookshop stay."""
        found = _count(session, case.person.id)
        session.execute(
            update(Reservation)
            .where(Reservation.reader_id == case.person.id)
            .values(reader_id=None, reader_name="", reader_email="", reader_phone="", note="", reason="")
        )
        session.execute(update(StockHold).where(StockHold.person_id == case.person.id).values(person_id=None))
        return Outcome(self.name, self.label, found=found, detached=found)

    def export(self, session: TenantSession, *, person: Person) -> list[dict[str, Any]]:
        """Each reservation with its book and bookshop."""
        rows = session.execute(
            select(Reservation, Book.title, Bookshop.name)
            .join(Book, Book.isbn == Reservation.isbn)
            .join(Bookshop, Bookshop.id == Reservation.bookshop_id)
            .where(Reservation.reader_id == person.id)
            .order_by(Reservation.id)
        ).all()
        return [
            {
                "reference": row.reference,
                "isbn": f"{row.isbn:013d}",
                "title": title,
                "bookshop": bookshop,
                "state": RESERVATION.states[row.state].label,
                "placed_at": row.placed_at.isoformat(),
                "name": row.reader_name,
                "email": row.reader_email,
                "phone": row.reader_phone,
                "note": row.note,
                "answer": row.reason,
            }
            for row, title, bookshop in rows
        ]


def _count(session: TenantSession, person_id: int) -> int:
    return session.scalars(
        select(func.count()).select_from(Reservation).where(Reservation.reader_id == person_id)
    ).one()


KIND = Reservations()

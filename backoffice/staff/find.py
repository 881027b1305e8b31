"""Finding anything from the top of every page: bookshop, book, reservation, invoice, cheque, person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import or_, select

from backoffice.base import ScreenView
from backoffice.shell import allowed
from backoffice.staff.people import ROLE_WORDS, has_role
from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.billing.models import Invoice
from trade.catalogue.queries import search
from trade.gift_cheques.models import Campaign, GiftCheque
from trade.gift_cheques.rules import TAIL, read_code
from trade.members.models import Bookshop
from trade.orders.models import Order
from trade.reservations.models import Reservation
from web.database import session
from web.language import isbn

FEW = 8
LONGEST = 100


@dataclass(frozen=True)
class Hit:
    """One thing that was found: its words, what it is, and where it is."""

    title: str
    line: str
    endpoint: str
    url: str


def _bookshops(here: TenantSession, words: str) -> Iterator[Hit]:
    like = f"%{_escaped(words)}%"
    columns = (Bookshop.name, Bookshop.slug, Bookshop.city, Bookshop.email)
    rows = select(Bookshop).where(or_(*(column.ilike(like, escape="\\") for column in columns)))
    for shop in here.scalars(rows.order_by(Bookshop.name).limit(FEW)):
        url = url_for("staff_members.file", record_id=shop.id)
        yield Hit(shop.name, f"{shop.postcode} {shop.city}", "staff_members.file", url)


def _books(here: TenantSession, words: str) -> Iterator[Hit]:
    for book in search(here, words=words, limit=FEW).books:
        line = " · ".join((", ".join(author.name for author in book.authors), isbn(book.isbn)))
        yield Hit(book.title, line, "staff_books.book", url_for("staff_books.book", record_id=book.isbn))


def _reservations(here: TenantSession, words: str) -> Iterator[Hit]:
    rows = select(Reservation).where(Reservation.reference == words.upper().replace("\u2011", "-"))
    for each in here.scalars(rows.limit(FEW)):
        url = url_for("staff_members.file", record_id=each.bookshop_id, part="reservations")
        yield Hit(each.reference, f"{each.book.title} · {each.bookshop.name}", "staff_members.file", url)


def _orders(here: TenantSession, words: str) -> Iterator[Hit]:
    rows = select(Order).where(Order.reference == words.upper().replace("\u2011", "-"))
    for each in here.scalars(rows.limit(FEW)):
        url = url_for("staff_order.page", reference=each.reference)
        yield Hit(each.reference, each.bookshop.name, "staff_order.page", url)


def _invoices(here: TenantSession, words: str) -> Iterator[Hit]:
    rows = select(Invoice, Bookshop.name).join(Bookshop, Bookshop.id == Invoice.bookshop_id)
    found = rows.where(Invoice.reference.ilike(f"%{_escaped(words)}%", escape="\\")).order_by(Invoice.id.desc())
    for invoice, name in here.execute(found.limit(FEW)):
        yield Hit(invoice.reference, name, "staff_months.month", url_for("staff_months.month", month=invoice.month))


def _cheques(here: TenantSession, words: str) -> Iterator[Hit]:
    tail = read_code(words)[-TAIL:]
    if len(tail) < TAIL:
        return
    rows = select(GiftCheque, Campaign.name).join(Campaign, Campaign.id == GiftCheque.campaign_id)
    for cheque, campaign in here.execute(rows.where(GiftCheque.code_tail == tail).limit(FEW)):
        url = url_for("staff_cheques.cheque", record_id=cheque.id)
        yield Hit(f"····{cheque.code_tail}", campaign, "staff_cheques.cheque", url)


def _people(here: TenantSession, words: str) -> Iterator[Hit]:
    rows = select(Person).where(Person.email == words.lower(), Person.state == "active", has_role(*ROLE_WORDS))
    for person in here.scalars(rows.limit(FEW)):
        url = url_for("staff_people.person", record_id=person.id)
        yield Hit(person.name or person.email, person.email, "staff_people.person", url)


SOURCES: tuple[tuple[str, Callable[[TenantSession, str], Iterator[Hit]]], ...] = (
    (N_("Bookshops"), _bookshops),
    (N_("Reservations"), _reservations),
    (N_("Orders"), _orders),
    (N_("Invoices"), _invoices),
    (N_("Gift cheques"), _cheques),
    (N_("People"), _people),
    (N_("Books"), _books),
)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class Find(ScreenView):
    """The answer to the search of the topbar; a single hit is opened at once."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What the words find, kind by kind, of what this person may open."""
        words = " ".join(request.args.get("q", "").replace("\0", "").split())[:LONGEST]
        groups = []
        if len(words) > 1:
            for name, source in SOURCES:
                hits = [hit for hit in source(session(), words) if allowed(hit.endpoint)]
                if hits:
                    groups.append((gettext(name), hits))
        every = [hit for _, hits in groups for hit in hits]
        if len(every) == 1:
            return redirect(every[0].url)
        return self.render("staff/find.html", words=words, groups=groups)

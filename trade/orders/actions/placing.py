"""Placing an order: what was quoted is checked again, copies are held, the payment is intended; nothing is paid yet.

Everything is one transaction: either the order stands with its lines, its holds and its payment, or nothing changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from trade.accounts.models import Person
from trade.availability.rules import Label
from trade.base import journal
from trade.base.crypto import digest
from trade.base.errors import NotAllowed, Refused
from trade.base.identifiers import mail_address
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.models import Book
from trade.catalogue.queries import books as books_by_isbn
from trade.catalogue.settings import VAT_RATES
from trade.orders.models import Order, OrderLine, Shipment
from trade.orders.queries.quoting import STOPPED, Answers, Basket, Quote, quotes
from trade.orders.queries.reading import next_number, token_of
from trade.orders.rules import Planned, to_trace
from trade.orders.settings import GUESTS, PAYMENT_MINUTES
from trade.orders.states import ORDER
from trade.payments.actions import intend
from trade.payments.models import Payment
from trade.shipping.rules import Mode
from trade.stock.actions import hold

POSTCODE = re.compile(r"[0-9]{5}")
MOST_LINES = 50
MOST_COPIES = 99
LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who orders and where a delivery goes; the street is empty where the books are collected."""

    name: str
    email: str
    phone: str = ""
    street: str = ""
    street_more: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class Placed:
    """A placed order with its intended payment, and the token of the link by which it is followed."""

    order: Order
    payment: Payment
    token: str


def place(
    session: TenantSession,
    *,
    basket: Basket,
    bookshop_id: int,
    mode: Mode,
    contact: Contact,
    agreed_cents: int,
    locale: str,
    at: datetime,
    answers: Answers | None = None,
    brought_by_id: int | None = None,
    note: str = "",
) -> Placed:
    """Order a basket at one bookshop for ``agreed_cents``, the total that the reader was shown (F02, F03, T49).

    Works in a reader's session, or at the door for guests where the network allows them (A25). Raises Refused where
    the bookshop takes no such order now (T125, T135), a book is not to be had any more, or the total is another;
    NotAllowed for whoever must sign in first; NotFound for a book or bookshop that there is not.
    """
    _check_basket(basket)
    reader = _reader(session, at)
    contact = _checked(contact, mode)
    found = quotes(
        session, basket=basket, bookshop_ids=[bookshop_id], mode=mode, postcode=contact.postcode, at=at, answers=answers
    )[bookshop_id]
    _check(found, agreed_cents)
    order = _order(session, found, reader, contact, mode, locale, at, brought_by_id, note)
    session.add(order)
    session.flush()
    _lines(session, order, found, at)
    payment = intend(session, order=order, at=at)
    journal.write(
        session,
        action="sale.placed",
        thing=ORDER.name,
        thing_id=order.id,
        at=at,
        bookshop_id=order.bookshop_id,
        details={"cents": order.total_cents, "mode": mode, "brought_by": brought_by_id},
    )
    return Placed(order, payment, token_of(session.profile, order.reference))


def _check_basket(basket: Basket) -> None:
    isbns = [isbn for isbn, _ in basket]
    if not basket:
        raise Refused(N_("The basket is empty. Put a book into it first."))
    if len(basket) > MOST_LINES or any(not 0 < copies <= MOST_COPIES for _, copies in basket):
        raise Refused(
            N_("At most %(titles)s titles, and %(copies)s copies of each, fit into one order."),
            titles=MOST_LINES,
            copies=MOST_COPIES,
        )
    if len(set(isbns)) != len(isbns):
        raise Refused(N_("A title stands twice in the basket. Change the number of its copies instead."))


def _reader(session: TenantSession, at: datetime) -> Person | None:
    """Who orders; None for a guest."""
    person_id = session.scope.person_id
    if person_id is None:
        if session.scope.kind != "door" or not value_of(session, GUESTS, at=at):
            raise NotAllowed(N_("Sign in to order."))
        return None
    reader = session.get(Person, person_id)
    if reader is None or reader.verified_at is None:
        raise NotAllowed(N_("Confirm your e-mail address first: the link is in the mail we sent you."))
    return reader


def _checked(contact: Contact, mode: Mode) -> Contact:
    """The contact without stray blanks. Raises Refused naming the field that is missing or too long."""
    told = {name: str(value).strip() for name, value in vars(contact).items()}
    needed = ("name", "email", *(("street", "postcode", "city") if mode == "delivery" else ()))
    for name, value in told.items():
        if name in needed and not value:
            raise Refused(N_("Fill in this field."), field=name)
        if len(value) > LONGEST:
            raise Refused(N_("At most %(limit)s characters."), field=name, limit=LONGEST)
    if mode == "delivery" and not POSTCODE.fullmatch(told["postcode"]):
        raise Refused(N_("A postcode has five digits."), field="postcode")
    told["email"] = mail_address(told["email"])
    return Contact(**told)


def _check(quote: Quote, agreed_cents: int) -> None:
    if quote.stopped:
        raise Refused(STOPPED[quote.stopped])
    if not quote.plan.is_whole:
        raise Refused(N_("A book of the basket is not to be had at this bookshop any more. Compare other bookshops."))
    if quote.plan.total_cents != agreed_cents:
        raise Refused(N_("The total has changed since you looked. Check it, then order again."), field="total")


def _order(
    session: TenantSession,
    quote: Quote,
    reader: Person | None,
    contact: Contact,
    mode: Mode,
    locale: str,
    at: datetime,
    brought_by_id: int | None,
    note: str,
) -> Order:
    number = next_number(session)
    reference, plan = f"V-{number}", quote.plan
    minutes: int = value_of(session, PAYMENT_MINUTES, at=at)
    releases = [line.way.release for line in plan.lines if line.way and line.way.release]
    return Order(
        id=number,
        reference=reference,
        bookshop_id=quote.bookshop.id,
        reader_id=reader.id if reader else None,
        state=ORDER.first,
        mode=mode,
        placed_at=at,
        expires_at=at + timedelta(minutes=minutes),
        release_on=max(releases, default=None),
        books_cents=plan.books_cents,
        delivery_cents=plan.delivery_cents,
        handling_cents=plan.handling_cents,
        total_cents=plan.total_cents,
        weight_grams=plan.weight.grams,
        weight_is_estimate=plan.weight.is_estimate,
        zone=quote.terms.zone if mode == "delivery" else "",
        reader_name=contact.name,
        reader_email=contact.email,
        reader_phone=contact.phone,
        street=contact.street if mode == "delivery" else "",
        street_more=contact.street_more if mode == "delivery" else "",
        postcode=contact.postcode if mode == "delivery" else "",
        city=contact.city if mode == "delivery" else "",
        country=session.profile.country,
        note=note.strip()[:500],
        locale=locale,
        brought_by_id=brought_by_id,
        access_digest=digest(token_of(session.profile, reference)),
        setting_versions=quote.versions,
        trace=to_trace(plan, quote.terms),
    )


def _lines(session: TenantSession, order: Order, quote: Quote, at: datetime) -> None:
    """The lines, their one parcel, and copies on the shelf held in the order of ISBNs, so that no two orders wait for
    each other."""
    books = books_by_isbn(session, isbns=[planned.line.isbn for planned in quote.plan.lines])
    rates: dict[str, int] = value_of(session, VAT_RATES, at=at)
    shipment = None
    if order.mode == "delivery":
        shipment = Shipment(
            order_id=order.id,
            bookshop_id=order.bookshop_id,
            reader_id=order.reader_id,
            number=1,
            weight_grams=order.weight_grams,
            created_at=at,
        )
        session.add(shipment)
        session.flush()
    rows = [
        _line(order, number, planned, books[planned.line.isbn], rates, quote, shipment)
        for number, planned in enumerate(quote.plan.lines, 1)
    ]
    for row in sorted(rows, key=lambda row: row.isbn):
        if row.source == Label.ON_SHELF:
            hold(
                session,
                bookshop_id=order.bookshop_id,
                isbn=row.isbn,
                copies=row.copies,
                reference=hold_reference(order=order, line=row),
                at=at,
                person_id=order.reader_id,
            )
    session.add_all(rows)
    session.flush()
    session.refresh(order, ["lines", "shipments"])


def hold_reference(*, order: Order, line: OrderLine) -> str:
    """Under which reference the stock keeps a line's copies."""
    return f"{order.reference}-{line.position}"


def _line(
    order: Order,
    number: int,
    planned: Planned,
    book: Book,
    rates: dict[str, int],
    quote: Quote,
    shipment: Shipment | None,
) -> OrderLine:
    way, line = planned.way, planned.line
    assert way is not None, "a whole plan has a way for every line"
    from_bookshop = way.label is Label.OTHER_BOOKSHOP
    assumed = quote.terms.pocket if line.pocket else quote.terms.other
    return OrderLine(
        order_id=order.id,
        bookshop_id=order.bookshop_id,
        reader_id=order.reader_id,
        position=number,
        isbn=line.isbn,
        title=book.title,
        copies=line.copies,
        price_cents=line.price_cents,
        vat_rate=rates[book.category.key] if book.vat_rate is None else book.vat_rate,
        weight_grams=assumed if line.grams is None else line.grams,
        weight_is_estimate=line.grams is None or line.grams_are_estimate,
        source=way.label,
        distributor_id=None if from_bookshop else way.supplier_id,
        seller_id=way.supplier_id if from_bookshop else None,
        fee_rule=planned.fee_rule,
        fee_cents=planned.fee_cents,
        shipment_id=shipment.id if shipment else None,
    )

"""Reserving without paying: one page to confirm, one click (T44, T45)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from storefront.deadlines import reasons
from storefront.forms import ReserveForm
from storefront.frame import public
from storefront.near import remembered
from storefront.shops import address_of, point_of
from storefront.shown import LabelShown, book_shown, copies, label_shown
from trade.availability.queries import why_hidden
from trade.availability.rules import Label
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.catalogue.queries import book as known_book
from trade.catalogue.rules import isbn13
from trade.members.models import Bookshop
from trade.members.queries import by_slug
from trade.reservations.actions import place
from trade.reservations.queries import expected_deadline, taking_part
from trade.reservations.rules import REFUSALS, Refusal, not_seen
from trade.stock.queries import available
from web.database import clock, session
from web.identity import identity
from web.language import km


class Wish(NamedTuple):
    """What is about to be reserved, and why it cannot be, if so."""

    name: str
    distance: str
    address: str
    label: LabelShown
    note: str
    obstacle: str


@public.route("/reserve/<isbn>/<slug>", methods=["GET", "POST"])
def reserve(isbn: str, slug: str) -> ResponseReturnValue:
    """Confirm and place a reservation. A refusal is shown on the same page and nothing is lost."""
    work, at = session(), clock().now()
    book, shop = known_book(work, isbn=number_of(isbn)), by_slug(work, slug=slug)
    form = ReserveForm()
    if form.validate_on_submit():
        try:
            reservation = place(
                work,
                bookshop_id=shop.id,
                isbn=book.isbn,
                locale=str(get_locale()),
                at=at,
                note=form.note.data or "",
            )
            work.commit()
        except Refused as refusal:
            work.rollback()
            form.refuse(refusal)
        else:
            flash(_("Reserved. We have written to you and to %(bookshop)s.", bookshop=shop.name), "ok")
            return redirect(url_for("account.reservation", reference=reservation.reference))
    deadline = expected_deadline(work, bookshop=shop, at=at)
    return render_template(
        "reserve.html",
        form=form,
        book=book_shown(book),
        wish=wish(work, book.isbn, shop, at),
        reader=identity(),
        deadline=deadline.due,
        deadline_why=reasons(deadline),
    )


def number_of(isbn: str) -> int:
    """The ISBN of the address. Raises NotFound."""
    try:
        return isbn13(isbn)
    except Refused as refusal:
        raise NotFound() from refusal


def wish(work: TenantSession, isbn: int, shop: Bookshop, at: datetime) -> Wish:
    """The bookshop and its copies as the page tells them."""
    here, there = remembered().point, point_of(shop)
    hidden = why_hidden(work, bookshop_id=shop.id, isbn=isbn, at=at)
    obstacle = ""
    if shop.id not in taking_part(work, bookshop_ids=[shop.id], at=at):
        obstacle = _(REFUSALS[Refusal.NOT_OFFERED])
    elif hidden is not None:
        obstacle = _(REFUSALS[not_seen(hidden)])
    return Wish(
        name=shop.name,
        distance=km(here.kilometres_to(there)) if here and there else "",
        address=", ".join(address_of(shop)),
        label=label_shown(Label.ON_SHELF),
        note=copies(available(work, bookshop_id=shop.id, isbn=isbn)),
        obstacle=obstacle,
    )

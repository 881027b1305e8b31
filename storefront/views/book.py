"""The book page: where it is, nearest first; the availability block is its centre."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from babel import Locale
from babel.core import UnknownLocaleError
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from storefront import map as drawing
from storefront.frame import chosen_bookshop, public
from storefront.links import absolute
from storefront.near import Here, here
from storefront.shops import map_of
from storefront.shown import OfferShown, book_shown, every_label, offer_shown
from trade.availability.queries import Offer, offers
from trade.base.coordinates import Point
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.queries import book as known_book
from trade.catalogue.queries import by_author
from trade.catalogue.rules import hyphenated, isbn13
from trade.members.models import Bookshop
from trade.members.queries import by_ids
from trade.reservations.queries import taking_part
from web.database import clock, session

LISTED = 5
MOST = 60


class Listed(NamedTuple):
    """The offers of a book as shown, in order, with where each is."""

    shown: list[OfferShown]
    points: list[tuple[Point, bool, str]]


@public.get("/book/<isbn>")
def book(isbn: str) -> ResponseReturnValue:
    """A book by its ISBN-13; any other writing of the ISBN is led to it."""
    try:
        number = isbn13(isbn)
    except Refused as refusal:
        raise NotFound() from refusal
    if isbn != f"{number:013d}":
        return redirect(url_for("public.book", isbn=f"{number:013d}"), 301)
    work, at = session(), clock().now()
    found = known_book(work, isbn=number)
    place = here(work)
    listed = list_offers(work, offers(work, isbn=number, at=at, near=place.point, limit=MOST), place, at, isbn)
    chosen = chosen_bookshop()
    return render_template(
        "book.html",
        book=book_shown(found),
        facts=facts(found),
        place=place,
        nearest=listed.shown[0] if listed.shown else None,
        others=listed.shown[1:LISTED],
        more=listed.shown[LISTED:],
        chosen_lacks=chosen if chosen and chosen.slug not in {offer.slug for offer in listed.shown} else None,
        dial=drawing.dial(place.point, listed.points[:LISTED]) if place.point else None,
        map=where_map(work, place, listed),
        labels=every_label(),
        same_author=[book_shown(other) for other in by_author(work, book=found, limit=5)],
        canonical=absolute("public.book", isbn=isbn),
    )


def list_offers(work: TenantSession, found: list[Offer], place: Here, at: datetime, isbn: str) -> Listed:
    """Put the reader's own bookshop first where it has the book, the rest as they come, and number them."""
    chosen = chosen_bookshop()
    yours = chosen.slug if chosen else ""
    ordered = sorted(found, key=lambda offer: offer.slug != yours)
    shops = by_ids(work, ids=[offer.bookshop_id for offer in ordered])
    part = taking_part(work, bookshop_ids=list(shops), at=at)
    shown = [
        offer_shown(
            offer,
            isbn=isbn,
            number=number,
            yours=yours,
            reservable=offer.bookshop_id in part,
            street=street(shops.get(offer.bookshop_id), place),
        )
        for number, offer in enumerate(ordered, 1)
    ]
    points = [
        (Point(offer.latitude, offer.longitude), told.on_shelf, told.name)
        for offer, told in zip(ordered, shown, strict=True)
        if offer.latitude is not None and offer.longitude is not None
    ]
    return Listed(shown, points)


def street(shop: Bookshop | None, place: Here) -> str:
    """The line under a bookshop's name: its street, and its town where distances say the rest."""
    if shop is None:
        return ""
    return ", ".join(part for part in (shop.address, shop.city if place.point else "") if part)


def where_map(work: TenantSession, place: Here, listed: Listed) -> object:
    """The country with the first bookshops of the list numbered."""
    numbered = [(point, filled) for point, filled, _name in listed.points[:LISTED]]
    caption = _("Numbers as in the list. Filled: on the shelf.") if numbered else ""
    return map_of(work.profile.code, [], you=place.point, listed=numbered, caption=caption, close=True)


def facts(book: Book) -> list[tuple[str, str]]:
    """The record in few lines; what is not known is left out."""
    weight = ""
    if book.weight_grams:
        weight = (
            _("about %(grams)s g", grams=book.weight_grams) if book.weight_is_estimate else f"{book.weight_grams} g"
        )
    lines = [
        (_("Publisher"), book.publisher),
        (_("Year"), str(book.year or "")),
        (_("Pages"), str(book.pages or "")),
        (_("Language"), language_name(book.language)),
        (_("Collection"), book.collection),
        (_("Subject"), book.subject),
        (_("Weight"), weight),
        (_("ISBN"), hyphenated(book.isbn)),
    ]
    return [(name, value) for name, value in lines if value]


def language_name(code: str) -> str:
    """A language in the reader's language."""
    try:
        name = (Locale.parse(code).get_display_name(get_locale()) or code) if code else ""
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]

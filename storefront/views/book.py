"""The book page: where it is, nearest first; the availability block is its centre."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront import map as drawing
from storefront.book_facts import facts, paragraphs, price_note, safety_of, state_of
from storefront.frame import chosen_bookshop, public
from storefront.links import book_path, buy_path, search_path
from storefront.near import Here, here
from storefront.paging import LAST_PAGE, page_number, paging
from storefront.shops import CountryMap, map_of
from storefront.shown import OfferShown, book_shown, edition, every_label, offer_shown
from storefront.structured import book_data
from trade.availability.queries import Offer, listing
from trade.base.coordinates import Point
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.queries import book as known_book
from trade.catalogue.queries import by_author, whole_book
from trade.catalogue.queries.covers import covers
from trade.catalogue.rules import isbn13
from trade.members.models import Bookshop
from trade.members.queries import by_ids
from trade.reservations.queries import taking_part
from web.database import clock, session
from web.live import live_answers
from web.words import gettext as _

LISTED = 5
SHOWN = 20
ON_A_PAGE = 50
RELATED = 12
SAME_AUTHOR = 5


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
        return redirect(book_path(number), 301)
    answers = live_answers([number])
    work, at = session(), clock().now()
    found = whole_book(work, isbn=number)
    place = here(work)
    chosen = chosen_bookshop()
    yours = chosen.slug if chosen else ""
    every = listing(work, isbn=number, at=at, near=place.point, yours=yours, limit=SHOWN, answers=answers)
    listed = list_offers(work, every.offers, place, at, isbn)
    told = book_shown(found, covers(work, isbns=[number]).get(number, ""), "large")
    editions, others = related(work, found)
    return render_template(
        "book.html",
        book=told,
        authors=[(author.name, search_path(author.name)) for author in found.authors],
        facts=facts(found),
        state=state_of(found),
        price_note=price_note(found),
        description=paragraphs(found),
        safety=safety_of(found),
        place=place,
        nearest=listed.shown[0] if listed.shown else None,
        others=listed.shown[1:LISTED],
        more=listed.shown[LISTED:],
        chosen=chosen,
        shops_count=every.bookshops,
        shops_url=f"{told.url}/shops" if every.bookshops > SHOWN else "",
        chosen_lacks=None if every.yours_has_it else chosen,
        dial=drawing.dial(place.point, listed.points[:LISTED]) if place.point else None,
        map=where_map(work, place, listed),
        labels=every_label(work.profile),
        editions=editions,
        same_author=others,
        data=book_data(found, told, listed.shown),
        buy_url=buy_path(number) if found.price_cents and work.profile.has("sales") else "",
    )


@public.get("/book/<int:isbn>/shops", endpoint="book_shops")
def shops(isbn: int) -> ResponseReturnValue:
    """Every bookshop that can serve a book, in pages, in the order of its page."""
    answers = live_answers([isbn])
    work, at = session(), clock().now()
    found = known_book(work, isbn=isbn)
    place, chosen = here(work), chosen_bookshop()
    page = page_number(request.args.get("page", ""))
    skipped = (page - 1) * ON_A_PAGE
    every = listing(
        work,
        isbn=isbn,
        at=at,
        near=place.point,
        yours=chosen.slug if chosen else "",
        limit=ON_A_PAGE,
        offset=skipped,
        answers=answers,
    )
    return render_template(
        "book_shops.html",
        book=book_shown(found),
        place=place,
        count=every.bookshops,
        offers=list_offers(work, every.offers, place, at, f"{isbn:013d}", skipped=skipped).shown,
        paging=paging(
            total=every.bookshops,
            number=page,
            size=ON_A_PAGE,
            last=LAST_PAGE,
            address=lambda number: url_for("public.book_shops", isbn=isbn, page=number if number > 1 else None),
        ),
    )


def list_offers(
    work: TenantSession, ordered: list[Offer], place: Here, at: datetime, isbn: str, *, skipped: int = 0
) -> Listed:
    """The offers in words, numbered after those that were ``skipped``; the very first with its street."""
    chosen = chosen_bookshop()
    yours = chosen.slug if chosen else ""
    known = by_ids(work, ids=[offer.bookshop_id for offer in ordered])
    part = taking_part(work, bookshop_ids=[offer.bookshop_id for offer in ordered], at=at)
    shown = [
        offer_shown(
            offer,
            isbn=isbn,
            number=number,
            yours=yours,
            reservable=offer.bookshop_id in part,
            street=street(known.get(offer.bookshop_id), place) if number == 1 else "",
            web_shop=known[offer.bookshop_id].web_shop if offer.bookshop_id in known else "",
        )
        for number, offer in enumerate(ordered, skipped + 1)
    ]
    points = [
        (Point(offer.latitude, offer.longitude), told.on_shelf, told.name)
        for offer, told in zip(ordered, shown, strict=True)
        if offer.latitude is not None and offer.longitude is not None
    ]
    return Listed(shown, points)


def street(shop: Bookshop | None, place: Here) -> str:
    """Where the first bookshop is: its street, and its town where distances say the rest."""
    if shop is None:
        return ""
    return ", ".join(part for part in (shop.address, shop.city if place.point else "") if part)


def where_map(work: TenantSession, place: Here, listed: Listed) -> CountryMap:
    """The country with the first bookshops of the list numbered."""
    numbered = [(point, filled) for point, filled, _name in listed.points[:LISTED]]
    caption = _("Numbers as in the list. Filled: on the shelf.") if numbered else ""
    return map_of(work.profile.code, [], you=place.point, listed=numbered, caption=caption, close=True)


class Other(NamedTuple):
    """Another book, in one line."""

    url: str
    title: str
    edition: str


def related(work: TenantSession, book: Book) -> tuple[list[Other], list[Other]]:
    """Other editions of the same text, and other books of its author."""
    found = [
        (other.sort_key == book.sort_key, Other(book_path(other.isbn), other.title, edition(other)))
        for other in by_author(work, book=book, limit=RELATED)
    ]
    return [other for same, other in found if same], [other for same, other in found if not same][:SAME_AUTHOR]

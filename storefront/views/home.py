"""The first page: the question, the bookshops near you, what is on their shelves."""

from __future__ import annotations

from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from storefront.covers import digest
from storefront.frame import public
from storefront.near import Here, here
from storefront.shops import ShopShown, by_distance, map_of, points_of, shop_shown
from storefront.shown import CardShown, card_shown
from trade.availability.queries import nearest, shown
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.queries import newest
from trade.catalogue.queries.covers import covers
from trade.members.queries import Standing, standing
from web.database import clock, session
from web.words import ngettext

ROW = 8
SHELF = 40
NEAR_KM = 60.0
SOURCES = 4
EXAMPLES = {"es": "Nada, Laforet", "fr": "L’Étranger, Camus"}


@public.get("/")
def home() -> ResponseReturnValue:
    """Home: T75's default is the reader's location."""
    work, at = session(), clock().now()
    place = here(work)
    shops = by_distance(standing(work), place.point)
    close = [(shop, km) for shop, km in shops if km is not None and km <= NEAR_KM]
    return render_template(
        "home.html",
        place=place,
        bookshop_count=len(shops),
        example=EXAMPLES.get(work.profile.code, ""),
        map=map_of(work.profile.code, points_of(shop for shop, _km in shops), you=place.point),
        cards=cards(work, place, [shop for shop, _km in close], at),
        row_note=near_note(len(close)) if place.point else "",
        near_bookshops=near_shown(shops, place),
    )


def cards(work: TenantSession, place: Here, close: list[Standing], at: datetime) -> list[CardShown]:
    """A row of books that can be had near the reader, or anywhere where no place was given."""
    books = {book.isbn: book for book in candidates(work, close, at)}
    found = nearest(work, isbns=list(books), at=at, near=place.point)
    chosen = [isbn for isbn in books if isbn in found][:ROW]
    pictures = covers(work, isbns=chosen)
    return [card_shown(books[isbn], found[isbn].offer, pictures.get(isbn, "")) for isbn in chosen]


def candidates(work: TenantSession, close: list[Standing], at: datetime) -> list[Book]:
    """What the nearest bookshops show, else what the catalogue got last: another choice every day.

    Books in the network's language come first.
    """
    shelves = [shown(work, bookshop_id=shop.id, at=at, limit=SHELF) for shop in close[:SOURCES]]
    books = {book.isbn: book for shelf in shelves for book in shelf} or {
        book.isbn: book for book in newest(work, limit=2 * SHELF)
    }
    today = at.date().isoformat()
    ordered = sorted(
        books.values(), key=lambda book: (book.language != work.profile.locale, digest(f"{today}{book.isbn}"))
    )
    return ordered[: 3 * ROW]


def near_note(number: int) -> str:
    """How many bookshops are near."""
    return ngettext(
        "%(num)s bookshop within %(km)s km", "%(num)s bookshops within %(km)s km", number, km=round(NEAR_KM)
    )


def near_shown(shops: list[tuple[Standing, float | None]], place: Here) -> list[ShopShown]:
    """The six nearest bookshops, or six of all."""
    return [shop_shown(shop, km) for shop, km in shops[:6]]

"""Search results: each row answers where and when, with one action."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from storefront.frame import public
from storefront.near import here
from storefront.shown import BookShown, OfferShown, book_shown, copies, offer_shown, paging
from trade.availability.queries import Nearest, nearest
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.queries import LONGEST_SEARCH, Found, search
from trade.reservations.queries import taking_part
from web.database import clock, session

PAGE = 20
LAST_PAGE = 500


class Row(NamedTuple):
    """One result: the book, its nearest bookshop and how many have it."""

    url: str
    book: BookShown
    offer: OfferShown | None
    note: str


@public.get("/search", endpoint="search")
def results() -> ResponseReturnValue:
    """Search by title, author or ISBN in any writing; a known ISBN leads to its book (F01)."""
    work, at = session(), clock().now()
    words = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    exact = request.args.get("exact") == "1"
    number = page_number(request.args.get("page", "1"))
    place = here(work)
    found = search(work, words=words, limit=PAGE, offset=(number - 1) * PAGE, exact=exact) if words else Found()
    arguments = {"q": words, **({"exact": "1"} if exact else {})}
    return render_template(
        "search.html",
        words=words,
        place=place,
        total=found.total,
        corrected=found.corrected,
        exact_url=url_for("public.search", q=words, exact="1"),
        results=rows(work, found.books, nearest(work, isbns=isbns(found), at=at, near=place.point), at),
        paging=paging(total=found.total, number=number, size=PAGE, endpoint="public.search", **arguments),
    )


def page_number(written: str) -> int:
    """The page asked for, 1 where it is no page."""
    return min(int(written), LAST_PAGE) if written.isascii() and written.isdigit() and int(written) else 1


def isbns(found: Found) -> list[int]:
    """The ISBNs of a page of results."""
    return [book.isbn for book in found.books]


def rows(work: TenantSession, books: list[Book], offers: dict[int, Nearest], at: datetime) -> list[Row]:
    """Results in words, in three queries whatever their number."""
    part = taking_part(work, bookshop_ids={found.offer.bookshop_id for found in offers.values()}, at=at)
    return [row(book, offers.get(book.isbn), part) for book in books]


def row(book: Book, found: Nearest | None, part: set[int]) -> Row:
    """One result in words."""
    told = book_shown(book)
    if found is None:
        return Row(told.url, told, None, "")
    shown = offer_shown(found.offer, isbn=told.isbn, reservable=found.offer.bookshop_id in part)
    return Row(told.url, told, shown, note(found))


def note(found: Nearest) -> str:
    """Copies there, and how many others have it."""
    others = found.bookshops - 1
    if others < 1:
        return copies(found.offer.copies)
    also = ngettext("in %(num)s more bookshop", "in %(num)s more bookshops", others)
    return _("%(copies)s; also %(others)s", copies=copies(found.offer.copies), others=also)

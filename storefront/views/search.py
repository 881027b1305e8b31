"""Search results: each row answers where and when, with one action; facets are links, so that no script is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from storefront.filters import Asked, asked, chips, groups
from storefront.frame import public
from storefront.links import book_path, buy_path
from storefront.near import Here, here
from storefront.paging import LAST_PAGE, page_number, paging
from storefront.shops import near_shops
from storefront.shown import BookShown, OfferShown, book_shown, offer_shown
from storefront.structured import for_sale
from trade.availability.finding import Found, find
from trade.availability.queries import Nearest
from trade.base.errors import Refused
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.queries import LONGEST_SEARCH
from trade.catalogue.queries.covers import covers
from trade.catalogue.rules import fold, isbn13
from trade.reservations.queries import taking_part
from web.database import clock, profile, session
from web.language import number, say
from web.live import Lately, lately
from web.words import gettext as _
from web.words import ngettext

PAGE = 20
ASKED_SHOPS = 3
SHORTEST_NUMBER = 9


class Row(NamedTuple):
    """One result: the book, its nearest bookshop and how many have it. ``ask``: its page would ask distributors."""

    url: str
    book: BookShown
    offer: OfferShown | None
    note: str
    ask: bool = False
    buy_url: str = ""


@public.get("/search", endpoint="search")
def results() -> ResponseReturnValue:
    """Search by title, author or ISBN in any writing; a known ISBN leads to its book (F01)."""
    work, at = session(), clock().now()
    words = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    exact = request.args.get("exact") == "1"
    page = page_number(request.args.get("page", "1"))
    place = here(work)
    wanted = asked(place)
    live = lately()
    found = search(work, words, at, place, wanted, (page - 1) * PAGE, exact, live)
    live.prepare([book.isbn for book in found.books])
    if found.total == 1 and is_isbn(words) and found.books:
        return redirect(book_path(found.books[0].isbn))
    always = {"q": words, **({"exact": "1"} if exact else {})}
    return render_template(
        "search.html",
        words=words,
        place=place,
        found=found,
        total_words=total_words(found),
        struck=struck(words, found.corrected),
        exact_url=url_for("public.search", q=words, exact="1"),
        plain_url=url_for("public.search", **always),
        results=rows(work, found.books, found, at, ask=bool(live.asked)),
        groups=groups(found.facets, wanted.arguments, address(always)),
        chips=chips(found.facets, wanted.arguments, address(always)),
        hidden=hidden(always, wanted),
        paging=paging(total=found.total, number=page, size=PAGE, last=LAST_PAGE, address=address(always, wanted)),
        wrong_number=wrong_number(words) if not found.total else "",
        instead=rows(work, found.instead, found, at),
        shops=near_shops(work, place, ASKED_SHOPS) if words and not found.total else [],
        indexable=bool(found.total) and not found.corrected and not wanted.any and page == 1,
    )


def search(
    work: TenantSession,
    words: str,
    at: datetime,
    place: Here,
    wanted: Asked,
    offset: int,
    exact: bool,
    live: Lately,
) -> Found:
    """Ask the search once for the page; without words nothing is asked."""
    if not words:
        return Found()
    return find(
        work,
        words=words,
        at=at,
        near=place.point,
        filters=wanted.filters,
        limit=PAGE,
        offset=offset,
        exact=exact,
        remembered=live,
    )


def address(always: Mapping[str, str], wanted: Asked | None = None) -> Any:
    """What makes an address of filters (or of a page number, with the filters of this page)."""

    def of_filters(kept: MultiDict[str, str]) -> str:
        return url_for("public.search", **always, **kept.to_dict(flat=False))

    def of_page(page: int) -> str:
        kept = wanted.arguments.to_dict(flat=False) if wanted else {}
        return url_for("public.search", **always, **kept, **({"page": page} if page > 1 else {}))

    return of_page if wanted else of_filters


def hidden(always: Mapping[str, str], wanted: Asked) -> list[tuple[str, str]]:
    """What the form of the place carries along."""
    return [*always.items(), *wanted.arguments.items(multi=True)]


def total_words(found: Found) -> str:
    """How many books there are; a bound where they were not counted to the end."""
    if found.total_is_exact:
        return ngettext("%(number)s book", "%(number)s books", found.total, number=number(found.total))
    return _("More than %(number)s books", number=number(found.total))


def struck(words: str, corrected: str) -> list[tuple[str, bool]]:
    """The typed words, each with whether the search took another one for it."""
    taken = set(corrected.split())
    return [(word, bool(taken) and not taken.issuperset(fold(word).split())) for word in words.split()]


def is_isbn(words: str) -> bool:
    """Whether the whole search is one ISBN."""
    try:
        isbn13(words)
    except Refused:
        return False
    return True


def wrong_number(words: str) -> str:
    """Why what looks like an ISBN is none, or that the catalogue does not know it; empty for words."""
    if sum(letter.isdigit() for letter in words) < SHORTEST_NUMBER or any(len(fold(w)) > 13 for w in words.split()):
        return ""
    try:
        isbn13(words)
    except Refused as refusal:
        return say(refusal)
    return _("The ISBN is right, but the catalogue does not know the book yet.")


def rows(work: TenantSession, books: list[Book], found: Found, at: datetime, *, ask: bool = False) -> list[Row]:
    """Results in words, in two queries whatever their number."""
    if not books:
        return []
    part = taking_part(work, bookshop_ids={near.offer.bookshop_id for near in found.nearest.values()}, at=at)
    pictures = covers(work, isbns=[book.isbn for book in books])
    return [row(book, found.nearest.get(book.isbn), part, pictures.get(book.isbn, ""), ask) for book in books]


def row(book: Book, near: Nearest | None, part: set[int], cover_sha: str, ask: bool) -> Row:
    """One result in words."""
    told = book_shown(book, cover_sha)
    if near is None:
        return Row(told.url, told, None, "", ask and for_sale(book))
    shown = offer_shown(near.offer, isbn=told.isbn, reservable=near.offer.bookshop_id in part)
    buy = buy_path(book.isbn) if book.price_cents and profile().has("sales") else ""
    return Row(told.url, told, shown, note(near, shown), buy_url=buy)


def note(near: Nearest, shown: OfferShown) -> str:
    """How it is served there, and on how many other shelves it is."""
    others = near.on_shelf - 1 if shown.on_shelf else near.on_shelf
    if others < 1:
        return shown.note
    if not shown.on_shelf:
        here = ngettext("on the shelf in %(num)s bookshop", "on the shelf in %(num)s bookshops", others)
        return "; ".join(part for part in (shown.note, here) if part)
    also = ngettext("in %(num)s more bookshop", "in %(num)s more bookshops", others)
    return _("%(copies)s; also %(others)s", copies=shown.note, others=also)

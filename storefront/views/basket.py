"""The basket and its comparison: kept in the browser's session, bought at one bookshop or at several (T143)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from storefront import basket as kept
from storefront.comparing import answers_shown, obstacle
from storefront.frame import own_bookshops, public
from storefront.near import here
from storefront.shown import BookShown, book_shown
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.catalogue.models import Book
from trade.catalogue.queries import book as known_book
from trade.catalogue.queries import books as known_books
from trade.catalogue.queries.covers import covers
from trade.catalogue.rules import isbn13
from trade.members.models import Bookshop
from trade.members.queries import by_slug
from trade.orders.actions import MOST_COPIES
from trade.orders.queries import Quote, candidates, orderable, quotes, selling
from trade.orders.rules import compare
from trade.shipping.rules import Mode
from web.database import clock, session
from web.language import say
from web.limits import limiter
from web.live import live_answers
from web.words import gettext as _

MODES: tuple[Mode, ...] = ("pickup", "delivery")
POSTCODE = "postcode"


class LineShown(NamedTuple):
    """A title of the basket."""

    book: BookShown
    copies: int
    cents: int


@public.get("/buy/<isbn>")
@limiter.limit("120/minute")
def buy(isbn: str) -> ResponseReturnValue:
    """Put a book into the basket, once: an address that any page may link to. It changes nothing but the session."""
    try:
        number = isbn13(isbn)
    except Refused as refusal:
        raise NotFound() from refusal
    book = known_book(session(), isbn=number)
    if not book.price_cents:
        flash(_("The catalogue has no price for this book: ask the bookshop."), "warn")
        return redirect(url_for("public.book", isbn=f"{number:013d}"))
    try:
        kept.put(number)
    except Refused as refusal:
        flash(say(refusal), "warn")
    return redirect(url_for("public.basket"))


@public.get("/basket")
def basket() -> ResponseReturnValue:
    """What is in it, and the ways to order it."""
    work = session()
    lines = lines_shown(work)
    shop = proposed(work)
    sells = shop is not None and bool(selling(work, bookshop_ids=[shop.id], at=clock().now()))
    return render_template(
        "basket.html",
        lines=lines,
        total_cents=sum(line.cents for line in lines),
        shop=shop,
        sells=sells,
        most=MOST_COPIES,
    )


@public.post("/basket/<isbn>")
@limiter.limit("120/minute")
def change_basket(isbn: str) -> ResponseReturnValue:
    """Change the copies of a title, or take it out."""
    try:
        number = isbn13(isbn)
    except Refused as refusal:
        raise NotFound() from refusal
    typed = request.form.get("copies", "").strip()
    if request.form.get("remove"):
        kept.take_out([number])
    elif typed.isascii() and typed.isdigit() and len(typed) <= 3:
        kept.change(number, int(typed))
    else:
        flash(_("Write the number of copies, from 1 to %(most)s.", most=MOST_COPIES), "warn")
    return redirect(url_for("public.basket"))


@public.get("/basket/compare")
@limiter.limit("60/minute")
def compare_basket() -> ResponseReturnValue:
    """The four answers of up to five bookshops, and why one's own is not among them where it cannot be."""
    mode, postcode = wanted_mode(), wanted_postcode()
    live = live_answers([isbn for isbn, _copies in kept.contents()])
    work, at = session(), clock().now()
    place, lines = here(work), lines_shown(work)
    basket = [(int(line.book.isbn), line.copies) for line in lines]
    shown, notes = [], []
    if basket and (mode == "pickup" or postcode):
        first = own_bookshops()
        compared = candidates(work, basket=basket, at=at, near=place.point, first=first, answers=live)
        ids = [one.bookshop_id for one in compared]
        found = quotes(work, basket=basket, bookshop_ids=ids, mode=mode, postcode=postcode, at=at, answers=live)
        far = {one.bookshop_id: one.kilometres for one in compared if one.kilometres is not None}
        columns = [orderable(quote, far.get(shop)) for shop, quote in found.items() if may_serve(quote)]
        mine = next((one.bookshop_id for one in compared if one.slug in first[:1]), None)
        wanted = [line.line for line in next(iter(found.values())).plan.lines] if found else []
        answers = compare(wanted, columns, mine=mine)
        shown = answers_shown(answers, found, [isbn for isbn, _copies in basket], far) if answers else []
        titles = {int(line.book.isbn): line.book.title for line in lines}
        notes = [
            (found[one.bookshop_id].bookshop.name, why)
            for one in compared
            if one.slug in first and (why := obstacle(found[one.bookshop_id], titles))
        ]
    return render_template(
        "compare.html",
        lines=lines,
        answers=shown,
        notes=notes,
        mode=mode,
        postcode=postcode,
        place=place,
        asked=bool(basket) and (mode == "pickup" or bool(postcode)),
    )


def may_serve(quote: Quote) -> bool:
    """Whether a bookshop may be part of an answer: nothing stops all its orders."""
    return quote.stopped in ("", "not_yet")


def wanted_mode() -> Mode:
    """How the reader wants it; collected unless she says otherwise."""
    asked = request.values.get("mode", "pickup")
    if asked not in MODES:
        abort(404)
    return asked


def wanted_postcode() -> str:
    """The postcode of a delivery, remembered in the session; empty where none of five digits was written."""
    typed = request.values.get(POSTCODE)
    if typed is None:
        return str(cookie.get(POSTCODE, ""))
    typed = typed.strip()
    if len(typed) == 5 and typed.isascii() and typed.isdigit():
        cookie[POSTCODE] = typed
        return typed
    return ""


def proposed(work: TenantSession) -> Bookshop | None:
    """The reader's own bookshop, or the one passed last; None where there is none (any more)."""
    for slug in own_bookshops():
        try:
            return by_slug(work, slug=slug)
        except NotFound:
            continue
    return None


def lines_shown(work: TenantSession, only: frozenset[int] | None = None) -> list[LineShown]:
    """The titles of the basket in two queries; what left the catalogue leaves the basket."""
    wanted = [(isbn, copies) for isbn, copies in kept.contents() if only is None or isbn in only]
    isbns = [isbn for isbn, _copies in wanted]
    if not isbns:
        return []
    found = known_books(work, isbns=isbns)
    pictures = covers(work, isbns=isbns)
    return [_line(found, pictures, isbn, copies) for isbn, copies in wanted if isbn in found]


def _line(found: Mapping[int, Book], pictures: Mapping[int, str], isbn: int, copies: int) -> LineShown:
    book = found[isbn]
    return LineShown(book_shown(book, pictures.get(isbn, "")), copies, copies * (book.price_cents or 0))

"""The directory of bookshops, and the page of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from storefront.frame import MY_BOOKSHOP, VISITED_BOOKSHOP, public
from storefront.near import here
from storefront.paging import LAST_PAGE, page_number, paging
from storefront.shops import ShopShown, address_of, by_distance, map_of, point_of, points_of, shop_shown
from storefront.shown import CardShown, card_shown, stock_age
from storefront.spines import spines
from trade.availability.queries import count_shown, of_these, shown
from trade.base.tenancy import TenantSession
from trade.calendar.queries import closing_days, on_vacation, vacations
from trade.catalogue.models import Book
from trade.catalogue.queries import LONGEST_SEARCH, books, searched
from trade.catalogue.queries.covers import covers
from trade.catalogue.rules import fold
from trade.members.models import Bookshop
from trade.members.queries import Standing, by_slug, standing
from trade.reservations.queries import taking_part
from trade.stock.models import BookshopStock
from trade.stock.queries import freshness_of
from trade.stock.rules import Freshness
from web.database import clock, session
from web.language import day
from web.words import gettext as _
from web.words import ngettext

SHELF = 5
PAGE = 30
CANDIDATES = 500
SPINES = 60
AHEAD = timedelta(days=35)


@public.get("/shops")
def bookshops() -> ResponseReturnValue:
    """Every bookshop by area, and the nearest ones."""
    work = session()
    place = here(work)
    shops = standing(work)
    close = by_distance(shops, place.point)[:6] if place.point else []
    return render_template(
        "bookshops.html",
        total=len(shops),
        place=place,
        map=map_of(work.profile.code, points_of(shops), you=place.point),
        near_bookshops=[shop_shown(shop, km) for shop, km in close],
        areas=areas(shops),
    )


def areas(shops: Sequence[Standing]) -> list[tuple[str, list[ShopShown]]]:
    """Bookshops by area, both in alphabetical order."""
    ordered = sorted(shops, key=lambda shop: (fold(shop.area or shop.city), fold(shop.city), fold(shop.name)))
    return [
        (area, [shop_shown(shop) for shop in group])
        for area, group in groupby(ordered, key=lambda shop: shop.area or shop.city)
    ]


@public.get("/shop/<slug>")
def bookshop(slug: str) -> ResponseReturnValue:
    """The page of a bookshop; passing through it makes it the one proposed (T14, T15)."""
    work, at = session(), clock().now()
    shop = by_slug(work, slug=slug)
    cookie[VISITED_BOOKSHOP] = [shop.slug, shop.name]
    latest = shown(work, bookshop_id=shop.id, at=at, limit=SPINES)
    mine = cookie.get(MY_BOOKSHOP)
    point = point_of(shop)
    return render_template(
        "bookshop.html",
        shop=shop,
        address=address_of(shop),
        is_chosen=isinstance(mine, list) and mine[0] == shop.slug,
        spines=spines((f"{book.isbn:013d}", book.title) for book in latest),
        cards=shelf(work, latest[:SHELF]),
        closed=closed_note(work, shop, at),
        closures=closures(work, shop, at),
        services=services(work, shop, at),
        stock_note=stock_note(work, shop, at),
        map=map_of(work.profile.code, [point], you=point, title=_("Where %(bookshop)s is", bookshop=shop.name))
        if point
        else None,
    )


@public.get("/shop/<slug>/books", endpoint="bookshop_books")
def shelves(slug: str) -> ResponseReturnValue:
    """What one bookshop has on its shelves: the latest first, or what is found among it."""
    work, at = session(), clock().now()
    shop = by_slug(work, slug=slug)
    words = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    number = page_number(request.args.get("page", "1"))
    first = (number - 1) * PAGE
    if words:
        hits = searched(work, words=words, limit=CANDIDATES).hits.isbns
        there = of_these(work, bookshop_id=shop.id, isbns=hits, at=at)
        known = books(work, isbns=there[first : first + PAGE])
        total, found = len(there), [known[isbn] for isbn in there[first : first + PAGE] if isbn in known]
    else:
        total = count_shown(work, bookshop_id=shop.id, at=at)
        found = shown(work, bookshop_id=shop.id, at=at, limit=PAGE, offset=first)
    return render_template(
        "bookshop_books.html",
        shop=shop,
        words=words,
        total=total,
        cards=shelf(work, found),
        stock_note=stock_note(work, shop, at),
        paging=paging(total=total, number=number, size=PAGE, last=LAST_PAGE, address=shelf_pages(slug, words)),
    )


def shelf(work: TenantSession, found: Sequence[Book]) -> list[CardShown]:
    """Books with their covers."""
    pictures = covers(work, isbns=[book.isbn for book in found])
    return [card_shown(book, cover_sha=pictures.get(book.isbn, "")) for book in found]


def shelf_pages(slug: str, words: str) -> Callable[[int], str]:
    """What makes the address of a page of a bookshop's books."""
    kept = {"q": words} if words else {}
    return lambda page: url_for("public.bookshop_books", slug=slug, **kept, **({"page": str(page)} if page > 1 else {}))


@public.post("/shop/<slug>/choose")
def choose_bookshop(slug: str) -> ResponseReturnValue:
    """Choose the bookshop as one's own, or no longer (T16)."""
    shop = by_slug(session(), slug=slug)
    if request.form.get("forget"):
        cookie.pop(MY_BOOKSHOP, None)
        cookie.pop(VISITED_BOOKSHOP, None)
        flash(_("You have no bookshop of your own now."), "ok")
    else:
        cookie[MY_BOOKSHOP] = [shop.slug, shop.name]
        flash(_("%(bookshop)s is your bookshop now: it comes first where it has the book.", bookshop=shop.name), "ok")
    return redirect(url_for("public.bookshop", slug=slug))


def closed_note(work: TenantSession, shop: Bookshop, at: datetime) -> str:
    """That the bookshop is on vacation now, and until when (T135)."""
    today = at.astimezone(ZoneInfo(shop.time_zone)).date()
    vacation = on_vacation(work, bookshop_ids=[shop.id], day=today).get(shop.id)
    if vacation is None:
        return ""
    return _("On vacation until %(day)s: it takes no reservations.", day=day(vacation.last_day))


def closures(work: TenantSession, shop: Bookshop, at: datetime) -> list[str]:
    """The closing days and vacations of the next five weeks."""
    today = at.astimezone(ZoneInfo(shop.time_zone)).date()
    days = closing_days(work, bookshop_id=shop.id, first=today, last=today + AHEAD)
    ranges = vacations(work, bookshop_id=shop.id, first=today, last=today + AHEAD)
    lines = [_("Closed on %(day)s.", day=day(closing.day)) for closing in days]
    lines += [
        _("On vacation from %(first)s to %(last)s.", first=day(found.first_day), last=day(found.last_day))
        for found in ranges
        if found.first_day > today
    ]
    return lines


def services(work: TenantSession, shop: Bookshop, at: datetime) -> list[str]:
    """What one can do here now."""
    lines = []
    if shop.id in taking_part(work, bookshop_ids=[shop.id], at=at):
        lines.append(_("Reserve without paying"))
    if work.profile.has("gift_cheques"):
        lines.append(_("Ask about the gift cheques of the network"))
    return lines or [_("Ask at the counter")]


def stock_note(work: TenantSession, shop: Bookshop, at: datetime) -> str:
    """How many titles can be seen, and how old the stock is."""
    stock = work.get(BookshopStock, shop.id)
    if stock is None:
        return ""
    number = count_shown(work, bookshop_id=shop.id, at=at)
    titles = ngettext("%(num)s title to be seen", "%(num)s titles to be seen", number)
    stale = freshness_of(work, bookshop_id=shop.id, at=at) not in (Freshness.FRESH, Freshness.LATE)
    return _("%(titles)s. %(age)s", titles=titles, age=stock_age(stock.file_at, stale=stale))

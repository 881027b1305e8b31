"""Pages that stand still: help, ranking, accessibility, security, the model stock file, robots and sitemaps."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from storefront.frame import public
from storefront.links import absolute
from storefront.operator import operator
from storefront.shown import every_label
from trade.base.errors import NotFound
from trade.catalogue.queries import count, isbns
from trade.members.queries import active
from trade.stock.formats import model_csv
from trade.stock.readers import FORMATS
from web.database import clock, profile, session
from web.language import say

SITEMAP_BOOKS = 10_000


@public.get("/help")
def help() -> ResponseReturnValue:
    """Answers for readers."""
    return render_template("help.html", operator=operator(session(), at=clock().now()), labels=every_label(profile()))


@public.get("/ranking")
def ranking() -> ResponseReturnValue:
    """By which parameters results are ordered (Regulation (EU) 2019/1150, article 5)."""
    return render_template("ranking.html")


@public.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """What is done for accessibility and how it is checked."""
    return render_template("accessibility.html", operator=operator(session(), at=clock().now()))


@public.get("/security")
def security() -> ResponseReturnValue:
    """Security and conformity: what happens with the data (F34, F40-F51)."""
    return render_template("security.html", operator=operator(session(), at=clock().now()))


@public.get("/stock-file")
def stock_file() -> ResponseReturnValue:
    """The model stock file explained (F06, F21)."""
    columns = [
        ("isbn", True, _("ISBN-13 or ISBN-10, with or without hyphens")),
        (_("quantity"), True, _("copies on the shelf, a whole number")),
        (_("price"), False, _("your price in euros with VAT; it is only compared with the network’s price")),
        (_("condition"), False, _("“new”; second-hand copies are not offered")),
    ]
    return render_template(
        "stock_file.html",
        columns=columns,
        sample=model_csv.template(str(get_locale())).decode("utf-8-sig").strip(),
        formats=[say(module.TITLE) for name, module in FORMATS.items() if name != model_csv.NAME],
    )


@public.get("/stock-file/model.csv")
def stock_file_download() -> ResponseReturnValue:
    """The model file to download, its headings in the reader's language; it imports without a refusal."""
    return Response(
        model_csv.template(str(get_locale())),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="model-stock.csv"', "Cache-Control": "public, no-cache"},
    )


@public.get("/stock-file/model.xlsx")
def stock_file_spreadsheet() -> ResponseReturnValue:
    """The same as a spreadsheet: its ISBNs are text, so that no program cuts their digits."""
    return Response(
        model_csv.spreadsheet(str(get_locale())),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": 'attachment; filename="model-stock.xlsx"'},
    )


@public.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """What crawlers should leave alone: everything private, and searches narrowed by a second argument."""
    private = ("/account", "/join/", "/reserve/", "/office", "/staff", "/ledger", "/suggest", "/search?*&")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private), ""]
    lines.append(f"Sitemap: {absolute('public.sitemap')}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@public.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """The index of sitemaps: one of pages and bookshops, and one for every ten thousand books."""
    parts = -(-count(session()) // SITEMAP_BOOKS)
    addresses = [absolute("public.sitemap_of_pages")]
    addresses += [absolute("public.sitemap_of_books", part=part) for part in range(1, parts + 1)]
    return xml("sitemaps.xml", addresses)


@public.get("/sitemap-pages.xml")
def sitemap_of_pages() -> ResponseReturnValue:
    """Pages and bookshops."""
    endpoints = ("home", "bookshops", "help", "ranking", "accessibility", "security", "stock_file")
    addresses = [absolute(f"public.{endpoint}") for endpoint in endpoints]
    addresses += [absolute("public.bookshop", slug=shop.slug) for shop in active(session())]
    return xml("sitemap.xml", addresses)


@public.get("/sitemap-books-<int:part>.xml")
def sitemap_of_books(part: int) -> ResponseReturnValue:
    """Ten thousand books."""
    found = isbns(session(), offset=(part - 1) * SITEMAP_BOOKS, limit=SITEMAP_BOOKS) if 0 < part < 10_000 else []
    if not found:
        raise NotFound()
    return xml("sitemap.xml", [absolute("public.book", isbn=f"{isbn:013d}") for isbn in found])


def xml(template: str, addresses: list[str]) -> Response:
    """A sitemap."""
    return Response(render_template(template, addresses=addresses), mimetype="application/xml")

"""``search``: what a reader finds, and where; ``search rebuild``: the index of this machine, built anew."""

from __future__ import annotations

import argparse
import time
from typing import Any

from jobs.commands.answers import Answer, verb
from jobs.context import Context
from trade.availability.finding import find as find_books
from trade.availability.queries import Nearest
from trade.base.coordinates import Point
from trade.base.errors import Refused
from trade.base.tenancy import PUBLIC, TenantSession
from trade.base.text import N_
from trade.catalogue.engines.folder import Busy
from trade.catalogue.engines.keeping import Told, rebuild
from trade.catalogue.models import Book
from trade.catalogue.queries import LARGEST_PAGE
from trade.places.queries import find

REBUILD = "rebuild"


def add(verbs: Any) -> None:
    """Declare the verb and its arguments."""
    made = verb(
        verbs,
        "search",
        help="search the catalogue as a reader does",
        detail="Words of title, author, series, publisher or subject in any order, accents ignored, typing errors "
        "forgiven; or an ISBN in any writing. Distances are kilometres along the great circle. The single word rebuild "
        "builds the search index of this machine anew instead: with --words it is looked for.",
        example='search "garcia marquez" --near 28001 --limit 5 --json',
    )
    made.add_argument("words", metavar="WORDS", help="what to look for; rebuild: build the index anew")
    made.add_argument("--words", dest="only_words", action="store_true", help="look for the word rebuild as well")
    made.add_argument("--near", metavar="PLACE", help='a town, a postcode, or "41.38, 2.17"')
    made.add_argument("--limit", type=_limit, default=20, metavar="N", help=f"1 to {LARGEST_PAGE} (default 20)")
    made.set_defaults(run=run)


def _limit(text: str) -> int:
    limit = int(text)
    if not 1 <= limit <= LARGEST_PAGE:
        raise argparse.ArgumentTypeError(f"is not from 1 to {LARGEST_PAGE}")
    return limit


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Search, or build the index anew. Raises Refused for a place nobody knows, or while another builds it."""
    if options.words == REBUILD and not options.only_words:
        return _rebuilt(context)
    with context.session(PUBLIC) as session:
        place = _place(session, options.near)
        found = find_books(session, words=options.words, at=context.now(), near=place, limit=options.limit)
        results = [_result(book, found.nearest.get(book.isbn)) for book in found.books]
    data = {"total": found.total, "results": results} | ({"corrected": found.corrected} if found.corrected else {})
    corrected = [f"searched for: {found.corrected}"] if found.corrected else []
    return Answer(data, "\n".join([*corrected, f"{found.total} found", *map(_line, results)]))


def _rebuilt(context: Context) -> Answer:
    began = time.monotonic()
    try:
        books = rebuild(context.search, context.session, at=context.clock.system(), tell=_progress(context))
    except Busy as busy:
        raise Refused(N_("Another process is writing the index. Try again when it has finished.")) from busy
    seconds = round(time.monotonic() - began, 1)
    return Answer({"books": books, "seconds": seconds}, f"{books} books in the index after {seconds} seconds")


def _progress(context: Context) -> Told:
    return lambda done, of: context.progress("search.rebuild", done, of)


def _place(session: TenantSession, words: str | None) -> Point | None:
    if words is None:
        return None
    spot = find(session, words=words)
    if spot is None:
        raise Refused(N_("No place is called “%(place)s”. Write a town, a postcode or coordinates."), place=words)
    return spot.point


def _result(book: Book, served: Nearest | None) -> dict[str, Any]:
    return {
        "isbn": str(book.isbn),
        "title": book.title,
        "bookshops": served.bookshops if served else 0,
        "nearest": _nearest(served) if served else None,
    }


def _nearest(served: Nearest) -> dict[str, Any]:
    kilometres = served.offer.kilometres
    return {
        "slug": served.offer.slug,
        "km": None if kilometres is None else round(kilometres, 1),
        "label": str(served.offer.label),
    }


def _line(result: dict[str, Any]) -> str:
    near = result["nearest"]
    where = f"{result['bookshops']} bookshops, {near['slug']}" if near else "no bookshop"
    far = f" {near['km']} km" if near and near["km"] is not None else ""
    return f"{result['isbn']}  {result['title']}  ({where}{far})"

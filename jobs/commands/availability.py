"""``availability``: which bookshops can serve a book, and by which way."""

from __future__ import annotations

import argparse
from typing import Any

from jobs.commands.answers import Answer, verb
from jobs.context import Context
from trade.availability.queries import Offer, nearest, offers
from trade.base.coordinates import Point
from trade.base.errors import Refused
from trade.base.tenancy import PUBLIC, TenantSession
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.places.queries import find
from trade.trastienda.asking import LiveSource
from trade.trastienda.queries import questions

MOST = 100


def add(verbs: Any) -> None:
    """Declare the verb and its arguments."""
    made = verb(
        verbs,
        "availability",
        help="tell which bookshops can serve a book",
        detail="Bookshops with a copy on the shelf come first, then the other ways in the order of sources; within "
        "each the nearest first. Delegated distributors are asked. Distances are kilometres along the great circle.",
        example="availability 978-84-376-0494-7 --near 28001 --json",
    )
    made.add_argument("isbn", metavar="ISBN", help="in any writing")
    made.add_argument("--near", metavar="PLACE", help='a town, a postcode, or "41.38, 2.17"')
    made.add_argument("--limit", type=int, default=20, metavar="N", help=f"1 to {MOST} (default 20)")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Tell it. Raises Refused for what is no ISBN, and for a place nobody knows."""
    isbn, at = isbn13(options.isbn), context.now()
    with context.session(PUBLIC) as session:
        place = _place(session, options.near)
        asked = questions(session, at=at)
    live = LiveSource(private=not context.config.production)
    answers = live.ask(asked, isbns=[isbn], at=at)
    live.close()
    with context.session(PUBLIC) as session:
        found = offers(session, isbn=isbn, at=at, near=place, limit=options.limit, answers=answers)
        counted = nearest(session, isbns=[isbn], at=at, near=place, answers=answers).get(isbn)
    data = {
        "isbn": f"{isbn:013d}",
        "bookshops": counted.bookshops if counted else 0,
        "on_shelf": counted.on_shelf if counted else 0,
        "offers": [_told(offer) for offer in found],
    }
    head = f"{data['isbn']}: {data['bookshops']} bookshops, {data['on_shelf']} with copies"
    return Answer(data, "\n".join([head, *map(_line, found)]))


def _place(session: TenantSession, words: str | None) -> Point | None:
    if words is None:
        return None
    spot = find(session, words=words)
    if spot is None:
        raise Refused(N_("No place is called “%(place)s”. Write a town, a postcode or coordinates."), place=words)
    return spot.point


def _told(offer: Offer) -> dict[str, Any]:
    detail = offer.detail
    told: dict[str, Any] = {
        "slug": offer.slug,
        "km": None if offer.kilometres is None else round(offer.kilometres, 1),
        "label": str(offer.label),
        "copies": offer.copies,
        "stale": offer.stale,
        "source": detail.source or None,
        "hours": None if detail.to_hours is None else [detail.from_hours, detail.to_hours],
        "release": detail.release.isoformat() if detail.release else None,
    }
    return told


def _line(offer: Offer) -> str:
    far = "" if offer.kilometres is None else f"{offer.kilometres:.1f} km  "
    behind = f"  ({offer.detail.source})" if offer.detail.source else ""
    copies = f"  {offer.copies}" if offer.copies else ""
    return f"{far}{offer.slug}  {offer.label}{copies}{behind}"

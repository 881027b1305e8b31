"""What the search field proposes while one types: titles, names, series, publishers, subjects (issue 3, section 4)."""

from __future__ import annotations

from flask import Response, jsonify, request

from storefront.frame import public
from storefront.links import book_path, search_path
from trade.catalogue.queries import Suggestion, suggest
from web.database import session
from web.limits import limiter

MOST = 8
LONGEST = 80
SHORTEST = 2
SECONDS = 300


@public.get("/suggest", endpoint="suggest")
@limiter.limit("20/second;600/minute")
def suggestions() -> Response:
    """Up to eight proposals with where each leads, the same for everybody: browsers and proxies may keep them."""
    typed = " ".join(request.args.get("q", "").split())[:LONGEST]
    found = suggest(session(), typed=typed, limit=MOST) if len(typed) >= SHORTEST else []
    answer = jsonify([{"kind": one.kind, "text": one.text, "by": one.by, "url": address_of(one)} for one in found])
    answer.cache_control.public = True
    answer.cache_control.max_age = SECONDS
    return answer


def address_of(one: Suggestion) -> str:
    """A title leads to its book, everything else to a search."""
    return book_path(one.isbn) if one.isbn else search_path(one.text)

"""Covers as files: their address names their content, so that browsers keep them for good."""

from __future__ import annotations

from flask import Response, abort, current_app
from flask.typing import ResponseReturnValue

from storefront.frame import public
from trade.catalogue.queries.covers import cover as cover_of
from web.database import session

SIZES = ("large", "small")


@public.get("/cover/<int:isbn>/<sha>-<size>.webp")
def cover(isbn: int, sha: str, size: str) -> ResponseReturnValue:
    """One of the two sizes of a cover. ``sha`` is the digest of the large one; an old one is 404."""
    found = cover_of(session(), isbn=isbn)
    if found is None or found.sha256 != sha or size not in SIZES:
        abort(404)
    try:
        data = current_app.extensions["store"].get(found.sha256 if size == "large" else found.small_sha256)
    except FileNotFoundError:
        abort(404)
    answer = Response(data, mimetype="image/webp")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer

"""Public answers that hold nothing of anybody may be kept by the browser, asked for again cheaply, and compressed.

One rule for the three: a page with a form token or of somebody signed in is neither stored nor compressed (a secret
beside words of the address must not be compressed: BREACH). Everything else carries a weak ETag, so that an
unchanged page is answered by 304, and is compressed here, not by the proxy, which cannot tell the two apart.
"""

from __future__ import annotations

import gzip

from flask import Response, g, request
from flask import session as cookie

from storefront.frame import public
from web.identity import TOKEN

LEVEL = 4
"""Of compression: two thirds of the time of the highest for a tenth more bytes."""
SMALLEST = 600
PACKED = {"text/html", "text/plain", "application/xml", "application/json"}
FORM_TOKEN = "csrf_token"


@public.after_request
def spare(response: Response) -> Response:
    """Let the browser keep what it may; spare it the bytes it has."""
    if not holds_no_secret(response):
        return response
    if not response.cache_control.public:
        response.cache_control.private = True
        response.cache_control.no_cache = True
    response.add_etag(weak=True)
    response.make_conditional(request)
    return packed(response)


def holds_no_secret(response: Response) -> bool:
    """Whether this is a whole page for anybody: read, found, without form token, for somebody not signed in."""
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code == 200
        and not response.is_streamed
        and cookie.get(TOKEN) is None
        and FORM_TOKEN not in g
    )


def packed(response: Response) -> Response:
    """Compress an answer whose reader takes it so."""
    if response.status_code != 200 or response.mimetype not in PACKED:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SMALLEST and "gzip" in request.accept_encodings:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.content_encoding = "gzip"
    return response

"""Stock between programs: bookshop software sends it with a key, other portals read it with a key. JSON, no cookies.

``PUT /api/stock`` takes one file, ``GET /api/stock/<run>`` tells what became of it, ``GET /stocks/<number>`` answers
like the pull API of French portals (domain.md 2.1). The page "How your stock arrives" of the office documents them.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from storefront.links import absolute
from trade.base.errors import NotFound, Refused
from trade.base.tenancy import DOOR, Scope, session_for
from trade.base.text import Text
from trade.stock import actions, queries
from trade.stock.queries.feeding import LARGEST_PAGE, Shared, is_called, shared
from trade.stock.states import FEED_RUN
from web.database import begin, clock, profile
from web.identity import engine
from web.language import say
from web.limits import largest_file, limiter

exchange = Blueprint("exchange", __name__)
PIECE = 1 << 16
MOST_LINES = 100
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


@exchange.errorhandler(HTTPException)
def failed(error: HTTPException) -> ResponseReturnValue:
    """Programs read JSON, whatever went wrong."""
    answer = jsonify({"error": error.description})
    answer.status_code = error.code or 500
    if error.code == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="stock"'
    return answer


@exchange.errorhandler(Refused)
def refused(error: Refused) -> ResponseReturnValue:
    """What a rule refuses, in the language that was asked for."""
    return jsonify({"error": say(error)}), 404 if isinstance(error, NotFound) else 422


@exchange.route("/api/stock", methods=("PUT", "POST"))
@limiter.limit("120/hour")
def push() -> ResponseReturnValue:
    """Receive one stock file; a job reads it. 202 with the number of the run and where to ask for it."""
    bookshop_id = _bookshop("push")
    data = _body()
    work = begin(Scope("bookshop", bookshop_id=bookshop_id))
    format = request.args.get("format", "") or queries.format_of(work, bookshop_id=bookshop_id)
    if not format:
        abort(422, _("Say in which format the file is: ?format=… or on the page “How your stock arrives”."))
    run = actions.receive_file(
        work,
        bookshop_id=bookshop_id,
        format=format,
        data=data,
        name=_name(),
        origin="push",
        at=clock().now(),
        store=current_app.extensions["store"],
        apply_when_safe=request.args.get("then", "apply") != "look",
    )
    work.commit()
    status = absolute("exchange.status", run_id=run.id)
    return jsonify({"run": run.id, "state": run.state, "status": status}), 202, {"Location": status}


@exchange.get("/api/stock/<int:run_id>")
@limiter.limit("1200/hour")
def status(run_id: int) -> ResponseReturnValue:
    """What became of a file that was sent."""
    bookshop_id = _bookshop("push")
    work = begin(Scope("bookshop", bookshop_id=bookshop_id))
    run = queries.run(work, run_id=run_id)
    if run.bookshop_id != bookshop_id:
        raise NotFound()
    lines = queries.rejections(work, run_id=run.id, limit=MOST_LINES)
    told = {name: getattr(run, name) for name in ("read", "accepted", "refused", "repeated", "isbns", "unknown")}
    told |= {"added": run.added, "changed": run.changed, "removed": run.zeroed}
    return jsonify(
        {
            "run": run.id,
            "state": run.state,
            "said": _(FEED_RUN.states[run.state].label),
            "error": say(Text(run.error["message"], run.error["values"])) if run.error else "",
            "held_because": [say(Text(reason["message"], reason["values"])) for reason in run.hold_reasons],
            **told,
            "lines_refused": [{"line": row.line, "reason": say(Text(row.reason, row.values))} for row in lines],
        }
    )


@exchange.get("/stocks/<number>")
@limiter.limit("6000/hour")
def stocks(number: str) -> ResponseReturnValue:
    """A page of what readers see of a bookshop's stock, in the order of the ISBNs; empty behind the last one."""
    bookshop_id = _bookshop("read")
    work = begin(Scope("bookshop", bookshop_id=bookshop_id))
    if not is_called(work, bookshop_id=bookshop_id, number=number):
        raise NotFound()
    limit = min(_whole("limit", LARGEST_PAGE), LARGEST_PAGE)
    at = clock().now()
    total, rows = shared(
        work, bookshop_id=bookshop_id, at=at, after=_whole("after", 0), limit=limit, since=_moment("modifiedSince")
    )
    return jsonify({"total": total, "limit": limit, "offset": 0, "stocks": [_row(row) for row in rows]})


def _row(row: Shared) -> dict[str, Any]:
    told: dict[str, Any] = {"ref": str(row.isbn), "available": row.available}
    if row.cents is not None:
        told["price"] = row.cents / 100
    return told


def _bookshop(purpose: str) -> int:
    """The bookshop whose key was shown, as a bearer or as the password of basic authentication; 401 without one."""
    kind, _blank, shown = request.headers.get("Authorization", "").partition(" ")
    token = shown.strip()
    if kind.lower() == "basic":
        with suppress(binascii.Error, UnicodeDecodeError):  # some portals send the bare key here
            token = b64decode(token, validate=True).decode().partition(":")[2] or token
    with session_for(engine(), DOOR, profile()) as door:
        found = actions.holder_of(door, token=token, purpose=purpose, at=clock().now())
    if found is None:
        abort(401, _("This key is not valid. Make one on the page “How your stock arrives”."))
    return found


def _body() -> bytes:
    """The file of the request. 413 at once where it says that it is too large, else as soon as it is."""
    most = request.max_content_length or 0
    if request.content_length is not None and request.content_length > most:
        raise RequestEntityTooLarge(_("A file has at most %(limit)s MB; pack it with gzip.", limit=largest_file()))
    if request.mimetype == "multipart/form-data":
        files = list(request.files.values())
        if len(files) != 1:
            abort(422, _("Send exactly one file."))
        return files[0].read()
    if request.mimetype == "application/x-www-form-urlencoded":
        abort(415, _("Send the file itself with PUT, or as application/octet-stream."))
    kept = bytearray()
    while piece := request.stream.read(PIECE):
        kept += piece
    return bytes(kept)


def _name() -> str:
    sent = next((file.filename for file in request.files.values()), "") if request.files else ""
    return (request.args.get("name", "") or sent or "stock").replace("/", "_").replace("\\", "_")


def _whole(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 13):
        abort(400, _("“%(name)s” must be a whole number.", name=name))
    return int(text)


def _moment(name: str) -> datetime | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), LATEST)
    except (ValueError, OverflowError):
        abort(400, _("“%(name)s” must be a moment like 2026-11-24T06:00:00Z.", name=name))

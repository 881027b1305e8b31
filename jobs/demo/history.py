"""The last 30 days of some sample bookshops' files, so that the board of feeds has something to tell.

One misses days, one sends an export that broke off and applies it all the same (a cliff) until the next whole file,
one has fallen silent, one sends what nobody can read; the first one has seen a bit of each.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from jobs.context import Context
from jobs.demo.books import books
from jobs.demo.bookshops import Shop
from jobs.demo.files import SampleFile, broken_off
from jobs.demo.resending import ORIGIN, file_of, receive
from trade.catalogue.rules import NewBook
from trade.stock.actions import apply, process, reject

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = 29
SILENT = 13
"""This one sent its last file some days ago."""
UNREADABLE = b"<html><body>502 Bad Gateway</body></html>\r\n"
#: What was not a whole new file, by bookshop and days ago.
STORIES = {
    0: {23: "same", 16: "same", 12: "unreadable", 9: "discarded", 2: "same"},
    1: {21: "none", 20: "none", 14: "none", 6: "none", 5: "none", 4: "none"},
    2: {6: "released"},
    5: {3: "unreadable", 2: "unreadable"},
    SILENT: dict.fromkeys(range(2, 6), "none"),
}


def send_history(context: Context, shops: list[Shop], *, now: datetime) -> int:
    """Let these bookshops send, day by day, what they would have sent until the day before yesterday."""
    known = books(context.profile.country)
    lines = 0
    for number, story in STORIES.items():
        for back in range(DAYS, 1, -1):
            what = story.get(back, "whole")
            if what != "none":
                lines += _send(context, shops[number], what, known, at=now - back * DAY - number * HOUR / 7)
    return lines


def _send(context: Context, shop: Shop, what: str, known: list[NewBook], *, at: datetime) -> int:
    with context.session(shop.scope) as session:
        of = at - DAY if what == "same" else at
        file = _made(what, file_of(session, context, shop.id, shop.slug, known, at=of))
        origin = "upload" if shop.number == SILENT else ORIGIN
        run = receive(session, context, shop.id, file, at=at, queued=False, origin=origin)
        process(session, run_id=run.id, at=at, store=context.store)
        if what == "discarded":
            reject(session, run_id=run.id, at=at + 2 * HOUR)
        elif what == "released":
            apply(session, run_id=run.id, at=at + 2 * HOUR, force=True)
        return run.accepted


def _made(what: str, file: SampleFile) -> SampleFile:
    if what == "unreadable":
        return replace(file, data=UNREADABLE)
    return broken_off(file) if what in ("discarded", "released") else file

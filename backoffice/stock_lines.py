"""The lines behind each number of a stock file: a page of them, all of them as a file; for the bookshop and staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext

from backoffice import stock_files
from backoffice.export import MAXIMUM_ROWS, csv_response
from trade.base.money import euros
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.stock import queries
from trade.stock.models import FeedRun
from trade.stock.packing import Remark
from trade.stock.settings import REPEATED
from web.language import isbn, number, say

PAGE = 50
LONGEST = 100
CHANGES = ("zeroed", "added", "changed", "mispriced")
PARTS = {
    "zeroed": N_("removed"),
    "added": N_("new"),
    "changed": N_("changed"),
    "mispriced": N_("beyond your thresholds"),
    "refused": N_("lines refused"),
    "repeated": N_("repeated lines"),
}
SIGNS = {"zeroed": "\u2212", "added": "+"}


@dataclass(frozen=True)
class Part:
    """What the address asks for: which of the numbers, which of its lines, which page of them."""

    run: FeedRun
    name: str
    words: str
    page: int

    @property
    def is_change(self) -> bool:
        """Whether its lines are titles; else they are lines of the file."""
        return self.name in CHANGES


def part_asked(run: FeedRun) -> Part:
    """The part of the address, else the first that has lines. An unknown one is 404."""
    asked = request.args.get("lines", "")
    if asked and asked not in PARTS:
        abort(404)
    name = asked or next((name for name in PARTS if getattr(run, name)), "zeroed")
    words = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    return Part(run, name, words, min(max(request.args.get("page", 0, type=int), 0), 10_000))


def figures(part: Part, url_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """The numbers of a file as tabs over their lines."""
    run = part.run
    return [
        {
            "name": gettext(word),
            "value": f"{SIGNS.get(name, '') if getattr(run, name) else ''}{number(getattr(run, name))}",
            "href": url_of(name),
            "on": name == part.name,
            "kind": "bad" if name in ("zeroed", "mispriced") and getattr(run, name) and run.state == "held" else "",
        }
        for name, word in PARTS.items()
        if name != "mispriced" or run.mispriced
    ]


def lines(session: TenantSession, part: Part, *, at: datetime) -> dict[str, Any]:
    """What the page of a part shows: its rows, whether there are more, and what explains them."""
    rows = _page(session, part, limit=PAGE + 1, offset=part.page * PAGE)
    kept = [] if part.is_change else queries.remarks(session, run_id=part.run.id, kind=part.name)
    return {
        "rows": rows[:PAGE],
        "cut": _cut(part, kept),
        "more": len(rows) > PAGE,
        "groups": stock_files.groups(kept) if part.name == "refused" else [],
        "rule": _rule(session, part, at) if part.name == "repeated" else "",
        "remark": lambda row: say(Text(row.reason, row.values)),
    }


def _cut(part: Part, kept: list[Remark]) -> str:
    """Where the list ends before the file does; empty where it does not, or was forgotten."""
    listed = len(kept) if part.name == "refused" else sum(max(len(remark.lines) - 1, 1) for remark in kept)
    if not kept or listed >= getattr(part.run, part.name):
        return ""
    return gettext(
        "The list ends here: it holds the first %(listed)s of %(every)s lines.",
        listed=number(listed),
        every=number(getattr(part.run, part.name)),
    )


def _rule(session: TenantSession, part: Part, at: datetime) -> str:
    """What is done with an ISBN on several lines, as the setting's choice says it."""
    chosen = value_of(session, REPEATED, at=at, bookshop_id=part.run.bookshop_id)
    return gettext(dict(REPEATED.choices)[chosen])


def as_file(session: TenantSession, part: Part) -> Response:
    """Every line of a part as a CSV file."""
    rows = islice(_every(session, part), MAXIMUM_ROWS)
    name = f"stock-{part.run.id}-{part.name}"
    if not part.is_change:
        headings = [gettext("Line"), gettext("Reason"), gettext("Begins with")]
        return csv_response(name, headings, _told(part, queries.remarks(session, run_id=part.run.id, kind=part.name)))
    headings = [
        gettext("ISBN"),
        gettext("Title"),
        gettext("Copies before"),
        gettext("Copies after"),
        gettext("Price before"),
        gettext("Price after"),
    ]
    return csv_response(
        name,
        headings,
        (
            (
                isbn(c.isbn),
                c.title,
                c.quantity_before,
                c.quantity_after,
                _amount(c.cents_before),
                _amount(c.cents_after),
            )
            for c in rows
        ),
    )


def _told(part: Part, kept: list[Remark]) -> Iterator[tuple[Any, ...]]:
    """A row for each line of the file, in the order of the remarks; the last row says where the list is cut."""
    for remark in kept:
        reason = say(Text(remark.reason, remark.values))
        yield from ((line, reason, remark.excerpt) for line in remark.lines or [remark.line])
    if cut := _cut(part, kept):
        yield "", cut, ""


def _amount(cents: int | None) -> Any:
    return "" if cents is None else euros(cents)


def _every(session: TenantSession, part: Part) -> Iterator[Any]:
    size = queries.LARGEST_PAGE
    for offset in range(0, MAXIMUM_ROWS, size):
        rows = _page(session, part, limit=size, offset=offset)
        yield from rows
        if len(rows) < size:
            return


def _page(session: TenantSession, part: Part, *, limit: int, offset: int) -> Any:
    if part.is_change:
        return queries.changes(
            session, run_id=part.run.id, kind=part.name, words=part.words, limit=limit, offset=offset
        )
    return queries.rejections(session, run_id=part.run.id, kind=part.name, limit=limit, offset=offset)

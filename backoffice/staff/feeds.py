"""The health board: every bookshop's stock feed, those in trouble first, with the last 30 days of each (F05, A32)."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext

from backoffice import feeds
from backoffice.base import ScreenView
from trade.base.text import N_
from trade.stock import actions, queries
from trade.stock.rules import Freshness
from web.database import clock, session
from web.language import number

PAGE = 50
LONGEST = 60
FRESHNESS = {
    Freshness.NEVER: (N_("Never sent a file"), "open"),
    Freshness.FRESH: (N_("Up to date"), "done"),
    Freshness.LATE: (N_("Late"), "working"),
    Freshness.STALE: (N_("Old, age shown"), "late"),
    Freshness.EXPIRED: (N_("Hidden from readers"), "late"),
}
SHOWN = (
    ("", N_("Active bookshops"), ""),
    ("fresh", N_("Up to date"), ""),
    ("late", N_("Late"), "warn"),
    ("stale", N_("Old, age shown"), "bad"),
    ("expired", N_("Hidden from readers"), "bad"),
    ("never", N_("Never sent a file"), ""),
    ("waiting", N_("Wait for a decision"), "bad"),
)


class Feeds(ScreenView):
    """Every active bookshop's feed, those in trouble first (F05)."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """A page of the board, narrowed to a state, a province, or words of the name where asked."""
        here, now, wanted = session(), clock().now(), _wanted()
        counts = queries.board_counts(here, at=now, wanted=wanted)
        total = counts[wanted.show]
        pages = -(-total // PAGE)
        page = min(max(request.args.get("page", 0, type=int), 0), max(pages - 1, 0))
        rows = queries.board(here, at=now, wanted=wanted, limit=PAGE, offset=page * PAGE)
        histories = queries.histories(here, bookshop_ids=[row.bookshop_id for row in rows], at=now)
        return self.render(
            "staff/feeds.html",
            rows=rows,
            histories=histories,
            truths=queries.truths(here, histories=histories, at=now),
            strip=lambda history: feeds.strip(history.days),
            trend=lambda history: feeds.trend(history.days),
            fell=lambda history: any(day.cliff for day in history.days[-feeds.STRIP_DAYS :]),
            legend=feeds.legend(),
            freshness={key: (gettext(word), shape) for key, (word, shape) in FRESHNESS.items()},
            figures=_figures(counts, wanted),
            wanted=wanted,
            areas=queries.areas(here),
            page=page,
            pages=pages,
            limits=queries.limits(here, at=now),
        )

    @expose("/logs", methods=("POST",))
    def logs(self) -> ResponseReturnValue:
        """Make the logs of rare books and of prices in error anew, without waiting for the night (T109, T111)."""
        return self.act(
            lambda: actions.ask_logs(session(), at=clock().now()),
            said=gettext("Both logs are being made anew; every bookshop sees them in a few minutes."),
            to=url_for(".index"),
        )


def _wanted() -> queries.Filter:
    show = request.args.get("show", "")
    return queries.Filter(
        show=show if show in {key for key, _, _ in SHOWN} else "",
        area=request.args.get("area", "").replace("\0", "").strip()[:LONGEST],
        words=request.args.get("q", "").replace("\0", "").strip()[:LONGEST],
    )


def _figures(counts: dict[str, int], wanted: queries.Filter) -> list[dict[str, Any]]:
    """The summary line: how many feeds are in each state; each figure narrows the board."""
    return [
        {
            "name": gettext(name),
            "value": number(counts[key]),
            "on": wanted.show == key,
            "kind": kind if counts[key] else "",
            "href": url_for(".index", show=key or None, area=wanted.area or None, q=wanted.words or None),
        }
        for key, name, kind in SHOWN
    ]

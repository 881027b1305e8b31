"""The control room: what needs somebody now, problems first."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_admin import expose

from backoffice.base import AreaIndexView
from backoffice.feeds import legend
from backoffice.staff import problems
from trade.stock.queries import feeds
from web.database import clock, session


class Now(AreaIndexView):
    """The landing page of staff."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What needs somebody now."""
        now, here = clock().now(), session()
        states = feeds(here, at=now)
        return self.render(
            "staff/now.html",
            at=now,
            problems=problems.problems(here, at=now, feeds=states),
            since=problems.since,
            figures=problems.figures(here, at=now, feeds=states),
            by_day=problems.reservations_by_day(here, at=now),
            heat=problems.heat(here, at=now),
            legend=legend(),
            changes=problems.coming_changes(here, at=now),
        )

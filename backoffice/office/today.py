"""Today: the queue by due time is the landing page; beside it feed, next transfer and notices (T44)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import abort, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_admin import expose

from backoffice.base import AreaIndexView
from backoffice.office.desk import desk, today
from backoffice.office.queue import bands
from backoffice.office.wording import day_and_month, day_hour, long_day
from backoffice.sale_page import MODES
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.billing.queries.forecast import next_transfer
from trade.calendar import actions as calendar_actions
from trade.calendar import queries as calendar_queries
from trade.calendar.rules import WorkingCalendar
from trade.gift_cheques.settings import ON as CHEQUES_ON
from trade.members.models import Bookshop
from trade.orders import queries as orders
from trade.orders.models import Order
from trade.orders.states import ORDER
from trade.reservations import queries
from trade.reservations.models import Reservation
from trade.reservations.rules import REJECTION_REASONS
from trade.reservations.states import RESERVATION
from trade.stock import queries as stock
from trade.stock.rules import Freshness
from web.identity import BOOKSHOP, identity

#: The age of the stock in a word, with its shape.
FEEDS = {
    Freshness.NEVER: (N_("Nothing yet"), "late"),
    Freshness.FRESH: (N_("Up to date"), "done"),
    Freshness.LATE: (N_("Late"), "working"),
    Freshness.STALE: (N_("Old"), "late"),
    Freshness.EXPIRED: (N_("Hidden: too old"), "late"),
}
DAYS_SHOWN = 14
#: A regional holiday that is missing is named this long before.
SOON = timedelta(days=21)


class Today(AreaIndexView):
    """The landing page of the office."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The queue, most urgent first."""
        session, shop, at = desk()
        calendar = calendar_queries.calendar_of(session, bookshop=shop, at=at)
        waiting: list[Reservation | Order] = [*queries.queue(session, bookshop_id=shop.id)]
        waiting += orders.queue(session, bookshop_id=shop.id)
        return self.render(
            "office/today.html",
            bands=bands(waiting, at=at, zone=calendar.zone),
            waiting=len(waiting),
            late=sum(row.due_at is not None and at > row.due_at for row in waiting),
            heading=long_day(at),
            machine=RESERVATION,
            order_machine=ORDER,
            modes=MODES,
            reasons=REJECTION_REASONS,
            holiday=_coming_holiday(session, shop, calendar, at),
            summary=(summary := stock.summary(session, bookshop_id=shop.id, at=at)),
            feed=FEEDS[summary.freshness],
            open_run=stock.open_decision(session, bookshop_id=shop.id),
            bars=_titles_by_day(session, shop, at),
            first_day=day_and_month(today(at) - timedelta(days=DAYS_SHOWN - 1)),
            cheques_on=session.profile.has("gift_cheques")
            and bool(value_of(session, CHEQUES_ON, at=at, bookshop_id=shop.id)),
            coming=next_transfer(session, bookshop_id=shop.id, at=at),
            today=today(at),
            long_day=long_day,
            day_hour=day_hour,
        )

    @expose("/switch/<int:bookshop_id>", methods=("POST",))
    def switch(self, bookshop_id: int) -> ResponseReturnValue:
        """Work in another bookshop of the same person; 404 for a bookshop she has no role in."""
        who = identity()
        if who is None or all(place.bookshop_id != bookshop_id for place in who.workplaces):
            abort(404)
        cookie[BOOKSHOP] = bookshop_id
        return redirect(url_for(".index"))


def _titles_by_day(session: TenantSession, shop: Bookshop, at: datetime) -> list[int]:
    """Titles of the last good file of each of the last days; zero where none came."""
    found = {today(at) - timedelta(days=n): 0 for n in reversed(range(DAYS_SHOWN))}
    for run in reversed(stock.runs(session, bookshop_id=shop.id, limit=60)):
        day = today(run.received_at)
        if day in found and run.state in ("applied", "unchanged"):
            found[day] = run.isbns
    return list(found.values())


def _coming_holiday(
    session: TenantSession, shop: Bookshop, calendar: WorkingCalendar, at: datetime
) -> dict[str, Any] | None:
    """The first regional holiday of the next weeks that is not in the calendar, and what adding it would move."""
    tomorrow = today(at) + timedelta(days=1)
    missing = calendar_queries.missing_holidays(bookshop=shop, calendar=calendar, first=tomorrow, last=tomorrow + SOON)
    if not missing:
        return None
    day, name = next(iter(missing.items()))
    moved = calendar_actions.preview_closing_day(session, bookshop=shop, day=day, name=name, at=at)
    return {"day": day, "words": long_day(day), "name": name, "moved": len(moved)}

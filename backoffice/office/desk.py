"""What every screen of the office asks first: which bookshop, and what time it is."""

from __future__ import annotations

from datetime import date, datetime

from flask import abort, g, request

from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop
from web.database import clock, session
from web.language import zone

LAST_PAGE = 10_000


def desk() -> tuple[TenantSession, Bookshop, datetime]:
    """The session of the request, the bookshop it works for, and the present moment."""
    return session(), bookshop(), clock().now()


def bookshop() -> Bookshop:
    """The bookshop this request works for, loaded once."""
    found: Bookshop | None = g.get("office_bookshop")
    if found is None:
        opened = session()
        found = opened.get(Bookshop, opened.scope.bookshop_id)
        if found is None:
            abort(404)
        g.office_bookshop = found
    return found


def today(at: datetime) -> date:
    """The bookshop's date of a moment."""
    return at.astimezone(zone()).date()


def page_asked() -> int:
    """The page of a list that the address asks for, from 0; garbage is the first page, far off is the last allowed."""
    return min(max(request.args.get("page", 0, type=int), 0), LAST_PAGE)

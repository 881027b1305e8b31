"""Two sample requests to be deleted: one asked by a reader herself, one that came to staff by mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.context import Context
from jobs.demo.people import DOMAIN
from trade.base.tenancy import Scope
from trade.privacy.actions import ask_deletion, staff_ask

DAY = timedelta(days=1)


def create_requests(context: Context, people: dict[str, int], *, now: datetime) -> int:
    """Ask for both; returns how many."""
    with context.session(Scope("reader", person_id=people["noe"])) as session:
        ask_deletion(session, person_id=people["noe"], at=now - 3 * DAY)
    with context.session(Scope("staff", person_id=people["dora"])) as session:
        staff_ask(session, email=f"elena@{DOMAIN}", at=now - 9 * DAY)
    return 2

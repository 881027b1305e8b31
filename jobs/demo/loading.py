"""Loading the demo: once, in the order in which it would really happen; afterwards only stock is re-sent.

Mails and invoices follow through the outbox: the worker makes them as soon as it runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from jobs.context import Context
from jobs.demo.applicants import create_applicants
from jobs.demo.books import books
from jobs.demo.bookshops import Shop, create_bookshops
from jobs.demo.cheques import close_last_month, create_cheques
from jobs.demo.feeds import send_catalogue
from jobs.demo.files import broken_off
from jobs.demo.history import SILENT, send_history
from jobs.demo.people import create_people
from jobs.demo.privacy import create_requests
from jobs.demo.resending import file_of, receive, receive_all
from jobs.demo.reservations import create_reservations
from jobs.demo.sales import create_sales
from jobs.demo.supply import create_supply
from trade.base import journal
from trade.base.errors import Refused
from trade.base.models import JournalEntry
from trade.base.text import N_
from trade.catalogue.actions import add_books
from trade.members.models import Bookshop
from trade.stock.actions import log_rare_titles, process

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOUNDED = 90 * DAY
LOADED = "demo.loaded"
CODES_FILE = "demo-gift-cheques.txt"
SENDING_TWICE = 11


def load(context: Context) -> dict[str, Any]:
    """Load the sample network, or where it is there let its bookshops re-send their stock.

    Raises Refused in production, and where an earlier load was interrupted half-way.
    """
    if context.config.production:
        raise Refused(N_("The demo is not loaded in production."))
    now = context.now()
    with context.session() as session:
        if session.scalar(select(JournalEntry.id).where(JournalEntry.action == LOADED)):
            return {"already": True, "files": receive_all(session, context, at=now)}
        if session.scalar(select(func.count()).select_from(Bookshop)):
            raise Refused(
                N_("There are bookshops already, or an earlier load was interrupted. Start anew: bin/run --reset")
            )
    done = _load(context, now)
    with context.session() as session:
        journal.write(session, action=LOADED, thing="demo", thing_id=0, at=now)
    return done


def _load(context: Context, now: datetime) -> dict[str, Any]:
    with context.session() as session:
        people = create_people(session, at=now - FOUNDED)
        titles = add_books(session, books=books(context.profile.country), at=now - FOUNDED, source="sample")
    entries = send_catalogue(context, now=now)
    shops = create_bookshops(context, people, founded=now - FOUNDED + DAY, now=now)
    lines = send_history(context, shops, now=now)
    lines += _send_stock(context, [shop for shop in shops[:-1] if shop.number != SILENT], at=now - DAY)
    create_supply(context, shops, people, books(context.profile.country), now=now - HOUR)
    reservations = create_reservations(context, shops, people, now=now)
    sales = create_sales(context, shops, people, founded=now - FOUNDED, now=now)
    codes = create_cheques(context, shops, people, now=now)
    month = close_last_month(context, people, now=now)
    applicants = create_applicants(context, people, now=now)
    create_requests(context, people, now=now)
    _send_stock(context, shops[:SENDING_TWICE], at=now - HOUR)
    _send_stock(context, shops[:1], at=now, whole=False)
    with context.session() as session:
        log_rare_titles(session, at=now)
    (context.config.folder / CODES_FILE).write_text("\n".join([*codes, ""]), encoding="utf-8")
    return {
        "already": False,
        "books": titles,
        "feed_entries": entries,
        "bookshops": len(shops),
        "applicants": len(applicants),
        "stock_lines": lines,
        "reservations": reservations,
        "sales": sales,
        "month_closed": month,
    }


def _send_stock(context: Context, shops: list[Shop], *, at: datetime, whole: bool = True) -> int:
    """These bookshops send their file through the normal feed."""
    known = books(context.profile.country)
    lines = 0
    for shop in shops:
        with context.session(shop.scope) as session:
            file = file_of(session, context, shop.id, shop.slug, known, at=at)
            run = receive(session, context, shop.id, file if whole else broken_off(file), at=at, queued=False)
            lines += process(session, run_id=run.id, at=at, store=context.store).accepted
    return lines

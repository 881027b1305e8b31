"""The parts of a bookshop's file, each loaded only when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backoffice import feeds
from backoffice.staff.names import person_names
from trade.accounts.queries import people_of
from trade.base.models import JournalEntry
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members import queries
from trade.members.models import Bookshop
from trade.members.rules import waiting_for
from trade.questionnaires.actions import form_of
from trade.questionnaires.queries import reply_of
from trade.reservations.models import Reservation
from trade.reservations.queries import counts
from trade.reservations.states import RESERVATION
from trade.stock import queries as stock
from trade.stock.states import FEED_RUN
from trade.texts.queries import acceptances_of, pending_for_bookshop

LARGEST_PROOF = 10 * 1024 * 1024
FEW = 50

PARTS = {
    "overview": N_("Overview"),
    "answers": N_("Answers"),
    "agreements": N_("Agreements and fee"),
    "stock": N_("Stock"),
    "reservations": N_("Reservations"),
    "people": N_("People"),
    "events": N_("Events"),
}


def load(part: str, session: TenantSession, bookshop: Bookshop, *, at: datetime, locale: str) -> dict[str, Any]:
    """What the template of one part reads."""
    return LOADERS[part](session, bookshop, at, locale)


def _overview(session: TenantSession, bookshop: Bookshop, at: datetime, locale: str) -> dict[str, Any]:
    return {
        "steps": queries.progress(session, bookshop=bookshop, at=at),
        "waiting": waiting_for(bookshop.state),
        "requirements": queries.requirements(session),
        "met": queries.requirements_met(session, bookshop_id=bookshop.id),
        "form": reply_of(session, bookshop_id=bookshop.id),
        **_events(session, bookshop, limit=10),
    }


def _answers(session: TenantSession, bookshop: Bookshop, at: datetime, locale: str) -> dict[str, Any]:
    form = form_of(session, bookshop_id=bookshop.id, locale=locale)
    files = {file.id: file for file in queries.files_of(session, bookshop_id=bookshop.id)}
    return {"form": form, "files": files}


def _agreements(session: TenantSession, bookshop: Bookshop, at: datetime, locale: str) -> dict[str, Any]:
    accepted = acceptances_of(session, bookshop_id=bookshop.id)
    fees = queries.fees_of(session, bookshop_id=bookshop.id)
    return {
        "accepted": accepted,
        "pending": pending_for_bookshop(session, bookshop_id=bookshop.id, at=at),
        "fees": fees,
        "billing": queries.billing_of(session, bookshop_id=bookshop.id),
        "people": person_names(session, {each.person_id for each, _ in accepted} | {fee.recorded_by for fee in fees}),
    }


def _stock(session: TenantSession, bookshop: Bookshop, at: datetime, locale: str) -> dict[str, Any]:
    history = stock.histories(session, bookshop_ids=[bookshop.id], at=at)
    truth = stock.truths(session, histories=history, at=at)[bookshop.id]
    days = history[bookshop.id].days
    return {
        "runs": stock.runs(session, bookshop_id=bookshop.id, limit=FEW),
        "summary": stock.summary(session, bookshop_id=bookshop.id, at=at),
        "run_machine": FEED_RUN,
        "formats": feeds.format_names(),
        "strip": feeds.strip(days),
        "legend": feeds.legend(),
        "plot": feeds.time_plot(days),
        "truth": truth,
        "why": feeds.why(truth),
    }


def _reservations(session: TenantSession, bookshop: Bookshop, at: datetime, locale: str) -> dict[str, Any]:
    newest = (
        select(Reservation).where(Reservation.bookshop_id == bookshop.id).order_by(Reservation.id.desc()).limit(FEW)
    )
    return {
        "counts": counts(session, bookshop_id=bookshop.id),
        "reservations": session.scalars(newest).all(),
        "reservation_machine": RESERVATION,
    }


def _people(session: TenantSession, bookshop: Bookshop, at: datetime, locale: str) -> dict[str, Any]:
    return {"people": people_of(session, bookshop_id=bookshop.id)}


def _all_events(session: TenantSession, bookshop: Bookshop, at: datetime, locale: str) -> dict[str, Any]:
    return _events(session, bookshop, limit=200)


def _events(session: TenantSession, bookshop: Bookshop, *, limit: int) -> dict[str, Any]:
    newest = select(JournalEntry).where(JournalEntry.bookshop_id == bookshop.id).order_by(JournalEntry.id.desc())
    events = session.scalars(newest.limit(limit)).all()
    return {"events": events, "people": person_names(session, {event.actor_id for event in events})}


LOADERS: Mapping[str, Callable[[TenantSession, Bookshop, datetime, str], dict[str, Any]]] = {
    "overview": _overview,
    "answers": _answers,
    "agreements": _agreements,
    "stock": _stock,
    "reservations": _reservations,
    "people": _people,
    "events": _all_events,
}

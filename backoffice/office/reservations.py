"""Reservations: the list, one reservation with its deadline drawn, and what the bookshop answers (T44-T48)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import and_

from backoffice.base import RecordView, Tab
from backoffice.cells import Column, moment_cell, state_in, state_mark, state_word
from backoffice.office.desk import bookshop, desk
from backoffice.office.queue import row_of
from backoffice.office.timeline import draw
from backoffice.office.wording import because, brief_day, day_hour, due_words, long_day
from trade.base.text import N_
from trade.calendar.queries import calendar_of
from trade.reservations import actions, queries
from trade.reservations.models import Reservation
from trade.reservations.rules import REJECTION_REASONS
from trade.reservations.states import OPEN, RESERVATION
from web.database import clock

Verb = Callable[..., Reservation]

SAID = {
    "notify": N_("Set aside. %(reader)s has been told by mail."),
    "take": N_("Taken in process."),
    "reject": N_("Rejected. %(reader)s has been told why."),
    "collect": N_("Marked as collected."),
    "lapse": N_("Marked as not collected; the copy is free again."),
}
EVENTS = {
    "reservation.placed": N_("Reserved"),
    "reservation.take": N_("Taken in process"),
    "reservation.notify": N_("Set aside, reader notified"),
    "reservation.reject": N_("Rejected"),
    "reservation.cancel": N_("Cancelled by the reader"),
    "reservation.late": N_("Past its deadline: both sides were told"),
    "reservation.expire": N_("Rejected by the platform"),
    "reservation.collect": N_("Collected"),
    "reservation.lapse": N_("Not collected: the copy is free again"),
    "reservation.deadline_moved": N_("Deadline moved by the calendar"),
}


def _reference_cell(column: Column, row: Reservation, beside: Any) -> Any:
    address = url_for("office_reservations.page", reference=row.reference)
    return Markup('<a href="{}">{}</a>').format(address, row.reference)


def _state_cell(column: Column, row: Reservation, beside: Any) -> Any:
    if row.state in OPEN and clock().now() > row.due_at:
        return state_mark(gettext("Late"), "late")
    return state_in(RESERVATION)(column, row, beside)


def _due_cell(column: Column, row: Reservation, beside: Any) -> Any:
    if row.state not in OPEN:
        return None
    at = clock().now()
    main, left = due_words(due=row.due_at, at=at)
    style = "due-late" if at > row.due_at else "due-today"
    return Markup('<span class="{}" title="{}">{}</span>').format(style, left, main)


def _title_cell(column: Column, row: Reservation, beside: Any) -> str:
    return row.book.title


def _view(key: str) -> Callable[[], Any]:
    # A bookseller is a reader elsewhere, too: her own reservations do not belong into this list.
    return lambda: and_(Reservation.bookshop_id == bookshop().id, Reservation.state.in_(queries.VIEWS[key]))


class Reservations(RecordView):
    """The reservations of one bookshop."""

    columns = (
        Column("reference", N_("Reservation"), cell=_reference_cell, css="ref"),
        Column("state", N_("State"), cell=_state_cell, plain=state_word(RESERVATION)),
        Column("due_at", N_("Due"), cell=_due_cell, sort=True),
        Column("isbn", N_("Title"), cell=_title_cell, plain=_title_cell, css="wide"),
        Column("reader_name", N_("Reader")),
        Column("placed_at", N_("Reserved on"), cell=moment_cell, css="minor", sort=True),
    )
    column_default_sort = ("due_at", False)
    column_searchable_list = ("reference", "reader_name")
    tabs = (
        Tab("open", N_("To answer"), _view("open")),
        Tab("waiting", N_("To be collected"), _view("waiting")),
        Tab("done", N_("Ended"), _view("done")),
        Tab("rejected", N_("Rejected"), _view("rejected")),
    )
    lede = N_("The reader pays nothing on the platform: set the book aside and notify, or reject with a reason.")
    empty_title = N_("No reservation here")
    empty_text = N_("Readers reserve what your last stock file shows as on the shelf.")
    empty_icon = "bookmark"

    @expose("/<reference>")
    def page(self, reference: str) -> ResponseReturnValue:
        """One reservation: state, deadline with its cause, reader, events."""
        session, shop, at = desk()
        found = self.reservation(reference)
        calendar = calendar_of(session, bookshop=shop, at=at)
        deadline = queries.deadline_of(found)
        return self.render(
            "office/reservation.html",
            reservation=found,
            row=row_of(found, at=at),
            machine=RESERVATION,
            open=found.state in OPEN,
            timeline=draw(deadline=deadline, calendar=calendar, at=at, ended_at=found.closed_at),
            because=because(deadline, calendar),
            events=self.events(found),
            reasons=REJECTION_REASONS,
            words={"long_day": long_day, "brief_day": brief_day, "day_hour": day_hour},
        )

    def reservation(self, reference: str) -> Reservation:
        """The reservation of that reference in this bookshop, or 404."""
        session, shop, _ = desk()
        found = queries.by_reference(session, reference=reference)
        return found if found is not None and found.bookshop_id == shop.id else abort(404)

    def events(self, reservation: Reservation) -> list[dict[str, Any]]:
        """What happened, oldest first, in words."""
        session, _, _ = desk()
        return [
            {
                "title": gettext(EVENTS[entry.action]) if entry.action in EVENTS else entry.action,
                "when": day_hour(entry.at),
                "who": self.who(entry.actor_kind),
                "bad": entry.action in ("reservation.late", "reservation.expire"),
                "ahead": False,
            }
            for entry in queries.events(session, reservation=reservation)
        ]

    def who(self, kind: str) -> str:
        """Who acted, in a word."""
        return {
            "reader": gettext("reader"),
            "bookshop": gettext("bookshop"),
            "staff": gettext("network"),
        }.get(kind, gettext("automatic"))

    @expose("/<reference>/notify", methods=("POST",))
    def notify(self, reference: str) -> ResponseReturnValue:
        """Set aside and tell the reader (T48)."""
        return self.answer("notify", reference, actions.notify)

    @expose("/<reference>/take", methods=("POST",))
    def take(self, reference: str) -> ResponseReturnValue:
        """Take in process."""
        return self.answer("take", reference, actions.take)

    @expose("/<reference>/collect", methods=("POST",))
    def collect(self, reference: str) -> ResponseReturnValue:
        """The reader has the book."""
        return self.answer("collect", reference, actions.collect)

    @expose("/<reference>/lapse", methods=("POST",))
    def lapse(self, reference: str) -> ResponseReturnValue:
        """Nobody came."""
        return self.answer("lapse", reference, actions.lapse)

    @expose("/<reference>/reject", methods=("POST",))
    def reject(self, reference: str) -> ResponseReturnValue:
        """Reject with a reason that the reader reads."""
        return self.answer(
            "reject",
            reference,
            actions.reject,
            reason_code=request.form.get("reason_code", ""),
            note=request.form.get("note", ""),
        )

    def answer(self, name: str, reference: str, verb: Verb, **values: str) -> ResponseReturnValue:
        """Do it, say so, and go back to where the button was."""
        session, _, at = desk()
        found = self.reservation(reference)
        back = request.form.get("back")
        to = url_for("office_today.index") if back == "today" else url_for(".page", reference=reference)
        return self.act(
            lambda: verb(session, reference=reference, at=at, **values),
            said=gettext(SAID[name], reader=found.reader_name),
            to=to,
        )

"""A reservation as its reader sees it: state, what it means, what has happened and what comes."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from storefront.shown import BookShown, StateShown, book_shown, state_shown
from trade.base.text import N_
from trade.reservations.models import Reservation
from trade.reservations.rules import REJECTION_REASONS
from trade.reservations.states import OPEN, RESERVATION
from web.language import day, moment, short_day

HEADLINES = {
    "received": N_("The bookshop has your reservation"),
    "in_process": N_("The bookshop is looking for the book"),
    "notified": N_("Your book is waiting for you"),
    "rejected_by_shop": N_("The bookshop cannot serve it"),
    "rejected_by_reader": N_("You cancelled it"),
    "rejected_by_platform": N_("The bookshop did not answer in time"),
    "collected": N_("You collected it"),
    "lapsed": N_("It was not collected"),
}
EXPLANATIONS = {
    "received": N_("%(bookshop)s answers by %(due)s at the latest. You will get a mail."),
    "in_process": N_("%(bookshop)s answers by %(due)s at the latest. You will get a mail."),
    "notified": N_("%(bookshop)s keeps it for you until %(collect_by)s. You pay at the counter."),
    "rejected_by_shop": N_("Nothing was charged. Another bookshop may have it."),
    "rejected_by_reader": N_("Nothing was charged, and the copy is free again."),
    "rejected_by_platform": N_("Nothing was charged. Another bookshop may have it."),
    "collected": N_("We hope you enjoy it."),
    "lapsed": N_("%(bookshop)s kept it until %(collect_by)s; the copy is free again."),
}


FAILED = ("rejected_by_shop", "rejected_by_platform", "lapsed")
"""After these the reader may want the book from somewhere else."""


class Step(NamedTuple):
    """One thing that happened or is to come."""

    words: str
    when: str
    ahead: bool


class Line(NamedTuple):
    """A reservation in the list of the account."""

    book: BookShown
    url: str
    bookshop: str
    reference: str
    state: StateShown
    note: str


def state_of(reservation: Reservation) -> StateShown:
    """The state as word and shape; past its deadline an open one is late."""
    state = RESERVATION.states[reservation.state]
    if reservation.state in OPEN and reservation.late_at is not None:
        return state_shown(N_("Late"), "late")
    return state_shown(state.label, state.shape)


def headline(reservation: Reservation) -> str:
    """What the state means, in a few words."""
    return _(HEADLINES[reservation.state])


def explanation(reservation: Reservation) -> str:
    """What the reader should know or do."""
    collect_by = day(reservation.collect_by)
    values = {"bookshop": reservation.bookshop.name, "due": moment(reservation.due_at), "collect_by": collect_by}
    return _(EXPLANATIONS[reservation.state], **values)


def reason(reservation: Reservation) -> str:
    """Why the bookshop rejected it, in the bookshop's words."""
    known = {code.value: words for code, words in REJECTION_REASONS.items()}.get(reservation.reason_code)
    return " ".join(part for part in (_(known) if known else "", reservation.reason) if part)


def timeline(reservation: Reservation) -> list[Step]:
    """What has happened, and the next date that counts."""
    past: list[tuple[datetime | None, str]] = [
        (reservation.placed_at, N_("You reserved it")),
        (reservation.late_at, N_("The deadline passed; we told you both")),
        (reservation.notified_at, N_("The bookshop set it aside and wrote to you")),
        (reservation.closed_at, closing_words(reservation.state)),
    ]
    steps = [Step(_(words), moment(when), False) for when, words in past if when is not None and words]
    if reservation.state in OPEN and reservation.late_at is None:
        steps.append(Step(_("The bookshop answers at the latest"), moment(reservation.due_at), True))
    if reservation.state == "notified" and reservation.collect_by:
        steps.append(Step(_("Last day to collect it"), day(reservation.collect_by), True))
    return steps


def closing_words(state: str) -> str:
    """The words of the end, where it is not the moment of notifying."""
    return "" if state == "notified" else HEADLINES[state]


def can_cancel(reservation: Reservation) -> bool:
    """Whether the reader may still cancel."""
    return any(move.name == "cancel" for move in RESERVATION.allowed(reservation.state, "reader"))


def line(reservation: Reservation) -> Line:
    """A reservation for the list."""
    return Line(
        book=book_shown(reservation.book),
        url=url_for("account.reservation", reference=reservation.reference),
        bookshop=reservation.bookshop.name,
        reference=reservation.reference,
        state=state_of(reservation),
        note=date_note(reservation),
    )


def date_note(reservation: Reservation) -> str:
    """The one date that counts now."""
    if reservation.state in OPEN:
        return _("answer by %(day)s", day=short_day(reservation.due_at))
    if reservation.state == "notified" and reservation.collect_by:
        return _("until %(day)s", day=short_day(reservation.collect_by))
    ended: date | datetime | None = reservation.closed_at or reservation.notified_at
    return short_day(ended) if ended else ""

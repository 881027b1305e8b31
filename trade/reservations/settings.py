"""Settings of reservations: taking part, the answer's deadline, how long a book is kept (T125, T145, A27)."""

from __future__ import annotations

from trade.base.settings import Setting, declare
from trade.base.text import N_

ON = declare(
    Setting(
        key="reservations.on",
        kind="boolean",
        label=N_("Reservations"),
        help=N_("Readers reserve a book on your shelves without paying and collect it in the bookshop."),
        default=False,
        scopes=("bookshop",),
        section="options",
        editor="owner",
    )
)

ANSWER_AMOUNT = declare(
    Setting(
        key="reservations.answer_amount",
        kind="integer",
        label=N_("Time to answer a reservation"),
        help=N_("How long a bookshop may take to set the book aside or reject. New reservations only."),
        minimum=1,
        maximum=80,
        section="reservations",
    )
)

ANSWER_UNIT = declare(
    Setting(
        key="reservations.answer_unit",
        kind="choice",
        label=N_("Unit of the time to answer"),
        help=N_("Working days end at the same hour; working hours run only while deadlines run."),
        choices=(("working_days", N_("working days")), ("working_hours", N_("working hours"))),
        section="reservations",
    )
)

COLLECT_DAYS = declare(
    Setting(
        key="reservations.collect_days",
        kind="integer",
        label=N_("Days to collect"),
        help=N_("How many days a book that was set aside is kept for the reader."),
        unit=N_("days"),
        minimum=1,
        maximum=60,
        section="reservations",
    )
)

MOST_OPEN = declare(
    Setting(
        key="reservations.most_open",
        kind="integer",
        label=N_("Open reservations of one reader"),
        help=N_("The most reservations one reader may have waiting at the same time in the whole network."),
        minimum=1,
        maximum=100,
        section="reservations",
    )
)

REJECT_WHEN_LATE = declare(
    Setting(
        key="reservations.reject_when_late",
        kind="boolean",
        label=N_("Reject late reservations"),
        help=N_("Off: a late reservation is marked and both sides are told. On: the platform also rejects it."),
        default=False,
        section="reservations",
    )
)

"""The verbs of reservations, one module for each side of the counter."""

from trade.reservations.actions.answer import cancel, collect, give_up, lapse, notify, reject, take
from trade.reservations.actions.late import lapse_uncollected, mark_late
from trade.reservations.actions.placing import offers_reservations, place

__all__ = [
    "cancel",
    "collect",
    "give_up",
    "lapse",
    "lapse_uncollected",
    "mark_late",
    "notify",
    "offers_reservations",
    "place",
    "reject",
    "take",
]

"""Verbs of delivery: tables of tariffs, contracts with carriers, labels and pick-ups (F11-F13, T117-T119)."""

from trade.shipping.actions.contracts import access_of, disconnect, keep, note_check, reseal, told, typed
from trade.shipping.actions.labels import (
    Asking,
    ask_label,
    begin_label,
    forget_label,
    is_waiting,
    label_by_hand,
    note_label,
    note_label_failure,
)
from trade.shipping.actions.pickups import ask_pickup, begin_pickup, note_pickup, note_pickup_failure
from trade.shipping.actions.tariffs import add_table, withdraw_table

__all__ = [
    "Asking",
    "access_of",
    "add_table",
    "ask_label",
    "ask_pickup",
    "begin_label",
    "begin_pickup",
    "disconnect",
    "forget_label",
    "is_waiting",
    "keep",
    "label_by_hand",
    "note_check",
    "note_label",
    "note_label_failure",
    "note_pickup",
    "note_pickup_failure",
    "reseal",
    "told",
    "typed",
    "withdraw_table",
]

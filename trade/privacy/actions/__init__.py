"""Verbs about consents, erasure, retention and export."""

from trade.privacy.actions.asking import ask_deletion, check_identity, refuse, staff_ask, withdraw_deletion
from trade.privacy.actions.consents import set_consent
from trade.privacy.actions.erasing import certificate_text, execute, replay, what_is_open
from trade.privacy.actions.exporting import collect, export_data
from trade.privacy.actions.retention import retain

__all__ = [
    "ask_deletion",
    "certificate_text",
    "check_identity",
    "collect",
    "execute",
    "export_data",
    "refuse",
    "replay",
    "retain",
    "set_consent",
    "staff_ask",
    "what_is_open",
    "withdraw_deletion",
]

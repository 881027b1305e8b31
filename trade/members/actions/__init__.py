"""Verbs about bookshops and their membership."""

from trade.members.actions.admitting import (
    accept,
    accept_texts,
    add_requirement,
    record_fee,
    refuse,
    resend_access,
    retire_requirement,
    tick_requirement,
)
from trade.members.actions.applying import apply, ask_change, review, send_questionnaire
from trade.members.actions.changing import leave, resume, suspend
from trade.members.actions.files import keep_file
from trade.members.actions.importing import ImportReport, import_bookshops
from trade.members.actions.public_data import (
    CONDITIONS,
    OPTIONS,
    change_billing,
    change_iban,
    change_public_data,
    set_option,
    set_place,
)

__all__ = [
    "CONDITIONS",
    "OPTIONS",
    "ImportReport",
    "accept",
    "accept_texts",
    "add_requirement",
    "apply",
    "ask_change",
    "change_billing",
    "change_iban",
    "change_public_data",
    "import_bookshops",
    "keep_file",
    "leave",
    "record_fee",
    "refuse",
    "resend_access",
    "resume",
    "retire_requirement",
    "review",
    "send_questionnaire",
    "set_option",
    "set_place",
    "suspend",
    "tick_requirement",
]

"""Verbs of gift cheques. Staff issue and block; bookshops look up, redeem and undo; the clock expires."""

from trade.gift_cheques.actions.campaigns import IssuedCode, block, create_campaign, drop, issue, unblock
from trade.gift_cheques.actions.counter import ChequeView, look_up, redeem
from trade.gift_cheques.actions.expiry import expire_due
from trade.gift_cheques.actions.undoing import undo

__all__ = [
    "ChequeView",
    "IssuedCode",
    "block",
    "create_campaign",
    "drop",
    "expire_due",
    "issue",
    "look_up",
    "redeem",
    "unblock",
    "undo",
]

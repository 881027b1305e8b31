"""The verbs of orders, one module for each side of the counter."""

from trade.orders.actions.cancelling import cancel, settle_cancelled
from trade.orders.actions.deadlines import move_deadlines
from trade.orders.actions.late import watch
from trade.orders.actions.ledger import book_refund_moved
from trade.orders.actions.paying import abandoned, paid
from trade.orders.actions.placing import MOST_COPIES, MOST_LINES, Contact, Placed, place
from trade.orders.actions.returning import return_copies, return_everything
from trade.orders.actions.serving import hand_over, notify, pick, refuse, reject, send, take
from trade.orders.actions.withdrawing import (
    ask_by_number,
    books_came_back,
    declare,
    decline_withdrawal,
    left_to_withdraw,
    refund_withdrawal,
    settle_asked,
    why_not,
    window_of,
)

__all__ = [
    "ask_by_number",
    "settle_asked",
    "why_not",
    "window_of",
    "refund_withdrawal",
    "left_to_withdraw",
    "decline_withdrawal",
    "declare",
    "books_came_back",
    "MOST_COPIES",
    "MOST_LINES",
    "Contact",
    "Placed",
    "abandoned",
    "book_refund_moved",
    "cancel",
    "hand_over",
    "move_deadlines",
    "notify",
    "paid",
    "pick",
    "place",
    "refuse",
    "reject",
    "return_copies",
    "return_everything",
    "send",
    "settle_cancelled",
    "take",
    "watch",
]

"""Decisions about orders: from where each line comes and what it costs, how bookshops compare, what is given back."""

from trade.orders.rules.compare import ANSWERS, Answer, Column, compare
from trade.orders.rules.money import Returned, Shared, Sold, give_back, share_line
from trade.orders.rules.supply import (
    WHY_DROPPED,
    Dropped,
    Line,
    Plan,
    Planned,
    Terms,
    Tried,
    Way,
    from_trace,
    make_plan,
    replay,
    to_trace,
)

__all__ = [
    "ANSWERS",
    "WHY_DROPPED",
    "Answer",
    "Column",
    "Dropped",
    "Line",
    "Plan",
    "Planned",
    "Returned",
    "Shared",
    "Sold",
    "Terms",
    "Tried",
    "Way",
    "compare",
    "from_trace",
    "give_back",
    "make_plan",
    "replay",
    "share_line",
    "to_trace",
]

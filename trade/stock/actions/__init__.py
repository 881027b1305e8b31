"""The verbs of stock: receive a file, read and compare it, decide on it, set copies apart, judge prices, keep logs."""

from trade.stock.actions.decide import apply, reject
from trade.stock.actions.holds import hold, keep_until_next_file, release_hold
from trade.stock.actions.judge import rejudge, rejudge_books
from trade.stock.actions.logs import forget_old_lines, log_rare_titles
from trade.stock.actions.mails import warn_silent
from trade.stock.actions.process import process
from trade.stock.actions.receive import receive_file

__all__ = [
    "apply",
    "forget_old_lines",
    "hold",
    "keep_until_next_file",
    "log_rare_titles",
    "process",
    "receive_file",
    "reject",
    "rejudge",
    "rejudge_books",
    "release_hold",
    "warn_silent",
]

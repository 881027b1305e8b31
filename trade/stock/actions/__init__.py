"""The verbs of stock: receive a file, read and compare it, decide on it, set copies apart, judge prices, keep logs."""

from trade.stock.actions.adapters import (
    add_adapter,
    choose_kind,
    describe,
    ensure_adapters,
    put_in_use,
    retire,
)
from trade.stock.actions.arriving import (
    arrival_of,
    ask_pull,
    choose_format,
    choose_number,
    choose_pull,
    holder_of,
    make_token,
    note_folders,
    note_pull,
    pull_token,
    revoke_token,
)
from trade.stock.actions.decide import apply, reject
from trade.stock.actions.holds import hold, hold_again, keep_until_next_file, release_hold
from trade.stock.actions.judge import judge_bookshop, judge_later, rejudge, rejudge_books
from trade.stock.actions.logs import ask_logs, forget_old_lines
from trade.stock.actions.mails import warn_silent
from trade.stock.actions.marks import accept_price, ask_price_again, forget_accepted, mark_rare
from trade.stock.actions.prices import check_price_errors
from trade.stock.actions.process import process
from trade.stock.actions.rare import log_rare_titles
from trade.stock.actions.receive import receive_file
from trade.stock.actions.samples import keep_sample, prove, try_samples
from trade.stock.actions.undo import replay, revert

__all__ = [
    "accept_price",
    "add_adapter",
    "apply",
    "arrival_of",
    "ask_logs",
    "ask_price_again",
    "ask_pull",
    "check_price_errors",
    "choose_format",
    "choose_kind",
    "choose_number",
    "choose_pull",
    "describe",
    "ensure_adapters",
    "forget_accepted",
    "forget_old_lines",
    "hold",
    "hold_again",
    "holder_of",
    "judge_bookshop",
    "judge_later",
    "keep_sample",
    "keep_until_next_file",
    "log_rare_titles",
    "make_token",
    "mark_rare",
    "note_folders",
    "note_pull",
    "process",
    "prove",
    "pull_token",
    "put_in_use",
    "receive_file",
    "reject",
    "rejudge",
    "rejudge_books",
    "release_hold",
    "replay",
    "retire",
    "revert",
    "revoke_token",
    "try_samples",
    "warn_silent",
]

"""Verbs of billing: close a month, issue invoices, file their PDFs, open, approve, export and pay transfers."""

from trade.billing.actions.closing import MonthResult, ask_to_close, close_month
from trade.billing.actions.papers import keep_pack, keep_pdf
from trade.billing.actions.register import issue
from trade.billing.actions.transfers import (
    approve,
    ask_to_open,
    ask_to_pay,
    mark_exported,
    mark_paid,
    open_batch,
    ready_lines,
)

__all__ = [
    "MonthResult",
    "approve",
    "ask_to_close",
    "ask_to_open",
    "ask_to_pay",
    "close_month",
    "issue",
    "keep_pack",
    "keep_pdf",
    "mark_exported",
    "mark_paid",
    "open_batch",
    "ready_lines",
]

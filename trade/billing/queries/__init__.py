"""Reads about months, settlements, invoices and transfers, and what must hold of them."""

from trade.billing.queries.accounts import balances
from trade.billing.queries.invariants import invariants
from trade.billing.queries.invoices import invoice_by_reference, invoices_of, without_pdf
from trade.billing.queries.months import (
    MonthView,
    billing_of,
    month_close,
    month_view,
    months,
    settlements_of,
    statement_lines,
)
from trade.billing.queries.transfers import approvals, batch, batches_of, lines_of, open_batches, unpaid

__all__ = [
    "MonthView",
    "approvals",
    "balances",
    "batch",
    "batches_of",
    "billing_of",
    "invariants",
    "invoice_by_reference",
    "invoices_of",
    "lines_of",
    "month_close",
    "month_view",
    "months",
    "open_batches",
    "settlements_of",
    "statement_lines",
    "unpaid",
    "without_pdf",
]

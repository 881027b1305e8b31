"""``month close``: invoices, settlements and transfers of a month of gift cheques."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from jobs.commands.answers import Answer, verb
from jobs.context import Context
from jobs.queue import drain
from trade.base.money import euros
from trade.billing.actions import close_month


def add(verbs: Any) -> None:
    """Declare the verb and its arguments."""
    month = verbs.add_parser("month", help="months of gift cheques", description="Months of gift cheques.")
    made = verb(
        month.add_subparsers(metavar="VERB", required=True),
        "close",
        help="close a month: number its invoices, settle every bookshop, open the transfers",
        detail="Closing twice changes nothing the second time; a month that is not over is refused. Amounts in the "
        "answer are cents.",
        example="month close 2026-10 --json",
    )
    made.add_argument("month", metavar="YYYY-MM", help="the month, for example 2026-10")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Close the month, and make its invoices where no worker would. Raises Refused."""
    with context.session() as session:
        result = close_month(session, month=options.month, at=context.now())
    drain(context)
    data = asdict(result)
    done = "was closed before, nothing changed" if result.already else "is closed"
    text = (
        f"{result.month} {done}: {result.bookshops} bookshops, {result.invoices} invoices, "
        f"redeemed {euros(result.redeemed)} EUR, to transfer {euros(result.transfer)} EUR"
    )
    waiting = [f"left out, billing data incomplete: {name}" for name in result.left_out]
    return Answer(data, "\n".join([text, *waiting]))

"""``bookshops``: who is in the network."""

from __future__ import annotations

import argparse
from typing import Any

from jobs.commands.answers import Answer, verb
from jobs.context import Context
from trade.members import queries


def add(verbs: Any) -> None:
    """Declare the verb."""
    made = verb(
        verbs,
        "bookshops",
        help="list the bookshops of the network with their slug, name and state",
        detail="All of them, applicants included, by slug.",
        example="bookshops --json",
    )
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """List the bookshops."""
    with context.session() as session:
        rows = [{"slug": shop.slug, "name": shop.name, "state": shop.state} for shop in queries.everyone(session)]
    text = "\n".join(f"{row['slug']:<55} {row['state']:<18} {row['name']}" for row in rows)
    return Answer({"bookshops": rows}, text or "No bookshop yet.")

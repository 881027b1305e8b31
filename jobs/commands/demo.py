"""``demo load``: the sample network of the profile's country."""

from __future__ import annotations

import argparse
from typing import Any

from jobs.commands.answers import Answer, verb
from jobs.context import Context
from jobs.demo import load


def add(verbs: Any) -> None:
    """Declare the verb."""
    demo = verbs.add_parser("demo", help="the sample network", description="The sample network.")
    made = verb(
        demo.add_subparsers(metavar="VERB", required=True),
        "load",
        help="load the sample network of the country, all of it through the product's own actions",
        detail="Takes less than a minute. Called again, it only lets the sample bookshops re-send their stock. "
        "Refused in production.",
        example="demo load --network fr",
    )
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Load the demo, or refresh it. Raises Refused in production."""
    done = load(context)
    return Answer(done, ", ".join(f"{name} {count}" for name, count in done.items()))

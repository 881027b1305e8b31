"""``bin/mostrador VERB``: the same actions as the screens, for operators, cron and checks.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 a stock file is held. With ``--json`` standard output holds one
JSON object and nothing else; everything said to people goes to standard error.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from jobs.commands import (
    availability,
    catalogue,
    checking,
    clock,
    demo,
    distributors,
    months,
    network,
    people,
    search,
    stock,
)
from jobs.commands.answers import FAILED, Answer, tell
from jobs.context import Context
from trade.base.errors import Refused

VERBS = (stock, distributors, catalogue, search, availability, months, demo, network, checking, people, clock)


def parser() -> argparse.ArgumentParser:
    """The whole command line; each verb's arguments stand in its own module."""
    made = argparse.ArgumentParser(
        prog="bin/mostrador",
        description="Runs one command of Mostrador and ends. It starts the private servers if they are not up.",
        epilog="--home DIR and --network es|fr, as for bin/run, may stand anywhere. "
        "Exit status: 0 done, 1 failed, 2 usage, 3 held.",
    )
    verbs = made.add_subparsers(title="verbs", metavar="VERB", required=True)
    for module in VERBS:
        module.add(verbs)
    return made


def main(argv: Sequence[str], context: Context) -> int:
    """Carry out one command and say what came of it; returns the exit status."""
    options = parser().parse_args(argv)
    try:
        answer: Answer = options.run(options, context)
    except Refused as refused:
        answer = Answer({"error": str(refused)}, str(refused), FAILED)
    tell(answer, as_json=getattr(options, "json", False))
    return answer.status

"""``check``: everything that must always hold of the data, told by each room."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from pkgutil import iter_modules
from typing import Any

import trade
from jobs.commands.answers import DONE, FAILED, Answer, verb
from jobs.context import Context
from trade.base.invariants import Invariant


def add(verbs: Any) -> None:
    """Declare the verb."""
    made = verb(
        verbs,
        "check",
        help="check every invariant of ledger, cheques, stock, catalogue, invoices and outbox",
        detail="Each is printed with the number of things looked at and of those that break it. Exit status 1 if "
        "one is broken.",
        example="check --json",
    )
    made.set_defaults(run=run)


def run(options: argparse.Namespace, context: Context) -> Answer:
    """Check everything in one transaction, so that the figures belong together."""
    rows = [{"room": room, **_row(found)} for room, found in _all(context)]
    broken = sum(1 for row in rows if row["broken"])
    lines = [_line(row) for row in rows]
    verdict = f"{broken} of {len(rows)} broken" if broken else f"all {len(rows)} hold"
    return Answer({"holds": not broken, "invariants": rows}, "\n".join([*lines, verdict]), FAILED if broken else DONE)


def _all(context: Context) -> list[tuple[str, Invariant]]:
    with context.session() as session:
        return [
            (room, found)
            for room, told in rooms()
            for found in told(session, **({"store": context.store} if "store" in signature(told).parameters else {}))
        ]


def rooms() -> Iterator[tuple[str, Callable[..., list[Invariant]]]]:
    """The rooms whose queries tell invariants, by name."""
    for room in sorted(info.name for info in iter_modules(trade.__path__) if info.ispkg):
        if find_spec(f"trade.{room}.queries") is None:
            continue
        told = getattr(import_module(f"trade.{room}.queries"), "invariants", None)
        if callable(told):
            yield room, told


def _row(found: Invariant) -> dict[str, Any]:
    return {"sentence": found.sentence, "checked": found.checked, "broken": list(found.broken)}


def _line(row: dict[str, Any]) -> str:
    mark = "BROKEN" if row["broken"] else "holds"
    named = f": {', '.join(row['broken'])}" if row["broken"] else ""
    return (
        f"{mark:<7} {row['room']:<13} {row['sentence']} ({row['checked']} checked, {len(row['broken'])} broken){named}"
    )

"""How many of the judged searches have a right answer first, and among the first five."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from tests.relevance.synthetic import JUDGED
from trade.catalogue.engines import Engine
from trade.catalogue.queries.searching import answer


@dataclass(frozen=True)
class Judged:
    """A search, of what kind it is, and every ISBN that is a right first answer."""

    query: str
    kind: str
    right: frozenset[int]


@dataclass(frozen=True)
class Verdict:
    """Shares of searches with a right answer at the top, and the ones that fail with what came instead."""

    first: float
    in_five: float
    failed: list[tuple[str, str, Sequence[int]]]


def judged() -> list[Judged]:
    """All judged searches."""
    with (JUDGED / "queries.csv").open(encoding="utf-8") as file:
        return [
            Judged(row["query"], row["kind"], frozenset(map(int, row["isbns"].split("|"))))
            for row in csv.DictReader(file)
        ]


def verdict(engine: Engine) -> Verdict:
    """Ask them all."""
    searches = judged()
    first, five, failed = 0, 0, []
    for search in searches:
        found = answer(engine, words=search.query, limit=5).hits.isbns
        first += found[:1] != [] and found[0] in search.right
        five += not search.right.isdisjoint(found)
        if not found or found[0] not in search.right:
            failed.append((search.query, search.kind, found))
    return Verdict(first / len(searches), five / len(searches), failed)

"""What a delegated distributor says of its stock at the moment, and which of them serve an order together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """Copies of one book that a distributor had at ``answered_at``."""

    copies: int
    answered_at: datetime


Answers = dict[tuple[int, int], LiveAnswer]
"""What distributors answered, by distributor and ISBN. Whoever did not answer in time is not in it: not available."""


def allocate(able: Sequence[Sequence[int]], *, priority: Sequence[int]) -> list[int | None]:
    """Who serves each line, given who has it: the fewest distributors, then the bookshop's priority (T89, T90, T92).

    Of equally few the ones whose places in the priority, sorted, come first; each line then goes to the first of them
    that has it. Lines that nobody has stay None and do not bear on the others (domain.md 1.6.4).
    """
    wanted = [set(each) for each in able if each]
    for size in range(1, len(priority) + 1):
        for chosen in combinations(priority, size):
            if all(each.intersection(chosen) for each in wanted):
                return [next((one for one in chosen if one in each), None) for each in able]
    return [None for _ in able]

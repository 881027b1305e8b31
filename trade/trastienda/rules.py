"""What a delegated distributor says of its stock at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """Copies of one book that a distributor had at ``answered_at``."""

    copies: int
    answered_at: datetime


Answers = dict[tuple[int, int], LiveAnswer]
"""What distributors answered, by distributor and ISBN. Whoever did not answer in time is not in it: not available."""

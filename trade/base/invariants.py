"""What must always be true of the data, told by each room and printed by ``bin/mostrador check``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_SHOWN = 20


@dataclass(frozen=True)
class Invariant:
    """One statement about the data: its sentence (a msgid), how many things were looked at, and which break it."""

    sentence: str
    checked: int
    broken: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.broken


def invariant(sentence: str, checked: int, broken: Iterable[object]) -> Invariant:
    """The outcome of one check; at most twenty of the broken things are named."""
    return Invariant(sentence, checked, tuple(str(item) for item in broken)[:MOST_SHOWN])

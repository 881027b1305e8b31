"""Numbers that look like chance and are the same every time: a hash of what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

Thing = TypeVar("Thing")


def number(purpose: str, below: int) -> int:
    """A number from 0 to ``below`` - 1 for this purpose."""
    return int.from_bytes(sha256(purpose.encode()).digest()[:8]) % below


def one_of(purpose: str, things: Sequence[Thing]) -> Thing:
    """One of the things for this purpose."""
    return things[number(purpose, len(things))]

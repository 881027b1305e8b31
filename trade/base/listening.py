"""How far long reading is, told from deep inside a parser to whoever listens; where nobody does, nothing is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Listener = Callable[[int, int], None]
"""Is told the lines read so far and their number; 0 where that is not known before the end."""
Item = TypeVar("Item")

STEP = 5_000
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Everything that is read inside is told to ``listener``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(done: int, of: int = 0) -> None:
    """Say that ``done`` lines are read."""
    listener = _listener.get()
    if listener is not None:
        listener(done, of)


def counted(items: Iterable[Item], *, of: int = 0, before: int = 0) -> Iterator[Item]:
    """The same items; every STEP of them listeners are told how many went by, ``before`` included."""
    for place, item in enumerate(items):
        if place and place % STEP == 0:
            tell(before + place, of)
        yield item

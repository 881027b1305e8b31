"""The installation of a test's house, as jobs see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs.context import Context, open_context
from jobs.queue import HANDLERS
from tests.conftest import House


@pytest.fixture
def context(house: House) -> Iterator[Context]:
    """Opened on the house; its Redis is empty."""
    opened = open_context(house.config())
    opened.redis.flushdb()
    yield opened
    opened.engine.dispose()
    opened.redis.close()


@pytest.fixture
def own_handlers() -> Iterator[None]:
    """The handlers a test declares are its own."""
    kept = dict(HANDLERS)
    yield
    HANDLERS.clear()
    HANDLERS.update(kept)

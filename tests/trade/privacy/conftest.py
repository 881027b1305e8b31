"""The installation of a house as jobs see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs.context import Context, open_context
from tests.conftest import House


@pytest.fixture
def context(house: House) -> Iterator[Context]:
    """Opened on the house; nothing waits in its Redis."""
    opened = open_context(house.config())
    opened.redis.flushdb()
    yield opened
    opened.engine.dispose()
    opened.redis.close()

"""A till for every test: a house with a connected bookshop and the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.conftest import House
from tests.doubles.starting import StripeDouble
from tests.trade.payments.ground import Till


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Faults are made on purpose here: drawing each one's traceback takes longer than the test."""
    with capture_logs():
        yield


@pytest.fixture
def till(house: House, stand_in: StripeDouble) -> Iterator[Till]:
    """A bookshop that collects by itself (in France: the platform does)."""
    made = Till(house, stand_in)
    made.connect()
    yield made
    stand_in.pull("faults", faults=[])
    made.close()

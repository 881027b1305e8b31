"""The stand-in for the carriers, shared by the tests of a process; the user of a contract says how it behaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.doubles.starting import CarriersDouble, carriers_double


@pytest.fixture(scope="session")
def double() -> Iterator[CarriersDouble]:
    """The three carriers."""
    with carriers_double() as started:
        yield started

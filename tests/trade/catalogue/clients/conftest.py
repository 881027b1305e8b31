"""The double of the catalogue services, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.doubles.starting import Login, catalogue_services


@pytest.fixture(scope="module")
def login() -> Iterator[Login]:
    """Credentials of a service of the double by the user's name, which says how it behaves."""
    with catalogue_services() as credentials:
        yield credentials

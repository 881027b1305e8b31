"""What the tests of the domain share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from trade.base import crypto


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash with the smallest cost: the tests prove what is done with passwords, not how hard they are to crack."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(crypto, "_NOBODY", crypto.hash_password("nobody"))
        yield

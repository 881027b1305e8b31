"""The double of the catalogue services, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from config.settings import ROOT

Login = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def login() -> Iterator[Login]:
    """Credentials of a service of the double by the user's name, which says how it behaves."""
    double = ROOT / "tests" / "doubles" / "catalogue_services.py"
    process = subprocess.Popen([sys.executable, str(double)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())

        def credentials(service: str, *, user: str = "good", password: str = "secret") -> dict[str, str]:
            return {"user": user, "password": password, "address": f"http://127.0.0.1:{port}/{service}"}

        yield credentials
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()

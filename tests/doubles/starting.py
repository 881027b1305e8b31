"""Starting a double in a process of its own, and ending it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from config.settings import ROOT

Login = Callable[..., dict[str, str]]


@contextmanager
def catalogue_services() -> Iterator[Login]:
    """Gives credentials of a service of the double by the user's name, which says how it behaves."""
    double = ROOT / "tests" / "doubles" / "catalogue_services.py"
    with subprocess.Popen([sys.executable, str(double)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())

        def credentials(service: str, *, user: str = "good", password: str = "secret") -> dict[str, str]:
            return {"user": user, "password": password, "address": f"http://127.0.0.1:{port}/{service}"}

        try:
            yield credentials
        finally:
            process.terminate()

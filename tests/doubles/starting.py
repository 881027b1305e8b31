"""Starting a double in a process of its own, and ending it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

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


@dataclass(frozen=True)
class StripeDouble:
    """A running stand-in for Stripe; ``pull`` pulls its strings (``tests/doubles/stripe/server.py``)."""

    address: str

    def pull(self, string: str, **told: Any) -> Any:
        """Ask the stand-in itself: pay, hold webhooks, let something go wrong."""
        asked = Request(f"{self.address}/_control/{string}", data=json.dumps(told).encode(), method="POST")
        with urlopen(asked, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def stripe_double() -> Iterator[StripeDouble]:
    """The stand-in for Stripe in a process of its own."""
    command = [sys.executable, "-m", "tests.doubles.stripe"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ) as process:
        assert process.stdout is not None
        try:
            yield StripeDouble(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.terminate()


@dataclass(frozen=True)
class CarriersDouble:
    """A running stand-in for the carriers."""

    address: str

    def made(self, reference: str = "") -> list[dict[str, Any]]:
        """Labels and pick-ups that were made, of references that begin so."""
        with urlopen(f"{self.address}/_control", timeout=10) as answer:
            return [one for one in json.load(answer) if one["reference"].startswith(reference)]


@contextmanager
def carriers_double() -> Iterator[CarriersDouble]:
    """The stand-in for the carriers in a process of its own."""
    command = [sys.executable, "-m", "tests.doubles.carriers"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ) as process:
        assert process.stdout is not None
        try:
            yield CarriersDouble(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.terminate()

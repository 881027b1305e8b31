"""A browser for the whole session, and a running installation for each network."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

pytest.register_assert_rewrite("tests.browser.chapters", "tests.browser.stack", "tests.browser.walker")

from config.services import Endpoints  # noqa: E402
from tests.browser.stack import Stack, running  # noqa: E402
from tests.browser.walker import WIDE, Walker  # noqa: E402
from tests.conftest import Template, make_house  # noqa: E402

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LANGUAGES = {"es": "es-ES", "fr": "fr-FR"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine, without a window."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    assert program, f"none of these is installed: {', '.join(PROGRAMS)}"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield opened
        opened.close()


@pytest.fixture
def stack(network: str, endpoints: Endpoints, templates: dict[str, Template], tmp_path: Path) -> Iterator[Stack]:
    """A running installation with the cast in it."""
    with make_house(network, endpoints, templates, tmp_path) as house, running(house) as started:
        yield started
        for log in sorted((started.config.folder / "log").glob("*.log")):
            sys.stderr.write(f"--- {log.name}\n{log.read_text(errors='replace')[-8_000:]}\n")  # shown if the test fails


@pytest.fixture
def person(browser: Browser, stack: Stack) -> Iterator[Callable[[], Walker]]:
    """Gives each person of a story her own browser. MOSTRADOR_SHOTS names a folder for pictures of every step."""
    folder = os.environ.get("MOSTRADOR_SHOTS")
    shots = Path(folder) / stack.house.network if folder else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    contexts = []

    def come() -> Walker:
        context = browser.new_context(viewport=WIDE, locale=LANGUAGES[stack.house.network])  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Walker(context, stack.url, shots)

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def plain(browser: Browser, stack: Stack) -> Iterator[Callable[[], Page]]:
    """Gives a browser that runs no scripts."""
    contexts = []

    def come() -> Page:
        context = browser.new_context(java_script_enabled=False, locale=LANGUAGES[stack.house.network])
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield come
    for context in contexts:
        context.close()

"""A person with a browser, watched at every step: console, network, accessibility, and the narrow screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Locator, Page, Response

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
RUN_AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(v => ({
    id: v.id, impact: v.impact, where: v.nodes.slice(0, 3).map(n => n.target.join(" ") + " | " + n.html.slice(0, 160))
  }));
}"""
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map(e => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right));
}"""


class Walker:
    """One person's browser on one installation. ``clicks`` counts what the hand does: clicks and submitted forms."""

    def __init__(self, context: BrowserContext, url: str, shots: Path | None = None) -> None:
        self.context = context
        self.url = url
        self.shots = shots
        self.page: Page = context.new_page()
        self.clicks = 0
        self.steps: list[str] = []
        self.troubles: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        self.page.on("response", self._answered)
        self.page.on("dialog", self._asked)

    def _asked(self, dialog: Dialog) -> None:
        # Only a page with unsaved changes may ask; a script out of somebody's text would.
        if dialog.type != "beforeunload":
            self.troubles.append(f"dialog: {dialog.message}")
        dialog.accept()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console {message.type}: {message.text}")

    def _failed(self, url: str, failure: str | None) -> None:
        # A page that is left while it loads, and a download that is no page, are reported as aborted.
        if failure != "net::ERR_ABORTED":
            self.troubles.append(f"{url}: {failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"{response.url}: {response.status}")

    # --- moving ---------------------------------------------------------------------------------

    def go(self, path: str, step: str = "") -> None:
        """Open an address, and look at it."""
        self.visit(path)
        self.look(step or path)

    def visit(self, path: str) -> None:
        """Open an address; again where a page that was just renewing itself got in the way."""
        try:
            self.page.goto(self.url + path)
        except Error as error:
            if "ERR_ABORTED" not in error.message:
                raise
            self.page.wait_for_load_state("load")
            self.page.goto(self.url + path)

    def find(self, selector: str) -> Locator:
        """The only visible element of a selector."""
        return self.page.locator(f"{selector} >> visible=true").first

    def click(self, selector: str, step: str = "") -> None:
        """Click, wait for what comes, and look at it where it is a step."""
        self.clicks += 1
        self.find(selector).click()
        self.page.wait_for_load_state("load")
        if step:
            self.look(step)

    def confirm(self, selector: str, step: str = "") -> None:
        """Click a button that asks back, and say yes."""
        self.find(selector).click()
        self.click("dialog[open] [data-confirm-yes]", step)

    def save(self, selector: str) -> bytes:
        """Click a link that downloads; returns the file."""
        self.clicks += 1
        with self.page.expect_download() as download:
            self.find(selector).click()
        return Path(download.value.path()).read_bytes()

    def fill(self, **fields: str) -> None:
        """Type into fields by their names; typing is free."""
        for name, value in fields.items():
            self.find(f"[name='{name}']").fill(value)

    def tick(self, *names: str) -> None:
        """Tick boxes by their names."""
        for name in names:
            self.find(f"[name='{name}']").check()

    def tick_value(self, name: str, value: str) -> None:
        """Choose one of several."""
        self.page.locator(f"[name='{name}'][value='{value}']").check()

    def send(self, form: str, step: str = "", **fields: str) -> None:
        """Fill in a form and press its main button."""
        for name, value in fields.items():
            self.find(f"{form} [name='{name}']").fill(value)
        self.click(f"{form} button:not([type='button'])", step)

    # --- looking --------------------------------------------------------------------------------

    def look(self, step: str) -> None:
        """Nothing to complain about: console, network, accessibility, width. Raises AssertionError."""
        self.steps.append(step)
        self.page.wait_for_load_state("load")
        assert not self.troubles, f"{step}: {self.troubles}"
        self._check_accessibility(step)
        self._photograph(step, "wide")
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        try:
            overflowing = self.page.evaluate(OVERFLOW)
            self._photograph(step, "narrow")
            assert not overflowing, f"{step} scrolls sideways at 360 px: {overflowing}"
        finally:
            self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        assert not self.troubles, f"{step}: {self.troubles}"

    def narrow(self) -> None:
        """Take the telephone in the hand."""
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]

    def wide(self) -> None:
        """Go back to the desk."""
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def _check_accessibility(self, step: str) -> None:
        self.page.evaluate(AXE)
        found: list[dict[str, Any]] = self.page.evaluate(RUN_AXE)
        assert not found, f"{step}: {found}"

    def _photograph(self, step: str, size: str) -> None:
        if self.shots:
            name = f"{len(self.steps):02}-{step.replace('/', '_').replace(' ', '-')}-{size}.png"
            self.page.screenshot(path=self.shots / name, full_page=size == "narrow")

    @contextmanager
    def at_most(self, budget: int, job: str) -> Iterator[None]:
        """A job that may take so many clicks (experience.md 3.1)."""
        before = self.clicks
        yield
        used = self.clicks - before
        assert used <= budget, f"{job} took {used} clicks; {budget} are its budget"

    def path(self) -> str:
        """Where the browser stands."""
        return self.page.url.removeprefix(self.url)

"""Chapter 4b: a reader finds a book in every way: proposals by keyboard, filters, a place, the map (F01, T150)."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.story import NAME, PLACE, READER, SOLITUDE, Story
from tests.browser.walker import Walker

LIGHT, SCRIPTS = 150_000, 30_000
"""Bytes on the line of a whole first visit, and of its scripts (issue 3, acceptance 5)."""
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 200);
})"""


def proposals(story: Story) -> None:
    """The list opens while she types, the keyboard walks it, Escape closes it, Enter goes there."""
    reader = story.person(READER)
    reader.visit("/")
    field, options = reader.find("[role='combobox']"), reader.page.locator("[role='option']")
    field.press_sequentially("cien an", delay=20)
    expect(options.first).to_contain_text("Cien años de soledad")
    expect(field).to_have_attribute("aria-expanded", "true")
    reader.look("proposals")
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(reader.page.locator("[aria-selected='true']")).to_have_count(0)
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("cien an")
    field.press("ArrowDown")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    reader.page.wait_for_url(f"**/book/{SOLITUDE}")


def place_and_map(story: Story) -> None:
    """Where she is, typed or told by the browser, puts the bookshops in order and on the map."""
    reader = story.person(READER)
    place = PLACE[story.network]
    reader.go(f"/book/{SOLITUDE}?near=", "book-without-a-place")
    reader.send(".place", "book-with-a-place", near=place["near"])
    expect(reader.page.locator(".nearest h2")).to_contain_text(NAME)
    expect(reader.page.locator("svg.dial .filled, svg.country-map .filled").first).to_be_visible()
    expect(reader.page.locator(".legend li")).to_have_count({"es": 6, "fr": 3}[story.network])
    latitude, longitude = (float(part) for part in place["pasted"].split(","))
    reader.context.grant_permissions(["geolocation"], origin=story.stack.url)
    reader.context.set_geolocation({"latitude": latitude, "longitude": longitude})
    reader.visit("/search?q=soledad&near=")
    reader.click(".found-place [data-near]")
    reader.page.wait_for_url("**near=**")
    expect(reader.page.locator("ol.results li").first).to_contain_text(NAME)


def narrow_down(story: Story) -> None:
    """A filter is one click, shows itself as a chip and goes away by another; on the telephone it unfolds."""
    reader = story.person(READER)
    reader.go("/search?q=soledad", "facets")
    total = reader.page.locator(".results > li").count()
    reader.click(".facets a.choice", "one-filter")
    expect(reader.page.locator(".tags .tag").first).to_be_visible()
    expect(reader.page.locator("a.choice-on")).to_have_count(1)
    reader.click(".results-head .tag")
    expect(reader.page.locator(".results > li")).to_have_count(total)
    reader.narrow()
    expect(reader.page.locator(".facets a.choice").first).to_be_hidden()
    reader.click(".facets > summary")
    expect(reader.page.locator(".facets a.choice").first).to_be_visible()
    reader.wide()


def weigh(story: Story) -> None:
    """A first visit is light, and nothing on it moves while it loads."""
    for path in ("/", "/search?q=soledad", f"/book/{SOLITUDE}"):
        reader = story.come()
        loaded = weight_of(reader, path)
        assert 5_000 < sum(loaded.values()) <= LIGHT, f"{path}: {loaded}"
        assert sum(size for url, size in loaded.items() if ".js" in url) <= SCRIPTS, f"{path}: {loaded}"
        assert reader.page.evaluate(SHIFTS) < 0.02, f"{path} moves while it loads"
        reader.page.close()


def weight_of(reader: Walker, path: str) -> dict[str, int]:
    """The bytes of everything a page loads, as they came over the line, by address."""
    devtools = reader.context.new_cdp_session(reader.page)
    devtools.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        urls[event["requestId"]] = event["request"]["url"]

    def came(event: dict[str, Any]) -> None:
        sizes[urls[event["requestId"]]] = int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", asked)
    devtools.on("Network.loadingFinished", came)
    reader.visit(path)
    reader.page.wait_for_load_state("networkidle")
    return sizes


def tell(story: Story) -> None:
    """The whole chapter."""
    proposals(story)
    place_and_map(story)
    narrow_down(story)
    weigh(story)

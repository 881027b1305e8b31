"""Chapter 4: a reader finds books and bookshops, without an account and without telling who she is (F01, T75)."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chapters.settings import HOSTILE
from tests.browser.story import NAME, PLACE, READER, SOLITUDE, Story


def search(story: Story) -> None:
    """By title without accents, by author, by an ISBN in any writing; each shows the nearest bookshop."""
    reader = story.person(READER)
    reader.go("/", "home")
    reader.find("form[role='search'] [name='q']").fill("cien anos de SOLEDAD")
    with reader.at_most(2, "finding the book and the nearest bookshop"):
        reader.click("form[role='search'] button", "results")
    expect(reader.page.locator("ol.results li").first).to_contain_text("Cien años de soledad")
    place = PLACE[story.network]["near"]
    reader.go(f"/search?q=garcia+marquez&near={place}", "results-near")
    expect(reader.page.locator("ol.results li").first).to_contain_text(NAME)
    reader.go("/search?q=978-84-376-0494-7", "straight-to-the-book")
    assert reader.path() == f"/book/{SOLITUDE}"
    reader.go("/search?q=quijxote+que+no+existe", "nothing-found")


def read_pages(story: Story) -> None:
    """The page of a book with its bookshops by distance, of the bookshop, and what is said about the network."""
    reader = story.person(READER)
    reader.go(f"/book/{SOLITUDE}?near={PLACE[story.network]['near']}", "book")
    expect(reader.page.locator(".nearest h2")).to_contain_text(NAME)
    assert reader.page.locator(".map-side svg").count()
    reader.click(".nearest h2 a", "bookshop")
    expect(reader.page.locator("main")).to_contain_text(HOSTILE)
    reader.go("/shops", "bookshops")
    for path in ("help", "ranking", "accessibility", "security", "stock-file", "legal/privacy"):
        reader.go(f"/{path}", path)


def tell(story: Story) -> None:
    """The whole chapter."""
    search(story)
    read_pages(story)

"""Chapter 4c: the same screens in English, which is nobody's language in either network."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.story import APPLICANT, READER, SOLITUDE, STAFF, Story

PAGES = {
    APPLICANT: ("/office/stock/", "/office/stock/titles"),
    STAFF: ("/staff/feeds/", "/staff/catalogue/", "/staff/formats/", "/staff/formats/geslib/"),
    READER: ("/", "/search?q=soledad", f"/book/{SOLITUDE}", "/shop/{slug}"),
}


def tell(story: Story) -> None:
    """The whole chapter; each person goes back to her own language."""
    for email, paths in PAGES.items():
        walker = story.person(email)
        walker.visit(f"{paths[0]}{'&' if '?' in paths[0] else '?'}lang=en")
        for path in paths:
            walker.go(path.format(slug=story.slug), f"english-{path}")
            expect(walker.page.locator("html")).to_have_attribute("lang", "en")
        walker.visit(f"/?lang={story.network}")

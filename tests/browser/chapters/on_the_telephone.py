"""Between the chapters: what booksellers and readers do standing, with a screen 360 px wide (experience.md 3.3)."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.story import APPLICANT, READER, SOLITUDE, STAFF, Story
from tests.browser.walker import NARROW


def at_the_counter(story: Story) -> None:
    """The menu opens and closes, and leads to the screens that are used standing."""
    owner = story.enter(APPLICANT, "/office/", "today-on-the-telephone")
    owner.narrow()
    for address in ("/office/reservations/", "/office/cheques/redeem", "/office/calendar/"):
        owner.visit("/office/")
        owner.find("[data-drawer]").click()
        link = owner.page.locator(f"#side a[href='{address}']")
        link.scroll_into_view_if_needed()
        expect(link).to_be_in_viewport()
        link.click()
        owner.page.wait_for_url(f"**{address}")
        assert owner.page.viewport_size == NARROW
        owner.look(f"{address} on the telephone")
        owner.narrow()
    owner.wide()


def in_the_street(story: Story) -> None:
    """A reader finds the menu, and the main action stays within reach of the thumb."""
    reader = story.person(READER)
    reader.narrow()
    reader.visit(f"/book/{SOLITUDE}")
    expect(reader.find(".sticky-action a")).to_be_in_viewport()
    reader.find("header details.menu.only-phone summary").click()
    expect(reader.find("header .menu-sheet a")).to_be_in_viewport()
    reader.look("menu-on-the-telephone")
    reader.wide()


def tables_of_staff(story: Story) -> None:
    """Lists of staff are read on a narrow screen too."""
    staff = story.enter(STAFF, "/staff/members/", "members")
    for path in ("runs", "books", "feeds", "emails", "legal", "find?q=faro"):
        staff.go(f"/staff/{path}/" if "?" not in path else f"/staff/{path}", path)


def tell(story: Story) -> None:
    """All of it."""
    at_the_counter(story)
    in_the_street(story)
    tables_of_staff(story)

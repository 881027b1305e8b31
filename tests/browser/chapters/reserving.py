"""Chapter 5: reservations, from two clicks to every way they can end (T44-T48)."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.story import APPLICANT, NAME, PASSWORD, PLACE, READER, SOLITUDE, STRANGER, Story
from tests.browser.walker import Walker
from trade.reservations.models import Reservation


def register(story: Story) -> None:
    """An account with a verified address; no consent is ticked beforehand."""
    reader = story.person(READER)
    reader.go("/register", "register")
    assert not reader.page.locator("main input[type='checkbox']:checked").count()
    reader.send("main form", "registered", name="Clara Lectora", email=READER, password=PASSWORD)
    reader.go(story.stack.link(READER, "account.verify"), "verify")
    confirm = reader.page.locator("main form[method='post'] button")
    if confirm.count():
        reader.click("main form[method='post'] button", "verified")


def newest(story: Story) -> Reservation:
    """The last reservation."""
    with story.stack.house.session() as session:
        found = session.scalars(select(Reservation).order_by(Reservation.id.desc())).first()
        assert found is not None
        session.expunge_all()
        return found


def reserve(story: Story, isbn: int) -> str:
    """Two clicks from the page of a book; mails to both."""
    reader = story.enter(READER, "/account/", "account")
    reader.go(f"/book/{isbn}?near={PLACE[story.network]['near']}", "book")
    with reader.at_most(2, "reserving"):
        reader.click(".nearest .buttons a.button-main", "reserve")
        reader.fill(note='<script>alert(3)</script> & "gracias"')
        reader.click("main form:has(button.button-large) button", "reserved")
    made = newest(story)
    assert (made.state, made.isbn, made.bookshop_id) == ("received", isbn, story.bookshop_id)
    story.stack.mail(READER, "reservation.received")
    story.stack.mail(APPLICANT, "reservation.new")
    return made.reference


def today(story: Story) -> Walker:
    """The bookshop's queue."""
    return story.enter(APPLICANT, "/office/", "today")


def row_of(reference: str) -> str:
    """The line of a reservation in the queue."""
    return f".queue-row:has(a[href$='/{reference}'])"


def set_aside_and_collect(story: Story) -> None:
    """Seen with its deadline and why, set aside and notified in two clicks, collected."""
    reference = reserve(story, SOLITUDE)
    owner = today(story)
    owner.go(f"/office/reservations/{reference}", "reservation")
    expect(owner.page.locator(".because")).not_to_be_empty()
    owner = today(story)
    with owner.at_most(2, "setting aside and notifying"):
        owner.click(f"{row_of(reference)} form[action$='/notify'] button", "notified")
    story.stack.mail(READER, "reservation.notified")
    reader = story.enter(READER, f"/account/reservations/{reference}", "my-reservation")
    owner.go(f"/office/reservations/{reference}", "notified-reservation")
    owner.click("form[action$='/collect'] button", "collected")
    reader.go(f"/account/reservations/{reference}", "my-collected-reservation")


def reject(story: Story) -> None:
    """Rejected with a reason that the reader reads."""
    reference = reserve(story, STRANGER)
    owner = today(story)
    owner.click(f"{row_of(reference)} details.reject summary", "reject-opened")
    owner.page.locator(f"{row_of(reference)} input[name='reason_code'][value='not_in_stock']").check()
    owner.click(f"{row_of(reference)} form[action$='/reject'] button", "rejected")
    story.stack.mail(READER, "reservation.rejected")
    reader = story.person(READER)
    reader.go(f"/account/reservations/{reference}", "my-rejected-reservation")


def cancel_without_a_script(story: Story) -> None:
    """A reader whose browser runs no scripts searches, signs in, reserves, and changes her mind."""
    page = story.plain()
    page.goto(f"{story.stack.url}/search?q=soledad&near={PLACE[story.network]['near']}")
    page.locator("ol.results li h2 a").first.click()
    page.locator(".nearest .buttons a.button-main").click()
    page.locator("main form [name='email']").fill(READER)
    page.locator("main form [name='password']").fill(PASSWORD)
    page.locator("main form button").click()
    page.locator("main form button.button-large").click()
    assert newest(story).state == "received"
    page.goto(f"{story.stack.url}/account/reservations/{newest(story).reference}")
    page.locator("form[action$='/cancel'] button").click()
    assert newest(story).state == "rejected_by_reader"
    story.stack.mail(APPLICANT, "reservation.cancelled")


def be_late(story: Story) -> None:
    """Past the deadline the clock marks it, and both are told; nobody rejects it by itself."""
    reference = reserve(story, SOLITUDE)
    story.move_to(newest(story).due_at + timedelta(minutes=10))
    story.stack.wait_until(lambda: newest(story).late_at is not None, "the reservation is marked late")
    story.stack.mail(READER, "reservation.late_reader")
    story.stack.mail(APPLICANT, "reservation.late_bookshop")
    owner = today(story)
    expect(owner.page.locator(row_of(reference))).to_be_visible()
    story.reservation = reference


def tell(story: Story) -> None:
    """The whole chapter."""
    register(story)
    set_aside_and_collect(story)
    reject(story)
    cancel_without_a_script(story)
    be_late(story)
    reader = story.enter(READER, "/account/", "account-in-the-end")
    expect(reader.page.locator("main")).to_contain_text(NAME)

"""Chapter 6: gift cheques, from the campaign to the counter (T60-T66)."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.story import APPLICANT, READER, STAFF, Story
from tests.browser.walker import Walker
from trade.gift_cheques.models import ChequeEntry

VALUE, FIRST_PART, REST = "50", "32,90", "17,10"


def issue(story: Story) -> None:
    """Staff issue a campaign that only this bookshop may redeem; the codes are shown once."""
    staff = story.enter(STAFF, "/staff/campaigns/", "campaigns")
    staff.go("/staff/campaigns/new/", "new-campaign")
    today = story.stack.house.clock.now().date()
    staff.fill(
        name="Semana del Libro (sample)",
        buyer="A sample town hall",
        face=VALUE,
        cheques="2",
        valid_from=today.isoformat(),
        expires_on=(today + timedelta(days=365)).isoformat(),
        bookshops=story.slug,
    )
    staff.click(".save-bar button.go", "campaign-drafted")
    staff.confirm("form[action$='/issue'] button", "campaign-issued")
    codes = staff.page.locator("#codes tbody td.ref").all_text_contents()
    assert len(codes) == 2
    story.code = codes[0].strip()


def counter(story: Story) -> Walker:
    """The screen beside the till."""
    return story.enter(APPLICANT, "/office/cheques/redeem", "counter")


def entries(story: Story) -> list[int]:
    """What was taken from cheques here, in cents."""
    with story.stack.house.session() as session:
        wanted = select(ChequeEntry.cents).where(ChequeEntry.bookshop_id == story.bookshop_id)
        return list(session.scalars(wanted.order_by(ChequeEntry.id)))


def redeem(story: Story) -> None:
    """A part is redeemed in two clicks, then the rest, with a double click that counts once."""
    owner = counter(story)
    owner.fill(code="XXXX-XXXX-XXXX-XXXX")
    owner.click("form[action$='/look-up'] button", "unknown-code")
    owner = counter(story)
    with owner.at_most(2, "redeeming at the counter"):
        owner.fill(code=story.code)
        owner.click("form[action$='/look-up'] button", "cheque")
        owner.fill(amount=FIRST_PART)
        owner.tick("responsible")  # the seeds want the promise in each redemption (A26): the space bar's, not a click
        owner.click("form[action$='/redeem'] button.go", "part-redeemed")
    assert entries(story) == [-3290]
    owner = counter(story)
    owner.fill(code=story.code)
    owner.click("form[action$='/look-up'] button", "rest-of-cheque")
    owner.fill(amount=REST)
    owner.tick("responsible")
    with owner.page.expect_navigation():
        owner.find("form[action$='/redeem'] button.go").dblclick()
    owner.page.wait_for_load_state("networkidle")
    owner.look("rest-redeemed")
    assert entries(story) == [-3290, -1710]
    owner = counter(story)
    owner.fill(code=story.code)
    owner.click("form[action$='/look-up'] button", "used-up")
    expect(owner.page.locator("form[action$='/redeem']")).to_have_count(0)
    owner.go("/office/cheques/redeemed", "redeemed")
    story.enter(STAFF, "/staff/cheques/", "staff-cheques")


def tell(story: Story) -> None:
    """The whole chapter."""
    issue(story)
    redeem(story)
    assert story.person(READER)

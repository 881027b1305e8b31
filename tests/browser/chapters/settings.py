"""Chapter 2: the bookshop sets itself up (T113-T138, the part the journey needs)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from tests.browser.story import ANSWERS, APPLICANT, PLACE, Story
from trade.calendar.models import ClosingDay, Vacation
from trade.members.models import BillingData, Bookshop

HOSTILE = "Al lado del <b>acueducto</b> <script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }}"
"""Readers see it as it is written: markup in people's words is never markup of the page."""


def save_the_sheets(story: Story) -> None:
    """Public data, billing data with a checked tax id, the place from pasted coordinates, the account."""
    owner = story.enter(APPLICANT, "/office/settings/basic", "basic")
    owner.fill(hours="Lunes a viernes, 10:00-20:00 <style>body{display:none}</style>", description=HOSTILE)
    owner.click(".save-bar button.go", "basic-saved")
    owner.go("/office/settings/billing", "billing")
    owner.fill(tax_id="B00000001")
    owner.click(".save-bar button.go", "billing-refused")
    assert owner.page.locator("[aria-invalid='true'], .errors").count()
    owner.fill(tax_id=ANSWERS[story.network]["tax_id"])
    owner.click(".save-bar button.go", "billing-saved")
    owner.go("/office/settings/location", "location")
    owner.fill(pasted=PLACE[story.network]["pasted"])
    owner.click(".save-bar button.go", "location-saved")
    owner.go("/office/settings/payments", "payments")
    owner.fill(iban=ANSWERS[story.network]["iban"], holder="El Faro")
    owner.click(".save-bar button.go", "payments-saved")
    with story.stack.house.session() as session:
        shop = session.get_one(Bookshop, story.bookshop_id)
        assert f"{shop.latitude}, {shop.longitude}" == PLACE[story.network]["pasted"]
        assert shop.description == HOSTILE
        billing = session.scalars(select(BillingData).where(BillingData.bookshop_id == shop.id)).one()
        assert billing.tax_id == ANSWERS[story.network]["tax_id"]
        assert billing.iban == ANSWERS[story.network]["iban"]


def change_a_threshold(story: Story) -> None:
    """The form shows what is inherited, then the effect, then keeps the bookshop's own value."""
    owner = story.enter(APPLICANT, "/office/settings/thresholds", "thresholds")
    first = owner.page.locator("form[data-guard] .control input").first
    first.fill("7")
    owner.click("button[name='look']", "threshold-looked-at")
    owner.click(".save-bar button.go", "threshold-saved")
    assert owner.page.locator("form[data-guard] .control input").first.input_value().startswith("7")
    owner.go("/office/settings/history", "history")


def take_part(story: Story) -> None:
    """Each model is switched on by accepting its conditions."""
    owner = story.enter(APPLICANT, "/office/settings/options", "options")
    for option in ("reservations", "gift_cheques"):
        form = f"form[action$='/options/{option}']"
        if owner.page.locator(f"{form} [name='on'][value='yes']").count():
            box = owner.page.locator(f"{form} [name='accepted']")
            if box.count():
                box.check()
            owner.click(f"{form} button", f"{option}-on")
        assert owner.page.locator(f"{form} [name='on'][value='no']").count()


def close_on_days(story: Story) -> None:
    """The region's holidays with one click, one closing day and one vacation with their effect shown first."""
    owner = story.enter(APPLICANT, "/office/calendar/", "calendar")
    with owner.at_most(3, "the holidays of the year"):
        owner.click("form[action$='/calendar/holidays'] button", "holidays-added")
    today = story.stack.house.clock.now().date()
    day = today + timedelta(days=(7 - today.weekday()) + 14 + 1)
    form = "form[action$='/calendar/closing-day']:not([method='post'])"
    owner.find(f"{form} [name='day']").fill(day.isoformat())
    owner.find(f"{form} [name='name']").fill("Feria del Libro")
    owner.click(f"{form} button", "closing-day-drafted")
    owner.click(".draft form[method='post'] button", "closing-day-saved")
    form = "form[action$='/calendar/vacation']:not([method='post'])"
    first = today + timedelta(days=90)
    owner.find(f"{form} [name='first_day']").fill(first.isoformat())
    owner.find(f"{form} [name='last_day']").fill((first + timedelta(days=6)).isoformat())
    owner.click(f"{form} button", "vacation-drafted")
    owner.click(".draft form[method='post'] button", "vacation-saved")
    with story.stack.house.session() as session:
        days = select(func.count()).select_from(ClosingDay).where(ClosingDay.bookshop_id == story.bookshop_id)
        assert session.scalars(days).one() > 5
        assert session.scalars(select(Vacation.first_day).where(Vacation.bookshop_id == story.bookshop_id)).all() == [
            first
        ]


def tell(story: Story) -> None:
    """The whole chapter."""
    save_the_sheets(story)
    change_a_threshold(story)
    take_part(story)
    close_on_days(story)

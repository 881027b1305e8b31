"""Chapter 1: a bookshop joins (F04-F08, T01-T08)."""

from __future__ import annotations

from tests.browser.story import ANSWERS, APPLICANT, NAME, PASSWORD, PLACE, STAFF, Story
from tests.browser.walker import Walker

PDF = {
    "name": "proof.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
}


def apply(story: Story) -> None:
    """The application of the public page."""
    applicant = story.person(APPLICANT)
    place = PLACE[story.network]
    applicant.go("/", "home")
    applicant.go("/join/", "join")
    applicant.tick_value("part_of_chain", "no")
    applicant.send(
        "main form",
        "applied",
        name=NAME,
        city=place["city"],
        postcode=place["postcode"],
        contact_name="Marina (sample)",
        contact_email=APPLICANT,
        message="Abrimos en 1987.",
    )
    story.stack.mail(APPLICANT, "joining.received")
    story.bookshop_id = story.bookshop().id


def file_of(story: Story, part: str = "") -> str:
    """The address of the bookshop's file at the staff's."""
    return f"/staff/members/{story.bookshop_id}/" + (f"?part={part}" if part else "")


def send_the_questionnaire(story: Story) -> None:
    """Staff see the application in two clicks, and answer it with a one-time link."""
    staff = story.enter(STAFF, "/staff/", "staff-now")
    staff.go("/staff/applications/", "applications")
    with staff.at_most(2, "reviewing an application"):
        staff.click(f"a[href='{file_of(story)}']", "application")
        staff.click("form[action$='/send_questionnaire'] button", "questionnaire-sent")


def answer(story: Story) -> None:
    """The questionnaire is left half-way, resumed by the same link, a file is uploaded, and it is sent."""
    applicant = story.person(APPLICANT)
    link = story.stack.link(APPLICANT, "joining.questionnaire")
    applicant.go(link, "questionnaire")
    applicant.fill(trade_name="El Faro de paso")
    applicant.click("button[value='keep']", "left")
    applicant.go(link, "resumed")
    assert applicant.find("[name='trade_name']").input_value() == "El Faro de paso"
    for part in range(1, 20):
        answer_part(story, applicant)
        if not applicant.page.locator("button[value='next']").count():
            break
        applicant.click("button[value='next']", f"questionnaire-{part}")
    applicant.click("button[value='send']", "questionnaire-answered")
    assert story.bookshop().state == "answered"


def answer_part(story: Story, applicant: Walker) -> None:
    """Right answers to every question on the page."""
    known = {
        "trade_name": NAME,
        "email": APPLICANT,
        "billing_email": APPLICANT,
        "website": "https://faro.mostrador.example",
        "legal_name": f"{NAME}, S. L.",
        "owner_name": "Marina (sample)",
        "founded": "1987-04-23",
        **ANSWERS[story.network],
    }
    page = applicant.page
    for field in page.locator("main form :is(input, textarea)[name]").all():
        name, kind = str(field.get_attribute("name")), field.get_attribute("type") or "text"
        if kind == "file":
            field.set_input_files(PDF)  # type: ignore[arg-type]
        elif kind == "radio":
            page.locator(f"[name='{name}']").first.check()
        elif kind == "checkbox":
            field.check()
        elif kind != "hidden" and field.input_value() in {"", "El Faro de paso"}:
            field.fill(known.get(name) or address_of(story, name))


def address_of(story: Story, name: str) -> str:
    """The parts of an address; twelve for anything else."""
    place = PLACE[story.network]
    parts = {"street": "Calle Real, 1", "postcode": place["postcode"], "city": place["city"]}
    return parts.get(name.rpartition("-")[2], "12")


def ask_for_a_change(story: Story) -> None:
    """Staff want one answer to be different; the bookshop changes it; staff see both."""
    staff = story.enter(STAFF, file_of(story, "answers"), "answers")
    staff.click("details:has(#wish-trade_name) summary")
    staff.fill(**{"wish-trade_name": "Write the name on the sign."})
    staff.click(".save-bar button.go", "change-asked")
    applicant = story.person(APPLICANT)
    applicant.go(story.stack.link(APPLICANT, "joining.changes"), "what-to-change")
    applicant.fill(trade_name=NAME + " ")
    while applicant.page.locator("button[value='next']").count():
        applicant.click("button[value='next']")
    applicant.click("button[value='send']", "changed")
    staff.go(file_of(story, "answers"), "answers-again")


def admit(story: Story) -> None:
    """Staff accept; where the network has a fee, they record it with its proof."""
    staff = story.enter(STAFF, file_of(story), "file")
    staff.click("form[action$='/accept'] button", "accepted")
    if story.network == "es":
        assert story.bookshop().state == "fee_due"
        staff.click("details:has(form[action$='/record_fee']) summary")
        staff.page.locator("input[name='proof']").set_input_files(PDF)  # type: ignore[arg-type]
        staff.click("form[action$='/record_fee'] button", "fee-recorded")
    assert story.bookshop().state == "terms_due"


def enter_for_the_first_time(story: Story) -> None:
    """A password by a link, two texts that block everything, and the office opens."""
    owner = story.person(APPLICANT)
    template = "joining.fee_recorded" if story.network == "es" else "joining.first_access"
    owner.go(story.stack.link(APPLICANT, template), "first-access")
    owner.send("main form", "password-set", password=PASSWORD, again=PASSWORD)
    owner = story.enter(APPLICANT, "/office/stock/", "texts-block-everything")
    assert owner.path().startswith("/office/terms")
    for box in owner.page.locator("form.terms input[type='checkbox']").all():
        box.check()
    owner.click("form.terms button.go", "office")
    assert story.bookshop().state == "active"
    story.slug = story.bookshop().slug


def tell(story: Story) -> None:
    """The whole chapter."""
    apply(story)
    send_the_questionnaire(story)
    answer(story)
    ask_for_a_change(story)
    admit(story)
    enter_for_the_first_time(story)

"""Chapter 9: a reader's data are erased (F42, F48)."""

from __future__ import annotations

from sqlalchemy import select

from tests.browser.story import APPLICANT, PASSWORD, READER, STAFF, Story
from trade.accounts.models import Person
from trade.privacy.models import DeletionRequest
from trade.reservations.models import Reservation


def ask(story: Story) -> None:
    """Two clicks from the account's page; what is still open is dealt with first."""
    reader = story.enter(READER, "/account/", "account-before-leaving")
    with reader.at_most(3, "asking for the deletion"):
        reader.click("#data a[href='/account/delete']", "delete-account")
        box = reader.page.locator("main form input[type='checkbox']")
        if box.count():
            box.first.check()
        reader.click("main form button.button-bad", "deletion-asked")


def deal_with_what_is_open(story: Story) -> None:
    """The late reservation is answered by the bookshop, where the reader did not give it up."""
    with story.stack.house.session() as session:
        wanted = select(Reservation.state).where(Reservation.reference == story.reservation)
        state = session.scalars(wanted).one()
    if state in {"received", "in_process"}:
        owner = story.enter(APPLICANT, f"/office/reservations/{story.reservation}", "late-reservation")
        owner.click("details.reject summary")
        owner.page.locator("input[name='reason_code'][value='not_in_stock']").check()
        owner.click("form[action$='/reject'] button", "late-reservation-rejected")


def execute(story: Story) -> None:
    """Staff see the request with its clock, carry it out, and keep the certificate."""
    with story.stack.house.session() as session:
        request_id = session.scalars(select(DeletionRequest.id).order_by(DeletionRequest.id.desc())).first()
    staff = story.enter(STAFF, "/staff/erasures/", "erasures")
    with staff.at_most(3, "carrying out an erasure"):
        staff.click(f"a[href='/staff/erasures/{request_id}/']", "erasure")
        staff.confirm("form[action$='/execute'] button", "erased")
    story.stack.settle()
    staff.go(f"/staff/erasures/{request_id}/", "certified")
    certificate = staff.save("a[href$='/certificate.txt']").decode()
    assert READER not in certificate
    with story.stack.house.session() as session:
        assert session.scalars(select(Person.id).where(Person.email == READER)).first() is None


def be_gone(story: Story) -> None:
    """Signing in fails, and the bookshop reads no name any more."""
    reader = story.person(READER)
    reader.go("/sign-in", "sign-in-again")
    reader.send("main form", "unknown", email=READER, password=PASSWORD)
    assert reader.path().startswith("/sign-in")
    owner = story.enter(APPLICANT, f"/office/reservations/{story.reservation}", "reservation-without-a-name")
    assert "Clara Lectora" not in owner.page.content()
    story.enter(STAFF, "/staff/outbox/", "outbox")


def tell(story: Story) -> None:
    """The whole chapter."""
    ask(story)
    deal_with_what_is_open(story)
    execute(story)
    be_gone(story)

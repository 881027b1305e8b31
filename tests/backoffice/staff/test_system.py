"""The machine room and the control room: failed jobs revived, the journal read, problems first."""

from __future__ import annotations

import pytest

from tests.backoffice.browser import Screen, said
from tests.cast import NOW
from tests.conftest import House
from trade.base import journal
from trade.base.models import Effect
from trade.messages.models import Message


def effect(desk: House, key: str, state: str = "dead") -> int:
    """A job."""
    with desk.session() as session:
        kind = "message.deliver" if key.startswith("message.deliver") else "stock.import"
        made = Effect(kind=kind, key=key, payload={"key": "x"}, state=state, attempts=12, error="boom")
        session.add(made)
        session.flush()
        return made.id


def state(desk: House, number: int) -> tuple[str, int]:
    """State and attempts of a job."""
    with desk.session() as session:
        found = session.get_one(Effect, number)
        return found.state, found.attempts


def test_a_failed_job_is_revived_and_only_that_one(desk: House, ada: Screen) -> None:
    dead, done = effect(desk, "t:1"), effect(desk, "t:2", "done")
    assert "boom" in ada.get(f"/staff/jobs/{dead}/")
    page = ada.do(f"/staff/jobs/{dead}/retry")
    assert said(page) == ["The job will be tried again."]
    assert state(desk, dead) == ("pending", 0)
    again = ada.do(f"/staff/jobs/{done}/retry")
    assert said(again) != ["The job will be tried again."]
    assert state(desk, done) == ("done", 12)


def test_several_jobs_are_revived_together_or_not_at_all(desk: House, ada: Screen) -> None:
    first, second, done = effect(desk, "t:3"), effect(desk, "t:4"), effect(desk, "t:5", "done")
    page = ada.do("/staff/jobs/action/", {"action": "retry", "rowid": [first, second]})
    assert said(page) == ["2 jobs will be tried again."]
    third = effect(desk, "t:6")
    ada.do("/staff/jobs/action/", {"action": "retry", "rowid": [third, done]})
    assert state(desk, third) == ("dead", 12)


def test_the_journal_tells_who_did_what_and_cannot_be_changed(desk: House, ada: Screen) -> None:
    with desk.session(desk.cast.staff()) as session:
        journal.write(
            session, action="test.done", thing="test", thing_id=77, at=NOW, bookshop_id=desk.cast.alba, reason="why not"
        )
    page = ada.get("/staff/journal/?flt0_0=test.done")
    row = page.partition("test.done</td>")[2].partition("</tr>")[0]
    for words in ("test 77", "Alba", "Dora", "why not"):
        assert words in row, words
    methods = {
        method
        for rule in desk.app.url_map.iter_rules()
        if rule.endpoint.startswith("staff_journal") and rule.endpoint != "staff_journal.action_view"
        for method in rule.methods or ()
    }
    assert methods <= {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(("who", "sees"), [("ada", True), ("dora", False)])
def test_the_control_room_shows_what_one_may_deal_with(desk: House, who: str, sees: bool) -> None:
    effect(desk, f"t:{who}")
    page = Screen(desk, who).english().get("/staff/")
    assert ("failed for good" in page) is sees


def test_problems_stand_above_what_merely_waits(desk: House, ada: Screen, apply) -> None:  # type: ignore[no-untyped-def]
    apply(desk)
    effect(desk, "message.deliver:t:failed")
    with desk.session() as session:
        session.add(
            Message(
                key="t:failed",
                template="membership.left",
                locale="es",
                to_email="x@mostrador.example",
                subject="s",
                body="b",
                state="queued",
                created_at=NOW,
            )
        )
    page = ada.get("/staff/")
    assert page.index("could not be sent") < page.index("for staff")
    assert "alarm" in page

"""Deletion at the desk: a request with its clock, the identity, the execution, the certificate."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from jobs.first_data import load_first_data
from tests.backoffice.browser import Screen, said
from tests.cast import NOW
from tests.conftest import House
from trade.accounts.models import Person
from trade.privacy.actions import ask_deletion
from trade.privacy.models import DeletionRequest


@pytest.fixture
def dora(house: House) -> Screen:
    """Staff, in a house of her own."""
    with house.session() as session:
        load_first_data(session, at=NOW)
    return Screen(house, "dora").english()


def request_of(house: House) -> DeletionRequest:
    """The newest request."""
    with house.session() as session:
        return session.scalars(select(DeletionRequest).order_by(DeletionRequest.id.desc())).first()


@pytest.mark.seed("F42")
def test_a_reader_s_request_is_carried_out_and_certified(house: House, dora: Screen) -> None:
    with house.session(house.cast.reader("clara")) as session:
        ask_deletion(session, person_id=house.cast.people["clara"], at=NOW)
    asked = request_of(house)
    page = dora.get(f"/staff/erasures/{asked.id}/")
    assert "30 days left" in page
    assert "clara@mostrador.example" in page
    dora.do(f"/staff/erasures/{asked.id}/move/execute")
    after = dora.get(f"/staff/erasures/{asked.id}/")
    assert "clara@" not in after
    assert "This person is erased" in after
    certificate = dora.client.get(f"/staff/erasures/{asked.id}/certificate.txt")
    assert certificate.mimetype == "text/plain"
    assert "clara" not in certificate.text.lower()
    assert house.client("clara").get("/account/").status_code == 302


def test_a_request_by_mail_needs_an_identity_first(house: House, dora: Screen) -> None:
    unknown = dora.do("/staff/erasures/ask/", {"email": "nobody@mostrador.example"})
    assert "Nobody has this e-mail address." in unknown
    dora.do("/staff/erasures/ask/", {"email": "bruno@mostrador.example"})
    asked = request_of(house)
    drawn = set(re.findall(r"/move/(\w+)", dora.get(f"/staff/erasures/{asked.id}/")))
    assert drawn == {"check_identity", "withdraw", "refuse"}
    early = dora.do(f"/staff/erasures/{asked.id}/move/execute")
    assert said(early) == ["Check first who asks."]
    silent = dora.do(f"/staff/erasures/{asked.id}/move/check_identity", {"how": " "})
    assert said(silent) == ["Write how you checked who asks."]
    dora.do(f"/staff/erasures/{asked.id}/move/check_identity", {"how": "called back"})
    done = dora.do(f"/staff/erasures/{asked.id}/move/execute")
    assert said(done) == ["The request is now: Certified."]
    with house.session() as session:
        assert session.get_one(Person, house.cast.people["bruno"]).state == "erased"


def test_a_refused_request_keeps_the_person(house: House, dora: Screen) -> None:
    dora.do("/staff/erasures/ask/", {"email": "bruno@mostrador.example"})
    asked = request_of(house)
    without = dora.do(f"/staff/erasures/{asked.id}/move/refuse", {"reason": ""})
    assert said(without) == ["Give a reason: the other side will read it."]
    dora.do(f"/staff/erasures/{asked.id}/move/refuse", {"reason": "Somebody else asked."})
    with house.session() as session:
        assert session.get_one(Person, house.cast.people["bruno"]).state == "active"
    assert dora.client.get(f"/staff/erasures/{asked.id}/certificate.txt").status_code == 404


def test_open_requests_stand_in_the_control_room(house: House, dora: Screen) -> None:
    assert "Deletion of personal data" not in dora.get("/staff/")
    dora.do("/staff/erasures/ask/", {"email": "bruno@mostrador.example"})
    assert "Deletion of personal data" in dora.get("/staff/")

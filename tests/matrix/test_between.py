"""Who is no longer, or not yet, what she was: half signed in, signed out, erased, demoted, not having accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask_wtf.csrf import generate_csrf
from sqlalchemy import update

from tests.cast import NOW
from tests.conftest import House
from tests.matrix.asking import kinds_of, path_of, rules
from tests.matrix.expected import GROUPS, ROWS
from trade.accounts.models import Person, Role, SignInSession
from trade.texts.actions import draft, publish

# The door's own routes judge for themselves who knocks.
CLOSED = {
    (row.endpoint, row.method): GROUPS[row.who]
    for row in ROWS
    if row.who != "everybody" and not row.endpoint.startswith("door.")
}
AREAS = ("office", "staff", "ledger")
# What stays open to a bookshop that has texts to accept: the texts, and who she is.
BESIDE_THE_GATE = ("office_terms.", "office_profile.", "office_today.switch")
ANYTHING = {"int": "1", "default": "x", "path": "x"}


def requests(house: House, who: str) -> Iterator[tuple[str, str, str]]:
    """Every closed route that the person may open in the ordinary way: endpoint, method, path."""
    for rule in rules(house.app):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            if who in CLOSED.get((rule.endpoint, method), ()):
                yield rule.endpoint, method, path_of(rule, {n: ANYTHING[kind] for n, kind in kinds_of(rule).items()})


def answers(house: House, who: str) -> dict[str, tuple[int, str]]:
    """Status and place of the answer to each of them, with the right token."""
    client = house.client(who)
    with house.app.test_request_context() as context:
        context.session["csrf_token"] = "a token"
        token = generate_csrf()
    with client.session_transaction() as cookie:
        cookie["csrf_token"] = "a token"
    found = {}
    for endpoint, method, path in requests(house, who):
        with client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None) as answer:
            found[f"{method} {endpoint}"] = (answer.status_code, answer.headers.get("Location", ""))
    assert len(found) > 10
    return found


@pytest.mark.parametrize("who", ["dora", "emilio", "alba_owner", "clara"])
def test_the_password_alone_opens_nothing_where_a_second_step_is_on(house: House, who: str) -> None:
    with house.session() as session:
        person = house.cast.people[who]
        session.execute(update(Person).where(Person.id == person).values(totp_on_at=NOW, totp_secret=b"sealed"))
        session.execute(update(SignInSession).where(SignInSession.person_id == person).values(second_factor=False))
    wrong = {name: answer for name, answer in answers(house, who).items() if "/second-step" not in answer[1]}
    assert wrong == {}


ENDS = {
    "revoked": lambda person: update(SignInSession).where(SignInSession.person_id == person).values(revoked_at=NOW),
    "expired": lambda person: (
        update(SignInSession).where(SignInSession.person_id == person).values(expires_at=NOW - timedelta(seconds=1))
    ),
    "erased": lambda person: update(Person).where(Person.id == person).values(state="erased"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("who", ["ada", "alba_owner"])
def test_a_session_that_has_ended_opens_nothing(house: House, who: str, end: str) -> None:
    with house.session() as session:
        session.execute(ENDS[end](house.cast.people[who]))
    wrong = {name: answer for name, answer in answers(house, who).items() if "/sign-in" not in answer[1]}
    assert wrong == {}


@pytest.mark.parametrize("who", ["ada", "alba_owner", "emilio"])
def test_a_role_that_is_taken_away_is_gone_with_the_next_request(house: House, who: str) -> None:
    client = house.client(who)
    with house.session() as session:
        session.query(Role).filter(Role.person_id == house.cast.people[who]).delete()
    areas = [name for name in answers_of_areas(house, who) if name[1] != 403]
    assert areas == []
    assert client.get("/account/").status_code == 200, "she is still a reader"


def answers_of_areas(house: House, who: str) -> list[tuple[str, int]]:
    """The answers of the three back offices."""
    found = answers(house, who)
    return [
        (name, status)
        for name, (status, _) in found.items()
        if name.split()[1].startswith(("office", "staff", "ledger"))
    ]


def test_texts_to_accept_block_everything(house: House) -> None:
    """A new version of the terms takes effect: no page of the office opens, no button works before it is accepted."""
    at = house.clock.now()
    languages = dict.fromkeys(("es", "fr", "en"), "Sample terms.")
    with house.session(house.cast.staff()) as session:
        text = draft(session, document="terms", titles=languages, bodies=languages, accepted_by="bookshop", at=at)
        publish(session, text_id=text.id, effective_from=at, at=at)
    house.set_time(NOW + timedelta(minutes=1))
    office = {
        name: answer
        for name, answer in answers(house, "alba_owner").items()
        if name.split()[1].startswith("office_") and not name.split()[1].startswith(BESIDE_THE_GATE)
    }
    assert len(office) > 40
    assert {name: answer for name, answer in office.items() if "/office/terms" not in answer[1]} == {}

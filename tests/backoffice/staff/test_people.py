"""People at the desk: invitations, roles, sessions; one's own account with its second factor."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select

from tests.backoffice.browser import Screen, said
from tests.cast import NOW
from tests.conftest import House
from trade.accounts.actions import create_person
from trade.accounts.models import Person, Role, SignInSession
from trade.messages.models import Message

INVITATION = {"email": "nueva@mostrador.example", "name": "Nueva", "role": "accountant", "language": "es"}


def roles(desk: House, person: int) -> list[str]:
    """The roles of a person."""
    with desk.session() as session:
        return sorted(session.scalars(select(Role.name).where(Role.person_id == person)))


@pytest.mark.seed("T146")
def test_an_invitation_gives_nothing_before_it_is_accepted(desk: House, ada: Screen) -> None:
    page = ada.do("/staff/people/invite/", INVITATION)
    assert said(page) == ["The invitation is mailed. The role begins when it is accepted."]
    with desk.session() as session:
        assert session.scalar(select(Person).where(Person.email == INVITATION["email"])) is None
        mail = session.scalars(select(Message).where(Message.to_email == INVITATION["email"])).one()
    assert re.search(r"http://localhost/\S*invitation/\S{20,}", mail.body)


def test_readers_are_not_listed_and_not_opened(desk: House, ada: Screen) -> None:
    assert "clara@" not in ada.get("/staff/people/") + ada.get("/staff/people/?tab=bookshops")
    assert ada.client.get(f"/staff/people/{desk.cast.people['clara']}/").status_code == 404


def test_a_role_is_given_and_taken_away(desk: House, ada: Screen) -> None:
    person = desk.cast.people["emilio"]
    ada.do(f"/staff/people/{person}/grant", {"role": "staff"})
    assert roles(desk, person) == ["accountant", "staff"]
    with desk.session() as session:
        given = session.scalars(select(Role.id).where(Role.person_id == person, Role.name == "staff")).one()
    other = desk.cast.people["dora"]
    assert ada.post(f"/staff/people/{other}/take/{given}").status_code == 404
    ada.do(f"/staff/people/{person}/take/{given}")
    assert roles(desk, person) == ["accountant"]


def test_the_last_administrator_stays(desk: House, ada: Screen) -> None:
    person = desk.cast.people["ada"]
    with desk.session() as session:
        last = session.scalars(select(Role.id).where(Role.person_id == person)).one()
    page = ada.do(f"/staff/people/{person}/take/{last}")
    assert said(page)
    assert roles(desk, person) == ["administrator"]


def test_a_session_is_ended_at_the_desk(house: House) -> None:
    ada, person = Screen(house, "ada").english(), house.cast.people["dora"]
    with house.session() as session:
        opened = session.scalars(select(SignInSession.id).where(SignInSession.person_id == person)).one()
    assert house.client("dora").get("/staff/").status_code == 200
    ada.do(f"/staff/people/{person}/end/{opened}")
    assert house.client("dora").get("/staff/").status_code == 302


# --- one's own account -------------------------------------------------------------------------------

PASSWORD = "siete gatos leen despacio"


@pytest.fixture
def mara(house: House) -> Screen:
    """Staff with a password of her own."""
    with house.session() as session:
        person = create_person(
            session,
            email="mara@mostrador.example",
            name="Mara",
            locale="es",
            at=NOW,
            password=PASSWORD,
            roles=[("staff", None)],
        )
        token = SignInSession(
            person_id=person.id,
            token_hash="x" * 64,
            created_at=NOW,
            seen_at=NOW,
            expires_at=NOW.replace(year=2030),
            second_factor=False,
        )
        session.add(token)
        session.flush()
        house.cast.people["mara"] = person.id
    return sign_in(house)


def sign_in(house: House) -> Screen:
    """Mara signs in with her password, through the door."""
    screen = Screen.__new__(Screen)
    screen.client = house.client()
    answer = screen.post("/sign-in", {"email": "mara@mostrador.example", "password": PASSWORD}, page="/sign-in")
    assert answer.status_code == 302
    return screen.english()


def test_name_and_language_are_one_s_own(house: House, mara: Screen) -> None:
    page = mara.do("/staff/profile/name", {"name": "Mara Gil", "phone": "", "language": "fr"})
    assert 'lang="fr"' in page
    with house.session() as session:
        person = session.get_one(Person, house.cast.people["mara"])
    assert (person.name, person.locale) == ("Mara Gil", "fr")


def test_a_password_is_changed_by_who_knows_the_present_one(house: House, mara: Screen) -> None:
    wrong = mara.do("/staff/profile/password", {"old": "no", "new": "ocho perros duermen poco"})
    assert "The present password is not right." in wrong
    weak = mara.do("/staff/profile/password", {"old": PASSWORD, "new": "1234"})
    assert said(weak) == []
    done = mara.do("/staff/profile/password", {"old": PASSWORD, "new": "ocho perros duermen poco"})
    assert said(done) == ["The password is changed. Your other sessions have ended."]


def test_the_second_factor_is_switched_on_with_the_app(house: House, mara: Screen) -> None:
    page = mara.do("/staff/profile/second-factor")
    secret = re.search(r'data-copy="([A-Z2-7]{16,})"', page)
    assert secret
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page or "<svg" in page
    wrong = mara.do("/staff/profile/second-factor", {"code": "000000"})
    assert "Recovery codes" not in wrong
    code = pyotp.TOTP(secret.group(1)).at(house.clock.now())
    codes = mara.do("/staff/profile/second-factor", {"code": code})
    assert "Recovery codes" in codes
    with house.session() as session:
        assert session.get_one(Person, house.cast.people["mara"]).totp_on_at is not None
    assert mara.client.get("/staff/").status_code == 200
    refused = mara.do("/staff/profile/second-factor/off", {"password": "no"})
    assert "The password is not right." in refused
    mara.do("/staff/profile/second-factor/off", {"password": PASSWORD})
    with house.session() as session:
        assert session.get_one(Person, house.cast.people["mara"]).totp_on_at is None

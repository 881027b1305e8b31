"""Accounts: opening one, verifying the address, signing in and out, forgotten passwords, the second step."""

from __future__ import annotations

import pyotp
import pytest
from flask.testing import FlaskClient

from storefront.links import local
from tests.cast import NOW
from tests.conftest import House
from tests.storefront.page import Page, browser, mail_link, read, send, ticked
from trade.accounts.models import Person
from trade.messages.models import Message
from trade.privacy.models import Consent
from trade.privacy.rules import PURPOSES

PASSWORD = "tres gatos y un faro"


def mails(house: House, to: str) -> list[Message]:
    """The mails to an address, oldest first."""
    with house.session() as session:
        found = session.query(Message).filter(Message.to_email == to).order_by(Message.id).all()
        session.expunge_all()
        return found


def register(client: FlaskClient, **values: object) -> Page:
    """Fill in the registration."""
    page = read(client, "/register")
    given = {"name": "Marina Muestra", "email": "marina@lectora.example", "password": PASSWORD, **values}
    return send(client, page, **given)


def sign_in(client: FlaskClient, email: str, password: str, address: str = "/sign-in") -> Page:
    """Fill in the sign-in form."""
    return send(client, read(client, address), email=email, password=password)


def opened(house: House) -> FlaskClient:
    """A client with a fresh, verified account, signed out."""
    client = browser(house)
    register(client)
    link = mail_link(mails(house, "marina@lectora.example")[-1].body, "/verify/")
    send(client, read(client, link))
    return client


@pytest.mark.seed("F47")
def test_no_box_is_ticked_beforehand(house: House) -> None:
    page = read(browser(house), "/register")
    boxes = page.all("//input[@type='checkbox']")
    assert len(boxes) == len(PURPOSES)
    assert ticked(page) == []


@pytest.mark.seed("F45", "F46", "F47")
def test_only_ticked_purposes_are_consented_to(house: House) -> None:
    answer = register(browser(house), consent_newsletter="y")
    assert "Look into your mail" in answer.words
    with house.session() as session:
        found = session.query(Consent).all()
        assert [(row.purpose, row.given, row.form) for row in found] == [("newsletter", True, "register")]
        assert found[0].words == PURPOSES["newsletter"]


def test_the_verifying_link_needs_a_click_and_works_once(house: House) -> None:
    client = browser(house)
    register(client)
    link = mail_link(mails(house, "marina@lectora.example")[0].body, "/verify/")
    page = read(client, link)
    assert "Is this your address?" in page.words and "marina@lectora.example" in page.words
    with house.session() as session:
        assert session.query(Person).filter_by(email="marina@lectora.example").one().verified_at is None
    send(client, page)
    with house.session() as session:
        assert session.query(Person).filter_by(email="marina@lectora.example").one().verified_at is not None
    again = read(client, link)
    assert again.status == 410 and "This link no longer works" in again.words


def test_a_known_address_gets_the_same_answer(house: House) -> None:
    known = register(browser(house), email="clara@mostrador.example")
    fresh = register(browser(house), email="nueva@mostrador.example")
    assert known.words.replace("clara@", "nueva@") == fresh.words
    assert [mail.template for mail in mails(house, "clara@mostrador.example")] == ["account.exists"]


def test_mistakes_are_told_above_and_beside_and_what_was_written_stays(house: House) -> None:
    answer = register(browser(house), name="", email="not-an-address", password="corta")
    assert answer.one("//div[@id='errors']").get("role") == "alert"
    targets = {link.get("href") for link in answer.all("//div[@id='errors']//a")}
    assert targets == {"#name", "#email"}
    assert answer.one("//input[@id='email']").get("value") == "not-an-address"
    assert answer.one("//input[@id='email']").get("aria-invalid") == "true"
    assert answer.one("//input[@id='password']").get("value") in (None, "")


@pytest.mark.parametrize(("password", "told"), [("corta", "at least 10"), ("libreria2026", "easy to guess")])
def test_a_weak_password_is_refused_with_the_reason(house: House, password: str, told: str) -> None:
    assert told in register(browser(house), password=password).words


def test_signing_in_and_out(house: House) -> None:
    client = opened(house)
    page = sign_in(client, "marina@lectora.example", PASSWORD)
    assert "Marina Muestra" in page.words
    token_page = read(client, "/account/")
    send(client, token_page, "//form[contains(@action,'sign-out')]")
    assert read(client, "/account/").location.startswith("/sign-in?next=")


def test_an_old_cookie_is_worth_nothing_after_signing_out(house: House) -> None:
    client = opened(house)
    sign_in(client, "marina@lectora.example", PASSWORD)
    stolen = client.get_cookie(f"mostrador_{house.network}")
    assert stolen is not None
    send(client, read(client, "/account/"), "//form[contains(@action,'sign-out')]")
    client.set_cookie(stolen.key, stolen.value)
    assert read(client, "/account/").status == 302


def test_one_answer_for_unknown_addresses_and_wrong_passwords(house: House) -> None:
    client = opened(house)
    wrong = sign_in(client, "marina@lectora.example", "otra clave larga")
    unknown = sign_in(client, "nadie@lectora.example", "otra clave larga")
    assert wrong.texts("//div[@id='errors']//li") == unknown.texts("//div[@id='errors']//li")
    assert wrong.one("//input[@id='email']").get("value") == "marina@lectora.example"


def test_guessing_is_stopped(house: House) -> None:
    client = opened(house)
    for _ in range(8):
        sign_in(client, "marina@lectora.example", "otra clave larga")
    assert "Too many attempts" in sign_in(client, "marina@lectora.example", PASSWORD).words


OUTSIDE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "",
    None,
)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_never_gone_on_to(address: str | None) -> None:
    assert local(address) == ""


@pytest.mark.parametrize("address", ["/", "/reserve/9788437604947/alba", "/search?q=a&near=28004"])
def test_an_address_inside_is_gone_on_to(address: str) -> None:
    assert local(address) == address


def test_nobody_is_sent_outside_after_signing_in(house: House) -> None:
    client = opened(house)
    page = read(client, "/sign-in", query_string={"next": "//evil.example"})
    form = page.one("//main//form[@method='post'][.//input[@name='password']]")
    token = form.xpath(".//input[@name='csrf_token']/@value")[0]
    given = {"csrf_token": token, "email": "marina@lectora.example", "password": PASSWORD}
    answer = client.post("/sign-in", query_string={"next": "//evil.example"}, data=given)
    assert answer.headers["Location"] == "/account/"


@pytest.mark.seed("T05")
def test_a_password_never_had_is_set_by_the_link_of_the_mail(house: House) -> None:
    client = browser(house)
    page = send(client, read(client, "/password"), email="alba_owner@mostrador.example")
    assert "Look into your mail" in page.words
    link = mail_link(mails(house, "alba_owner@mostrador.example")[-1].body, "/password/")
    refused = send(client, read(client, link), password="corta", again="corta")
    assert "at least 10" in refused.words
    done = send(client, read(client, link), password=PASSWORD, again=PASSWORD)
    assert "Sign in with it" in done.words
    assert read(client, link).status == 410


def test_asking_for_a_password_tells_nothing_about_addresses(house: House) -> None:
    client = browser(house)
    known = send(client, read(client, "/password"), email="clara@mostrador.example")
    unknown = send(client, read(client, "/password"), email="nadie1@mostrador.example")
    assert known.words.replace("clara@", "nadie1@") == unknown.words


@pytest.mark.parametrize(
    ("who", "area"),
    [
        ("dora", "/staff/"),
        ("ada", "/staff/"),
        ("emilio", "/ledger/"),
        ("alba_clerk", "/office/"),
        ("clara", "/account/"),
    ],
)
def test_everybody_lands_in_her_own_area(house: House, who: str, area: str) -> None:
    answer = browser(house, who).get("/sign-in")
    assert answer.headers["Location"] == area


def test_the_second_step_is_switched_on_asked_for_and_switched_off(house: House) -> None:
    client = opened(house)
    sign_in(client, "marina@lectora.example", PASSWORD)
    page = send(client, read(client, "/account/second-step"), "//form[contains(@action,'begin')]")
    secret = page.text("//p[contains(.,'Key')]/code")
    assert page.all("//div[@class='qr']//*[local-name()='svg']")
    wrong = send(client, page, "//form[contains(@action,'confirm')]", code="000000")
    assert "not right" in wrong.words and secret in wrong.words
    app = pyotp.TOTP(secret)
    shown = send(client, wrong, "//form[contains(@action,'confirm')]", code=app.at(NOW))
    codes = shown.texts("//ul[@class='codes']//code")
    assert len(codes) == 10
    send(client, read(client, "/account/"), "//form[contains(@action,'sign-out')]")

    half = sign_in(client, "marina@lectora.example", PASSWORD, "/sign-in?next=/account/details")
    assert "Second step" in half.words
    assert read(client, "/account/").location.startswith("/second-step")
    assert "not right" in send(client, half, code=app.at(NOW)).words, "a code works once"
    assert "Your details" in send(client, read(client, "/second-step?next=/account/details"), code=codes[0]).words
    off = send(client, read(client, "/account/second-step"), "//form[contains(@action,'off')]", password=PASSWORD)
    assert "The second step is off" in off.words


def test_details_and_password_are_changed(house: House) -> None:
    client = opened(house)
    sign_in(client, "marina@lectora.example", PASSWORD)
    page = read(client, "/account/details")
    assert "Marina de Muestra" in send(client, page, name="Marina de Muestra", phone="910 000 114", locale="fr").words
    wrong = send(
        client,
        read(client, "/account/password"),
        old="no es esta",
        password="otro faro lejano",
        again="otro faro lejano",
    )
    assert "not right" in wrong.words
    done = send(
        client, read(client, "/account/password"), old=PASSWORD, password="otro faro lejano", again="otro faro lejano"
    )
    assert "Your password is saved" in done.words


def test_private_pages_are_never_stored(house: House) -> None:
    client = browser(house, "clara")
    for address in ("/account/", "/account/details", "/account/second-step"):
        assert "no-store" in read(client, address).headers["Cache-Control"]
    assert "no-store" in read(browser(house), "/sign-in").headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/sign-in", "/register", "/password", "/sign-out", "/join/", "/account/consents"])
def test_a_post_without_the_token_is_refused(house: House, address: str) -> None:
    assert browser(house, "clara").post(address, data={"email": "x@y.example"}).status_code == 400

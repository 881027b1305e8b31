"""The application and the questionnaire by its one-time link, left and resumed (F04, F06-F08, T01)."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.cast import NOW
from tests.conftest import House
from tests.storefront.page import Page, browser, mail_link, read, send
from trade.members.actions.applying import ask_change, send_questionnaire
from trade.members.models import Application, Bookshop
from trade.messages.models import Message
from trade.questionnaires.actions import values_of

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def apply(client: FlaskClient, **values: object) -> Page:
    """Fill in the application."""
    given = {
        "name": "Librería de Muestra",
        "city": "Segovia",
        "postcode": "40001",
        "contact_name": "Marina Muestra",
        "contact_email": "marina@libreria.example",
        "part_of_chain": "no",
        "message": "Abrimos en 1987.",
    }
    return send(client, read(client, "/join/"), **{**given, **values})


def shop_of(house: House) -> Bookshop:
    """The applicant."""
    with house.session() as session:
        found = session.scalars(select(Bookshop).where(Bookshop.name == "Librería de Muestra")).one()
        session.expunge(found)
        return found


def link_of(house: House) -> str:
    """The path of the last questionnaire link that was mailed."""
    with house.session() as session:
        bodies = session.scalars(
            select(Message.body)
            .where(Message.template.in_(["joining.questionnaire", "joining.changes"]))
            .order_by(Message.id)
        ).all()
    return mail_link(bodies[-1], "/join/")


def invited(house: House) -> FlaskClient:
    """A client whose application was answered with the questionnaire."""
    client = browser(house)
    apply(client)
    with house.session(house.cast.staff()) as session:
        send_questionnaire(
            session, bookshop_id=shop_of(house).id, at=NOW, link=lambda token: f"http://localhost/join/{token}"
        )
    return client


def fill(page: Page, network: str = "es") -> dict[str, str]:
    """Right answers for every question of a page."""
    known = right_answers(network)
    answers: dict[str, str] = {}
    for field in page.all("//main//form//input[@name]|//main//form//textarea[@name]"):
        name, kind = field.get("name"), field.get("type", "text")
        if kind == "radio":
            answers.setdefault(name, field.get("value"))
        elif kind == "checkbox":
            answers[name] = field.get("value")
        elif kind not in ("hidden", "file"):
            answers[name] = known.get(name, "12")
    return answers


def right_answers(network: str) -> dict[str, str]:
    """Answers that are right in a country, where a number is not."""
    french = network == "fr"
    answers = {
        "trade_name": "Librería de Muestra",
        "legal_name": "Librería de Muestra, S. L.",
        "tax_id": "732829320" if french else "B58378431",
        "founded": "1987-04-23",
        "coordinates": "45.76, 4.83" if french else "40.95, -4.12",
        "phone": "+33 4 99 00 00 00" if french else "921 000 000",
        "email": "hola@libreria.example",
        "billing_email": "facturas@libreria.example",
        "website": "https://libreria.example",
        "iban": "FR1420041010050500013M02606" if french else "ES9121000418450200051332",
    }
    for question in ("address", "billing_address"):
        answers |= {
            f"{question}-street": "Calle Real, 1",
            f"{question}-postcode": "69001" if french else "40001",
            f"{question}-city": "Lyon" if french else "Segovia",
        }
    return answers


@pytest.mark.seed("F04", "T01")
def test_an_application_is_kept_and_confirmed(shop_house: House) -> None:
    done = apply(browser(shop_house), part_of_chain="yes")
    assert "your application is with us" in done.words
    shop = shop_of(shop_house)
    assert (shop.state, shop.city, shop.area) == ("applied", "Segovia", shop.area)
    with shop_house.session() as session:
        told = session.scalars(select(Application)).one()
        assert (told.part_of_chain, told.contact_email, told.message) == (
            True,
            "marina@libreria.example",
            "Abrimos en 1987.",
        )
        assert session.scalars(select(Message.to_email)).all() == ["marina@libreria.example"]
    assert "Librería de Muestra" not in read(browser(shop_house), "/shops").words


def test_a_wrong_application_keeps_what_was_written(shop_house: House) -> None:
    answer = apply(browser(shop_house), postcode="99999", part_of_chain=None)
    assert answer.one("//input[@id='name']").get("value") == "Librería de Muestra"
    assert answer.one("//textarea[@id='message']").text.strip() == "Abrimos en 1987."
    assert {a.get("href") for a in answer.all("//div[@id='errors']//a")} == {"#part_of_chain"}
    again = apply(browser(shop_house), postcode="99999")
    assert "postcode" in again.text("//div[@id='errors']//li").lower()


@pytest.mark.seed("F07")
def test_the_questionnaire_is_left_and_resumed_with_the_same_link(shop_house: House) -> None:
    client = invited(shop_house)
    address = link_of(shop_house)
    page = read(client, address)
    assert "Librería de Muestra" in page.words and not page.all("//div[@id='errors']")
    left = send(client, page, trade_name="El Faro de Segovia", do="keep")
    assert "nothing is lost" in left.words
    resumed = read(browser(shop_house), address)
    assert resumed.one("//input[@name='trade_name']").get("value") == "El Faro de Segovia"


def test_a_wrong_answer_is_told_by_its_question_and_the_others_are_kept(shop_house: House) -> None:
    client = invited(shop_house)
    page = read(client, link_of(shop_house))
    answer = send(client, page, trade_name="El Faro", tax_id="B00000001", do="next")
    assert [a.get("href") for a in answer.all("//div[@id='errors']//a")] == ["#q-tax_id"]
    assert answer.one("//input[@id='q-tax_id']").get("value") == "B00000001"
    assert answer.one("//input[@id='q-tax_id']").get("aria-invalid") == "true"
    assert read(client, link_of(shop_house)).one("//input[@name='trade_name']").get("value") == "El Faro"


def test_an_answer_that_opens_a_question_shows_it(shop_house: House) -> None:
    client = invited(shop_house)
    page = read(client, link_of(shop_house))
    assert not page.all("//*[@name='equivalence_surcharge']")
    opened = send(client, page, **{**fill(page), "legal_form": "sole_trader", "do": "next"})
    assert opened.all("//*[@name='equivalence_surcharge']")


def walk(client: FlaskClient, address: str, network: str) -> Page:
    """Answer every part until the last one is on the screen."""
    page = read(client, f"{address}?part=1")
    for _ in range(20):
        for field in page.all("//main//form//input[@type='file']"):
            token = page.one("//main//form//input[@name='csrf_token']").get("value")
            upload = {
                "csrf_token": token,
                "do": "keep",
                **fill(page),
                field.get("name"): (io.BytesIO(PDF), "proof.pdf"),
            }
            client.post(page.address, data=upload, content_type="multipart/form-data")
        if not page.all("//button[@value='next']"):
            return page
        page = send(client, page, **{**fill(page, network), "do": "next"})
        assert not page.all("//div[@id='errors']"), page.texts("//div[@id='errors']//li")
    raise AssertionError("the questionnaire has no end")


@pytest.mark.seed("F07", "T03")
@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
def test_the_questionnaire_is_answered_sent_and_changed_on_request(shop_house: House) -> None:
    network = shop_house.network
    client = browser(shop_house)
    apply(client, postcode=right_answers(network)["address-postcode"])
    with shop_house.session(shop_house.cast.staff()) as session:
        send_questionnaire(session, bookshop_id=shop_of(shop_house).id, at=NOW, link=lambda t: f"http://x/join/{t}")
    address = link_of(shop_house)
    last = walk(client, address, network)
    sent = send(client, last, **{**fill(last, network), "do": "send"})
    assert "the questionnaire is sent" in sent.words, sent.texts("//div[@id='errors']//li")
    assert read(client, address).status == 410, "a sent link works no more"
    shop = shop_of(shop_house)
    assert shop.state == "answered"

    with shop_house.session(shop_house.cast.staff()) as session:
        ask_change(
            session,
            bookshop_id=shop.id,
            wishes={"trade_name": "Please write it in full."},
            at=NOW,
            link=lambda t: f"http://x/join/{t}",
        )
    page = read(client, link_of(shop_house))
    assert "We ask you to change 1 answer" in page.words and "Please write it in full." in page.words
    assert page.all("//div[@class='changed']//input[@name='trade_name']")
    assert len(page.all("//main//form//input[@type='text']")) == 1, "only what was asked reopens"
    done = send(client, page, trade_name="Librería de Muestra de Segovia", do="send")
    assert "the questionnaire is sent" in done.words
    with shop_house.session() as session:
        assert session.get_one(Bookshop, shop.id).state == "in_review"
        assert values_of(session, bookshop_id=shop.id)[1]["trade_name"] == "Librería de Muestra de Segovia"


def test_a_file_is_known_by_its_content_and_shown_by_its_name(shop_house: House) -> None:
    client = invited(shop_house)
    address = link_of(shop_house)
    page = next(
        p for p in (read(client, f"{address}?part={n}") for n in range(1, 20)) if p.all("//input[@type='file']")
    )
    name = page.all("//input[@type='file']")[0].get("name")
    token = page.one("//main//form//input[@name='csrf_token']").get("value")

    def upload(data: bytes, called: str) -> Page:
        form = {"csrf_token": token, "do": "next", name: (io.BytesIO(data), called)}
        return Page(client.post(page.address, data=form, content_type="multipart/form-data", follow_redirects=True))

    assert "Send a PDF, PNG or JPEG file." in upload(b"MZ\x90\x00 program", "proof.pdf").words
    upload(PDF, "../../etc/<b>recibo.pdf")
    shown = read(client, page.address)
    assert "recibo.pdf" in shown.words and "<b>" not in shown.text("//p[contains(.,'We have:')]")


@pytest.mark.parametrize("token", ["x", "a" * 300, "%F0%9F%93%9A", "1,2"])
def test_an_unknown_link_says_so(house: House, token: str) -> None:
    page = read(browser(house), f"/join/{token}")
    assert page.status == 410 and "This link no longer works" in page.words


@pytest.mark.parametrize("part", ["0", "-1", "99", "x", "1e3", "٣"])
def test_garbage_parts_are_answered_calmly(shop_house: House, part: str) -> None:
    client = invited(shop_house)
    assert read(client, link_of(shop_house), query_string={"part": part}).status == 200

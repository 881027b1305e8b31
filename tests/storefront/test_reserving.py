"""Reserving without paying, following and cancelling (T44-T48, T135), under both profiles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import NOW
from tests.conftest import House
from tests.storefront.conftest import POMPIER, REED, SOLITUDE, STRANGER
from tests.storefront.page import browser, read, send
from trade.accounts.models import Person
from trade.base.settings import set_value
from trade.calendar.models import ClosingDay, Vacation
from trade.messages.models import Message
from trade.reservations.actions.answer import notify, reject
from trade.reservations.models import Reservation
from trade.reservations.settings import ON
from trade.stock.queries import available


def reservation(house: House) -> Reservation:
    """The only reservation of the house."""
    with house.session() as session:
        found = session.scalars(select(Reservation)).one()
        session.expunge(found)
        return found


@pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
@pytest.mark.seed("T44", "T45")
def test_two_clicks_from_the_book_reserve_it_and_both_are_told(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    book = read(client, f"/book/{SOLITUDE}", query_string={"near": "Madrid" if shop_house.network == "es" else "Paris"})
    confirm = read(client, book.all("//a[.='Reserve without paying']/@href")[0])
    assert "Alba" in confirm.words and "14,95" in confirm.words.replace(".", ",")
    assert "The bookshop answers by" in confirm.words and "It has 1 working day." in confirm.words
    done = send(client, confirm, "//main//form[.//button]", note="Paso el sábado")
    assert done.status == 200 and "The bookshop has your reservation" in done.words
    kept = reservation(shop_house)
    assert (kept.state, kept.note, kept.reader_name) == ("received", "Paso el sábado", "Clara")
    with shop_house.session() as session:
        assert sorted(session.scalars(select(Message.to_email))) == [
            "alba@mostrador.example",
            "clara@mostrador.example",
        ]
        assert available(session, bookshop_id=shop_house.cast.alba, isbn=SOLITUDE) == 1


def test_a_visitor_is_led_to_the_door_and_back(shop_house: House) -> None:
    page = read(browser(shop_house), f"/reserve/{SOLITUDE}/alba")
    assert page.location == f"/sign-in?next=/reserve/{SOLITUDE}/alba"


def test_a_double_click_reserves_once(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    confirm = read(client, f"/reserve/{SOLITUDE}/alba")
    send(client, confirm)
    again = send(client, confirm)
    assert "You have already reserved this book at this bookshop" in again.words
    assert reservation(shop_house).state == "received"


def test_the_last_copy_goes_once(shop_house: House) -> None:
    clara, bruno = browser(shop_house, "clara"), browser(shop_house, "bruno")
    waiting = read(bruno, f"/reserve/{REED}/alba")
    send(clara, read(clara, f"/reserve/{REED}/alba"))
    assert "No copy is left on the shelf of this bookshop" in send(bruno, waiting).words
    assert "No copy is left" in read(bruno, f"/reserve/{REED}/alba").words
    assert "No bookshop of the network has it today" in read(bruno, f"/book/{REED}").words
    assert reservation(shop_house).reader_id == shop_house.cast.people["clara"]


def test_a_refused_reservation_keeps_what_was_written(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    confirm = read(client, f"/reserve/{POMPIER}/alba")
    with shop_house.session() as session:
        set_value(session, ON, False, at=NOW, bookshop_id=shop_house.cast.alba)
    answer = send(client, confirm, note="Gracias")
    assert "takes no reservations at the moment" in answer.words


def test_an_unverified_address_cannot_reserve(shop_house: House) -> None:
    with shop_house.session() as session:
        session.get_one(Person, shop_house.cast.people["clara"]).verified_at = None
    client = browser(shop_house, "clara")
    page = read(client, f"/reserve/{SOLITUDE}/alba")
    assert "Open the link we sent to clara@mostrador.example" in page.words
    assert not page.all("//main//textarea|//main//input[@name='note']")
    sent = send(client, page, "//form[contains(@action,'/verify')]")
    assert "Sent to clara@mostrador.example" in sent.words


@pytest.mark.seed("T133")
def test_the_deadline_says_which_days_do_not_count(shop_house: House) -> None:
    with shop_house.session() as session:
        session.add(ClosingDay(bookshop_id=shop_house.cast.alba, day=date(2026, 11, 25), name="Santa Catalina"))
    words = read(browser(shop_house, "clara"), f"/reserve/{SOLITUDE}/alba").words
    assert "Santa Catalina" in words
    assert "26 Nov 2026" in words


@pytest.mark.seed("T135")
def test_a_bookshop_on_vacation_takes_none(shop_house: House) -> None:
    with shop_house.session() as session:
        session.add(
            Vacation(bookshop_id=shop_house.cast.alba, first_day=date(2026, 11, 20), last_day=date(2026, 12, 1))
        )
    client = browser(shop_house, "clara")
    assert (
        read(client, f"/book/{SOLITUDE}?near=Madrid").text("//section[@class='availability']//h2").startswith("Boreal")
    )
    page = read(client, f"/reserve/{SOLITUDE}/alba")
    assert not page.all("//main//input[@name='note']")
    assert "1 December 2026" in read(client, "/shop/alba").words


@pytest.mark.seed("T125")
def test_a_bookshop_that_does_not_take_part_is_shown_without_the_button(shop_house: House) -> None:
    with shop_house.session() as session:
        set_value(session, ON, False, at=NOW, bookshop_id=shop_house.cast.boreal)
    page = read(browser(shop_house), f"/book/{STRANGER}")
    assert "Boreal" in page.text("//section[@class='availability']//h2")
    assert not page.all("//a[contains(@href,'/reserve/')]")


@pytest.mark.seed("T47")
def test_the_reader_cancels_and_the_copy_is_free_again(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    page = send(client, read(client, f"/reserve/{SOLITUDE}/alba"))
    assert "You cancelled it" in send(client, page, "//form[contains(@action,'/cancel')]").words
    assert reservation(shop_house).state == "rejected_by_reader"
    with shop_house.session() as session:
        assert available(session, bookshop_id=shop_house.cast.alba, isbn=SOLITUDE) == 2


@pytest.mark.seed("T46", "T48")
def test_the_page_follows_the_bookshops_answer(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    page = send(client, read(client, f"/reserve/{SOLITUDE}/alba"))
    stale = page
    with shop_house.session(shop_house.cast.bookshop("alba")) as session:
        notify(session, reference=reservation(shop_house).reference, at=NOW + timedelta(hours=1))
    page = read(client, f"/account/reservations/{reservation(shop_house).reference}")
    assert "Your book is waiting for you" in page.words and "keeps it for you until" in page.words
    assert not page.all("//form[contains(@action,'/cancel')]")
    assert (
        "Your book is waiting" in read(client, "/account/").words
        or "Reader notified" in read(client, "/account/").words
    )
    assert send(client, stale, "//form[contains(@action,'/cancel')]").status == 409


def test_a_rejection_is_told_with_its_reason_and_the_way_on(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    send(client, read(client, f"/reserve/{SOLITUDE}/alba"))
    reference = reservation(shop_house).reference
    with shop_house.session(shop_house.cast.bookshop("alba")) as session:
        reject(session, reference=reference, reason_code="not_in_stock", note="Se vendió ayer", at=NOW)
    page = read(client, f"/account/reservations/{reference}")
    assert "The copy could not be found in the bookshop. Se vendió ayer" in page.words
    assert f"/book/{SOLITUDE}" in page.links()


def test_past_the_deadline_it_is_late_in_word_and_shape(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    send(client, read(client, f"/reserve/{SOLITUDE}/alba"))
    with shop_house.session() as session:
        found = session.scalars(select(Reservation)).one()
        found.late_at = found.due_at + timedelta(minutes=5)
        reference = found.reference
    state = read(client, f"/account/reservations/{reference}").one("//main//span[contains(@class,'state')]")
    assert state.text_content().strip() == "Late" and state.get("data-shape") == "▲"


def test_anothers_reservation_is_not_there(shop_house: House) -> None:
    client = browser(shop_house, "clara")
    send(client, read(client, f"/reserve/{SOLITUDE}/alba"))
    reference = reservation(shop_house).reference
    for who in ("bruno", "boreal_owner", "alba_owner"):
        other = browser(shop_house, who)
        assert read(other, f"/account/reservations/{reference}").status == 404
        token = (
            read(other, "/account/").one("//form[contains(@action,'consents')]//input[@name='csrf_token']").get("value")
        )
        answer = other.post(f"/account/reservations/{reference}/cancel", data={"csrf_token": token})
        assert answer.status_code == 404
    assert reservation(shop_house).state == "received"


@pytest.mark.parametrize("address", ["/account/reservations/R-999999", "/account/reservations/1,2", "/reserve/1/alba"])
def test_garbage_references_are_not_there(shop_house: House, address: str) -> None:
    assert read(browser(shop_house, "clara"), address).status == 404


def test_the_address_named_by_mails_leads_to_the_list(shop_house: House) -> None:
    assert read(browser(shop_house, "clara"), "/account/reservations").location == "/account/"

"""The page of a bookshop, the directory, and the bookshop a reader chooses (T13-T16, T19, T115, T132)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import House
from tests.storefront.conftest import SOLITUDE
from tests.storefront.page import browser, read, send
from trade.calendar.models import ClosingDay
from trade.members.models import Bookshop


@pytest.mark.seed("T14", "T19", "F08")
def test_the_page_shows_what_the_bookshop_told(shop_house: House) -> None:
    with shop_house.session() as session:
        shop = session.get_one(Bookshop, shop_house.cast.alba)
        shop.hours, shop.address = "Lunes a viernes\n10:00-14:00", "Calle del Pez, 14"
        shop.description, shop.website, shop.phone = "Narrativa y ensayo.", "https://alba.example", "+34 910 000 114"
        session.add(ClosingDay(bookshop_id=shop.id, day=date(2026, 12, 7), name="Puente"))
    page = read(browser(shop_house), "/shop/alba")
    for words in ("Alba", "Narrativa y ensayo.", "Calle del Pez, 14", "28001 Madrid", "10:00-14:00", "alba.example"):
        assert words in page.words
    assert "7 December 2026" in page.words
    assert "Reserve without paying" in page.words
    assert len(page.all("//ul[contains(@class,'shelf')]/li")) == 3
    assert "3 titles to be seen" in page.words
    assert page.one("//a[starts-with(@href,'tel:')]").get("href") == "tel:+34910000114"


@pytest.mark.seed("T15")
def test_a_bookshop_passed_through_comes_first_until_another_is_chosen(shop_house: House) -> None:
    client = browser(shop_house)
    read(client, "/?near=Madrid")
    read(client, "/shop/boreal")
    page = read(client, f"/book/{SOLITUDE}")
    assert page.text("//section[@class='availability']//h2").startswith("Boreal")
    assert "Boreal, visited last" in page.words


@pytest.mark.seed("T16")
def test_choosing_is_free_and_can_be_taken_back(shop_house: House) -> None:
    client = browser(shop_house)
    page = send(client, read(client, "/shop/boreal"), "//main//form[contains(@action,'choose')]")
    assert "Boreal, your bookshop" in page.words
    read(client, "/shop/alba")
    assert "Boreal, your bookshop" in read(client, "/help").words
    assert f"/reserve/{SOLITUDE}/alba" in read(client, f"/book/{SOLITUDE}?near=Madrid").links()
    page = send(client, read(client, "/shop/boreal"), "//main//form[contains(@action,'choose')]", forget="1")
    assert "your bookshop" not in page.one("//header").text_content()


def test_the_directory_lists_every_active_bookshop(shop_house: House) -> None:
    with shop_house.session() as session:
        session.get_one(Bookshop, shop_house.cast.boreal).state = "suspended"
    page = read(browser(shop_house), "/shops")
    assert "1 independent bookshop" in page.words
    assert "/shop/alba" in page.links() and "/shop/boreal" not in page.links()
    assert read(browser(shop_house), "/shop/boreal").status == 404
    assert "1 independent bookshop" in read(browser(shop_house), "/").words


@pytest.mark.seed("T75")
def test_the_first_page_starts_from_where_the_reader_is(stocked: House) -> None:
    page = read(browser(stocked), "/?near=08010")
    assert "On the shelf near 08010 Barcelona" in page.words
    assert page.text("(//ul[@class='near-list']/li)[1]").startswith("Boreal")
    cards = page.all("//ul[@class='shelf']/li")
    assert len(cards) == 2
    assert page.all("//*[local-name()='circle'][@class='you']")


@pytest.mark.parametrize("slug", ["nobody", "ALBA", "1", "%00", "..%2f"])
def test_garbage_names_are_not_there(stocked: House, slug: str) -> None:
    assert read(browser(stocked), f"/shop/{slug}").status == 404


def test_everybody_sees_a_map_without_a_server_of_tiles(stocked: House) -> None:
    for address in ("/", "/shops", "/shop/alba", f"/book/{SOLITUDE}"):
        outlines = read(browser(stocked), address).all("//*[local-name()='image']/@href")
        assert [outline.partition("?")[0] for outline in outlines] == ["/storefront-static/map/es.svg"]
    with browser(stocked).get("/storefront-static/map/es.svg") as answer:
        assert answer.status_code == 200

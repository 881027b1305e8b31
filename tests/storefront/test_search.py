"""Finding books and bookshops: any writing, accents ignored, nearest first (F01, T150)."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from tests.conftest import House
from tests.storefront.conftest import POMPIER, SOLITUDE, STRANGER
from tests.storefront.page import browser, read
from trade.stock.models import StockLine


@pytest.mark.seed("F01")
@pytest.mark.parametrize(
    "words",
    [
        "cien años de soledad",
        "CIEN ANOS DE SOLEDAD",
        "garcia marquez",
        "García Márquez, Gabriel",
        "soledad gabriel",
    ],
)
def test_a_book_is_found_in_any_writing(stocked: House, words: str) -> None:
    page = read(browser(stocked), "/search", query_string={"q": words})
    assert f"/book/{SOLITUDE}" in page.links()
    assert "Cien años de soledad" in page.texts("//h2")


@pytest.mark.seed("F01")
@pytest.mark.parametrize(
    "words", ["978-84-376-0494-7", "9788437604947", "84-376-0494-X", "843760494X", "ISBN 978 84 376 0494 7"]
)
def test_an_isbn_in_any_writing_leads_straight_to_its_book(stocked: House, words: str) -> None:
    page = read(browser(stocked), "/search", query_string={"q": words})
    assert (page.status, page.location) == (302, f"/book/{SOLITUDE}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("9788437604948", "9788437604948 has a wrong check digit"),
        ("9771234567003", "is the barcode of a magazine"),
        ("9788478884452", "The ISBN is right, but the catalogue does not know the book yet."),
        ("1984", "Write the ISBN from the back of the book"),
    ],
)
def test_a_number_that_finds_nothing_is_told_why(stocked: House, words: str, said: str) -> None:
    assert said in read(browser(stocked), "/search", query_string={"q": words}).words


@pytest.mark.seed("F01")
@pytest.mark.parametrize("words", ["ecume", "l'écume des jours", "L ECUME", "boris vian"])
def test_accents_and_elisions_do_not_matter(stocked: House, words: str) -> None:
    assert f"/book/{POMPIER}" in read(browser(stocked), "/search", query_string={"q": words}).links()


def test_the_result_answers_where_and_what(stocked: House) -> None:
    row = read(browser(stocked), "/search?q=soledad&near=28004").one("//li[@class='result']")
    words = " ".join(row.text_content().split())
    assert "On the shelf" in words
    assert "Alba, 1" in words or "Alba, 9" in words
    assert "2 copies; also in 1 more bookshop" in words
    assert [a.get("href") for a in row.xpath(".//a[contains(@class,'button')]")] == [f"/reserve/{SOLITUDE}/alba"]


def test_a_typing_error_is_forgiven_with_a_way_back(stocked: House) -> None:
    client = browser(stocked)
    page = read(client, "/search?q=soledat")
    assert f"/book/{SOLITUDE}" in page.links()
    back = page.one("//p[contains(@class,'notice')]/a").get("href")
    assert "Nothing found" in read(client, back).words


def test_nothing_found_says_what_to_do(stocked: House) -> None:
    page = read(browser(stocked), "/search?q=zzzzqqqq")
    assert page.status == 200
    assert "Nothing found for “zzzzqqqq”" in page.words
    assert {"/shops", "/shop/alba", "/shop/boreal"} <= set(page.links()), "whom to ask"
    near = read(browser(stocked), "/search?q=zzzzqqqq&near=barcelona")
    assert near.texts("//ul[@class='near-list']//a[@class='name']") == ["Boreal", "Alba"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=%00", 400),
        ("q=" + "a" * 5000, 200),
        ("q=soledad&page=-1", 200),
        ("q=soledad&page=1e9", 200),
        ("q=soledad&page=99999999999999999999", 200),
        ("q=soledad&near=%00%00", 400),
        ("q=soledad&near=999,999", 200),
        ("q=%27%29%3Bdrop+table+book", 200),
        ("q=<script>alert(1)</script>", 200),
    ],
)
def test_garbage_is_answered_calmly(stocked: House, query: str, status: int) -> None:
    page = read(browser(stocked), f"/search?{query}")
    assert page.status == status
    assert "<script>alert(1)" not in page.source


@pytest.mark.seed("F01")
@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("28004", "Alba"),
        ("Madrid", "Alba"),
        ("getafe", "Alba"),
        ("40.40, -3.70", "Alba"),
        ("08010", "Boreal"),
        ("barcelona", "Boreal"),
        ("41.39, 2.17", "Boreal"),
    ],
)
def test_bookshops_come_nearest_first(stocked: House, place: str, first: str) -> None:
    page = read(browser(stocked), f"/book/{SOLITUDE}", query_string={"near": place})
    assert page.text("//section[@class='availability']//h2").startswith(f"{first},")
    assert len(page.all("//ol[@class='offers']/li")) == 1


def test_the_place_is_remembered(stocked: House) -> None:
    client = browser(stocked)
    read(client, "/search?q=soledad&near=barcelona")
    page = read(client, f"/book/{SOLITUDE}")
    assert page.one("//input[@name='near']").get("value") == "Barcelona"
    assert page.text("//section[@class='availability']//h2").startswith("Boreal,")
    read(client, "/?near=")
    assert read(client, f"/book/{SOLITUDE}").one("//input[@name='near']").get("value") == ""


def test_an_unknown_place_is_said(stocked: House) -> None:
    page = read(browser(stocked), "/search?q=soledad&near=Xyzzyville")
    assert "We do not know the place “Xyzzyville”" in page.words


@pytest.mark.seed("T150")
def test_the_six_words_of_availability_stand_under_every_book(stocked: House) -> None:
    assert read(browser(stocked), f"/book/{SOLITUDE}").texts("//ul[@class='legend']/li") == [
        "On the shelf",
        "Short term",
        "Printed on demand",
        "From another bookshop",
        "Presale",
        "Straight from the distributor",
    ]


def test_a_label_is_a_word_and_a_shape(stocked: House) -> None:
    label = read(browser(stocked), f"/book/{SOLITUDE}?near=28004").all("//*[contains(@class,'label-on_shelf')]")[0]
    assert label.text_content().strip() == "On the shelf"
    assert label.find("svg") is not None


def test_a_book_nobody_has_is_still_found(shop_house: House) -> None:
    with shop_house.session() as session:
        session.execute(update(StockLine).values(quantity=0))
    page = read(browser(shop_house), f"/book/{STRANGER}")
    assert page.status == 200
    assert "No bookshop of the network has it today" in page.words


@pytest.mark.parametrize(
    "writing", ["978-84-376-0494-7", "84-376-0494-X", "843760494X", "978 84 376 0494 7", "isbn-9788437604947"]
)
def test_other_writings_of_an_isbn_lead_to_the_one_address(stocked: House, writing: str) -> None:
    page = read(browser(stocked), f"/book/{writing}")
    assert (page.status, page.location) == (301, f"/book/{SOLITUDE}")


@pytest.mark.parametrize("writing", ["9788437604948", "hello", "9999999999999", "1,2", "977111111111", "%00"])
def test_what_is_no_isbn_is_not_there(stocked: House, writing: str) -> None:
    assert read(browser(stocked), f"/book/{writing}").status == 404


def test_the_canonical_address_is_named(stocked: House) -> None:
    page = read(browser(stocked), f"/book/{SOLITUDE}?near=28004")
    assert page.one("//link[@rel='canonical']").get("href").endswith(f"/book/{SOLITUDE}")


@pytest.mark.parametrize(
    ("address", "indexable"),
    [
        ("/search?q=soledad", True),
        ("/search", True),
        ("/search?q=soledat", False),
        ("/search?q=zzzzqqqq", False),
        ("/search?q=soledad&language=es", False),
        ("/search?q=soledad&page=2", False),
    ],
)
def test_only_a_plain_search_that_finds_something_may_be_indexed(stocked: House, address: str, indexable: bool) -> None:
    page = read(browser(stocked), address)
    assert bool(page.all("//meta[@name='robots'][@content='noindex']")) is not indexable
    assert bool(page.all("//link[@rel='canonical']")) is indexable


def test_a_page_names_itself_in_every_language(stocked: House) -> None:
    page = read(browser(stocked), f"/book/{SOLITUDE}?lang=fr&near=28004")
    assert page.one("//link[@rel='canonical']").get("href").endswith(f"/book/{SOLITUDE}?lang=fr")
    named = {link.get("hreflang"): link.get("href") for link in page.all("//link[@rel='alternate']")}
    assert set(named) == {"es", "fr", "en", "x-default"}
    assert named["x-default"].endswith(f"/book/{SOLITUDE}") and named["en"].endswith("?lang=en")

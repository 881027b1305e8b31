"""Basket, comparison, checkout and the order's page (F02, F03, F27, F47, T15, T16, T143), under both profiles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.conftest import House
from tests.doubles.starting import StripeDouble
from tests.storefront.conftest import PLACES
from tests.storefront.page import Page, browser, read, send, ticked
from tests.trade.orders.helpers import JUNCO, POSTCODES, YEARS, open_for_sale, order, pay
from tests.trade.orders.test_place_and_serve import counted
from tests.trade.payments.ground import Till
from trade.orders.models import Order
from trade.payments.models import Payment
from trade.places.actions import load_places
from trade.stock.queries import available

BOTH = pytest.mark.parametrize("network", ["es", "fr"], indirect=True)
LEGAL = {
    "es": "Pedido con obligación de pago",
    "fr": "Commande avec obligation de paiement",
    "en": "Order with obligation to pay",
}
REVIEW = "/checkout?shop=alba&mode=pickup"
GUEST = {"name": "Clara", "email": "clara@mostrador.example"}
ADDRESS = {"street": "Calle Mayor 1", "city": "-"}


@pytest.fixture
def selling(house: House, stand_in: StripeDouble) -> Iterator[House]:
    """Alba sells both books, Boreal one; whoever collects has an account at the stand-in."""
    till = Till(house, stand_in)
    for shop in ("alba",) if house.profile.money_flow == "platform" else ("alba", "boreal"):
        till.connect(shop=shop)
    open_for_sale(house)
    open_for_sale(house, "boreal", isbns=(YEARS,))
    with house.session() as session:
        load_places(session, places=PLACES)
    yield house


def who_buys(house: House) -> str | None:
    """A reader in Spain, a guest in France (A25)."""
    return "clara" if house.network == "es" else None


def orders(house: House) -> int:
    """How many orders there are."""
    with house.session() as session:
        return session.scalars(select(func.count()).select_from(Order)).one()


def put_in(house: House, *isbns: int, who: str | None = None) -> tuple[FlaskClient, Page]:
    """A browser with these books in its basket, and the basket's page."""
    client = browser(house, who)
    for isbn in isbns:
        client.get(f"/buy/{isbn}")
    return client, read(client, "/basket")


def placed_by(client: FlaskClient, address: str | Page = REVIEW, **values: str) -> Page:
    """Send the checkout's form with its order button; the answer is not followed to the gateway."""
    page = address if isinstance(address, Page) else read(client, address)
    form = page.all("//main//form[.//button[@name='step']]")[0]
    fields = {
        field.get("name"): field.get("value") or ""
        for field in form.xpath(".//input")
        if field.get("type") not in ("checkbox", "radio") or field.get("checked") is not None
    }
    data = {**fields, **GUEST, "step": "order", **values}
    return Page(client.post(form.get("action"), data=data))


@BOTH
def test_the_basket_counts_changes_and_empties(selling: House) -> None:
    client, page = put_in(selling, YEARS, JUNCO, YEARS)
    assert page.text("//header//a[starts-with(., 'Basket')]") == "Basket 2"
    assert page.headers["Cache-Control"] == "no-store"
    page = send(client, page, f"//form[@action='/basket/{YEARS}']", copies="3")
    assert "69.80" in page.words and page.text("//header//a[starts-with(., 'Basket')]") == "Basket 4"
    page = send(client, page, f"//form[@action='/basket/{YEARS}']", copies="many")
    assert "Write the number of copies" in page.words
    for isbn in (YEARS, JUNCO):
        page = send(client, page, f"//form[@action='/basket/{isbn}']", remove="1")
    assert "It is empty" in page.words and read(client, REVIEW).status == 302


def test_fifty_titles_fit_and_no_more(selling: House) -> None:
    client = browser(selling)
    with client.session_transaction() as cookie:
        cookie["basket"] = [[number, 1] for number in range(1, 51)]
    client.get(f"/buy/{YEARS}")
    with client.session_transaction() as cookie:
        assert len(cookie["basket"]) == 50


@BOTH
@pytest.mark.seed("T143")
def test_two_bookshops_are_compared_before_confirming(selling: House) -> None:
    client, _page = put_in(selling, YEARS, JUNCO)
    near = "Madrid" if selling.network == "es" else "Paris"
    page = read(client, "/basket/compare", query_string={"mode": "pickup", "near": near})
    assert page.texts("//article/header/h2") == ["Fewest trips", "Cheapest", "Soonest"]
    assert "39.90" in page.words and "1 visit" in page.words and "Choose Alba" in page.words
    client.get("/shop/boreal")
    page = read(client, "/basket/compare", query_string={"mode": "pickup", "near": near})
    assert "Boreal: It does not have El infinito en un junco." in page.words
    client.get("/shop/alba")
    asked = {"mode": "delivery", "postcode": POSTCODES[selling.network]}
    page = read(client, "/basket/compare", query_string=asked)
    assert page.texts("//article/header/h2")[-1] == "My bookshop" and "1 parcel" in page.words


@BOTH
@pytest.mark.seed("T15", "T16", "F02")
def test_the_bookshop_passed_last_is_proposed_and_an_order_leads_to_its_payment(selling: House) -> None:
    client, _page = put_in(selling, YEARS, who=who_buys(selling))
    client.get("/shop/boreal")
    client.get("/shop/alba")
    basket = read(client, "/basket")
    address = basket.one("//a[.='Pay and collect there']").get("href")
    assert "shop=alba" in address and "Compare bookshops" in basket.words
    page = read(client, address)
    assert "Sold by Alba (sample)" in page.words and "14.95" in page.words and not list(ticked(page))
    assert page.texts("//button[@name='step']") == [LEGAL["en"]]
    assert "/legal/sales" in page.links() and page.headers["Cache-Control"] == "no-store"
    sent = placed_by(client, address)
    assert sent.status == 302 and sent.location.startswith(selling.stripe)
    with selling.session() as session:
        made, payment = session.scalars(select(Order)).one(), session.scalars(select(Payment)).one()
        assert (made.brought_by_id, made.total_cents, payment.state) == (selling.cast.alba, 1_495, "open")
        key = payment.key
        assert available(session, bookshop_id=selling.cast.alba, isbn=YEARS) == 2
    back = read(client, f"/pay/{key}", query_string={"gave_up": "1"})
    assert "You left the payment page" in read(client, back.location).words
    waiting = read(browser(selling), read(browser(selling), f"/pay/{key}").location)
    assert waiting.headers["Refresh"] == "5" and "This page renews itself" in waiting.words
    assert waiting.headers["Cache-Control"] == "no-store"
    again = client.post(
        waiting.one("//form[.//button[.='To the payment page']]").get("action"),
        data={"csrf_token": read(client, back.location).all("//input[@name='csrf_token']")[0].get("value")},
    )
    assert again.headers["Location"] == sent.location
    assert "It is empty" in read(client, "/basket").words


@BOTH
@pytest.mark.seed("F03")
def test_a_delivery_tells_its_total_before_it_is_ordered(selling: House) -> None:
    client, _page = put_in(selling, YEARS, who=who_buys(selling))
    address = "/checkout?shop=alba&mode=delivery"
    first = read(client, address)
    assert first.texts("//button[@name='step']") == ["See the total"]
    values = {**ADDRESS, "postcode": POSTCODES[selling.network], "step": "review"}
    total = placed_by(client, address, **values)
    assert total.texts("//button[@name='step']") == [LEGAL["en"]] and total.one("//input[@name='street']").get("value")
    agreed = total.one("//input[@name='agreed']").get("value")
    missing = placed_by(client, address, postcode=POSTCODES[selling.network], agreed=agreed)
    assert "Fill in this field" in missing.words and orders(selling) == 0
    done = placed_by(client, address, **{**values, "step": "order", "agreed": agreed})
    assert done.location.startswith(selling.stripe)
    with selling.session() as session:
        made = session.scalars(select(Order)).one()
        assert str(made.total_cents) == agreed and made.delivery_cents > 0 and made.street == ADDRESS["street"]


@BOTH
def test_a_changed_total_and_a_lost_copy_are_told_and_nothing_is_lost(selling: House) -> None:
    client, _page = put_in(selling, YEARS, who=who_buys(selling))
    other = placed_by(client, agreed="1", note="Gracias")
    assert "The total has changed since you looked" in other.words and "14.95" in other.words
    assert other.one("//input[@name='note']").get("value") == "Gracias"
    waiting = read(client, REVIEW)
    order(selling, basket=[(YEARS, 3)], who="bruno")
    lost = placed_by(client, waiting, note="Gracias")
    assert "It does not have Cien años de soledad" in lost.words and "See what else is possible" in lost.words
    assert not lost.texts("//button[@value='order']") and orders(selling) == 1
    assert "Basket 1" in read(client, "/basket").words


@BOTH
@pytest.mark.seed("F27")
def test_institutions_are_led_to_the_contact_and_never_to_payment(selling: House) -> None:
    client, _page = put_in(selling, YEARS, who=who_buys(selling))
    answer = placed_by(client, buyer="institution")
    assert answer.location == "/institutions" and orders(selling) == 0
    assert "Buying for an institution" in read(client, "/institutions").words


def test_spain_wants_an_account(selling: House) -> None:
    client, _page = put_in(selling, YEARS)
    answer = read(client, REVIEW)
    assert answer.location.startswith("/sign-in?next=/checkout")


def test_the_button_carries_the_words_of_the_law_in_every_language(selling: House) -> None:
    client, _page = put_in(selling, YEARS, who="clara")
    for language, words in LEGAL.items():
        page = read(client, f"{REVIEW}&lang={language}")
        assert page.texts("//button[@name='step']") == [words]


@BOTH
def test_an_order_is_followed_and_cancelled_until_it_is_accepted(selling: House) -> None:
    made = order(selling, basket=[(YEARS, 2)])
    pay(selling, made)
    address = f"/order/{made.order.reference}"
    clara, anybody = browser(selling, "clara"), browser(selling)
    assert [read(browser(selling, who), address).status for who in (None, "bruno")] == [404, 404]
    assert read(anybody, f"{address}?k={'0' * 64}").status == 404
    assert made.order.reference in read(clara, "/account/").words
    for client, link in ((clara, address), (anybody, f"{address}?k={made.token}")):
        page = read(client, link)
        assert "Paid: the bookshop has your order" in page.words and "It is on the shelf of Alba." in page.words
        assert "29.90" in page.words and "The bookshop accepts at the latest" in page.words
        assert "Refresh" not in page.headers and page.headers["Cache-Control"] == "no-store"
    done = send(anybody, read(anybody, f"{address}?k={made.token}"), "//form[contains(@action, '/cancel')]")
    assert "You cancelled this order" in done.words
    assert not done.all("//form[contains(@action, '/cancel')]")
    with selling.session() as session:
        assert session.get_one(Order, made.order.id).state == "rejected_by_reader"


def test_no_page_asks_once_more_for_another_title(selling: House) -> None:
    asked: dict[str, list[int]] = {}
    for titles in ((YEARS,), (YEARS, JUNCO)):
        client, _page = put_in(selling, *titles, who="clara")
        made = order(selling, basket=[(isbn, 1) for isbn in titles])
        pages = ("/basket", "/basket/compare?mode=pickup", REVIEW, f"/order/{made.order.reference}")
        for address in pages:
            client.get(address)
            with counted(selling) as seen:
                assert client.get(address).status_code == 200
            asked.setdefault(address.partition("V-")[0], []).append(len(seen))
    assert all(one == two for one, two in asked.values()), asked
    assert max(count for counts in asked.values() for count in counts) < 30, asked

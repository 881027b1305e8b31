"""The catalogue at the desk: feeds sent and read, whose word counts, one book by its sources, prices, covers."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from jobs.catalogue import read_feed
from jobs.context import open_context
from tests.backoffice.browser import Screen, said
from tests.cast import BOOKS
from tests.conftest import House, csrf
from tests.trade.catalogue.feeds import campre, estado, picture
from trade.catalogue.models import Book, BookCover, CatalogueSource

SOLITUDE = BOOKS[0][0]
NEW = 9788433920423


def send(dora: Screen, data: bytes, address: str = "/staff/catalogue/upload", **fields: str) -> str:
    """Send a file by the form; returns the page it leads to."""
    token = csrf(dora.client, "/staff/catalogue/")
    answer = dora.client.post(address, data={"csrf_token": token, "file": (BytesIO(data), "feed.txt"), **fields})
    assert answer.status_code == 302, answer.text[:400]
    return answer.headers["Location"]


def work(desk: House, location: str) -> None:
    """Let the job read the feed of that page."""
    context = open_context(desk.config())
    read_feed(context, {"run_id": int(location.rsplit("/", 1)[1])})
    context.engine.dispose()
    context.redis.close()


@pytest.mark.seed("F01")
def test_a_feed_is_sent_read_and_told(dora: Screen, desk: House) -> None:
    location = send(dora, campre((NEW, 1890, "PANZA DE BURRO"), (NEW + 1, 100, "MISTYPED")))
    assert "Reading its records" in dora.get(location)
    work(desk, location)
    page = dora.get(location)
    assert "1 book read" in page
    assert "wrong check digit" in page
    listed = dora.get("/staff/catalogue/")
    assert "SINLI CAMPRE" in listed
    assert "Distributors" in listed
    only = dora.get(f"{location}?reason=0")
    assert only.count('class="num ref"') == 1
    assert dora.get(f"{location}?reason=7")


def test_a_file_that_is_no_feed_is_refused_in_the_form(dora: Screen) -> None:
    token = csrf(dora.client, "/staff/catalogue/")
    answer = dora.client.post(
        "/staff/catalogue/upload", data={"csrf_token": token, "file": (BytesIO(b"hello"), "hello.txt")}
    )
    assert answer.status_code == 200
    assert "begins like no catalogue feed" in answer.text


def test_the_order_of_sources_moves_by_buttons(dora: Screen, desk: House) -> None:
    with desk.session() as session:
        ids = {source.key: source.id for source in session.query(CatalogueSource)}
    address = f"/staff/catalogue/source/{ids['supplier']}/move"
    page = dora.do(address, {"group": "trade", "places": "-1"})
    assert "The order is changed" in said(page)[0]
    with desk.session() as session:
        ranks = {source.key: source.ranks for source in session.query(CatalogueSource)}
    assert ranks["supplier"]["trade"] < ranks["publisher"]["trade"]
    assert ranks["supplier"]["facts"] > ranks["publisher"]["facts"]
    assert dora.post(address, {"group": "x", "places": "1"}).status_code == 404
    dora.do(address, {"group": "trade", "places": "1"})


def test_a_book_shows_which_source_said_what_and_coming_prices(dora: Screen, desk: House) -> None:
    work(desk, send(dora, campre((SOLITUDE, 2290, "CIEN ANOS DE SOLEDAD"))))
    work(desk, send(dora, estado((SOLITUDE, "CIEN ANOS DE SOLEDAD", "1"))))
    page = dora.get(f"/staff/books/{SOLITUDE}/")
    assert "Out for a short time" in page
    assert "CIEN ANOS DE SOLEDAD" in page
    assert "Will come" in page
    assert "<h1>Cien años de soledad</h1>" in page


def test_staff_set_a_price_and_take_it_back(dora: Screen, desk: House) -> None:
    page = dora.do(f"/staff/books/{SOLITUDE}/price", {"price": "17,50"})
    assert "The price is changed" in said(page)[0]
    with desk.session() as session:
        assert session.get_one(Book, SOLITUDE).price_cents == 1750
    assert "Give a price" in dora.post(f"/staff/books/{SOLITUDE}/price", {"price": ""}).text
    page = dora.do(f"/staff/books/{SOLITUDE}/feeds")
    assert "follows its feeds" in said(page)[0]
    with desk.session() as session:
        assert session.get_one(Book, SOLITUDE).price_cents != 1750


def test_a_cover_is_sent_shown_to_everybody_and_taken_away(dora: Screen, desk: House) -> None:
    send(dora, picture(), f"/staff/books/{SOLITUDE}/cover")
    with desk.session() as session:
        cover = session.get_one(BookCover, SOLITUDE)
        address = f"/cover/{SOLITUDE}/{cover.sha256}-small.webp"
    answer = desk.client(None).get(address)
    assert answer.mimetype == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert desk.client(None).get(address.replace("small", "huge")).status_code == 404
    send(dora, b"no picture", f"/staff/books/{SOLITUDE}/cover")
    assert "This is no picture" in said(dora.get(f"/staff/books/{SOLITUDE}/"))[0]
    dora.do(f"/staff/books/{SOLITUDE}/cover/remove")
    assert desk.client(None).get(address).status_code == 404


def test_a_service_is_connected_without_showing_its_password_again(dora: Screen, desk: House) -> None:
    values = {"user": "sample", "password": "secret-of-dilve", "address": "https://dilve.example/dilve"}
    page = dora.do("/staff/catalogue/service/dilve", values)
    assert "The service is connected" in said(page)[0]
    assert "secret-of-dilve" not in page
    with desk.session() as session:
        source = session.query(CatalogueSource).filter_by(key="dilve").one()
        assert b"secret-of-dilve" not in (source.credentials or b"")
    page = dora.do(f"/staff/catalogue/source/{source.id}/disconnect")
    assert "not asked any more" in said(page)[0]
    assert dora.post("/staff/catalogue/service/nobody", {}).status_code == 404
    assert re.search("Not connected", dora.get("/staff/catalogue/"))

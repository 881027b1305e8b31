"""The catalogue at the desk: feeds sent and read, whose word counts, one book by its sources, prices, covers."""

from __future__ import annotations

import re
import tracemalloc
from io import BytesIO, RawIOBase
from typing import Any

import pytest
from werkzeug.test import TestResponse

from config.settings import ROOT
from jobs.catalogue import read_feed
from jobs.context import open_context
from tests.backoffice.browser import Screen, said
from tests.cast import BOOKS
from tests.conftest import House, csrf
from tests.trade.catalogue.feeds import campre, estado, picture
from trade.catalogue.models import Book, BookCover, CatalogueSource
from web.limits import LARGER, LARGEST_REQUEST

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


class Parts(RawIOBase):
    """A form with a large file, made as it is read."""

    def __init__(self, token: str, head: bytes, size: int) -> None:
        fields = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode()
        file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="onix.xml"\r\n\r\n'
        self.parts = iter([fields + file + head, *[b" " * 65_536] * (size // 65_536), b"\r\n--x--\r\n"])
        self.rest, self.taken = b"", 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self.rest = self.rest or next(self.parts, b"")
        piece, self.rest = self.rest[: len(into)], self.rest[len(into) :]
        into[: len(piece)] = piece
        self.taken += len(piece)
        return len(piece)


def send_large(screen: Screen, address: str, *, form: str = "/staff/profile/") -> tuple[TestResponse, Parts]:
    """Post a form that is larger than most may be, with the token of another one."""
    head = b'<?xml version="1.0"?><ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference">'
    body = Parts(csrf(screen.client, form), head, LARGEST_REQUEST + 4_000_000)
    sent = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": body, "wsgi.input_terminated": True}
    answer = screen.client.post(address, environ_overrides=sent)
    return answer, body


@pytest.mark.seed("F01")
def test_a_whole_catalogue_is_taken_in_without_being_held_in_memory(dora: Screen, desk: House) -> None:
    tracemalloc.start()
    answer, body = send_large(dora, "/staff/catalogue/upload")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 302, answer.text[:500]
    assert "waits for its turn" in dora.get(answer.headers["Location"])
    assert peak < 16_000_000 < body.taken
    assert not [left for left in desk.store.folder.iterdir() if left.is_file()], "nothing temporary is left"


def test_only_feeds_may_be_so_large_and_only_of_whom_may_send_them(dora: Screen, desk: House) -> None:
    answer, body = send_large(dora, "/staff/catalogue/covers")
    assert answer.status_code == 413
    assert "Files up to 64 MB can be sent here" in answer.text
    assert body.taken < LARGEST_REQUEST + 1_000_000
    answer, body = send_large(Screen(desk, "clara"), "/staff/catalogue/upload", form="/account")
    assert (answer.status_code, body.taken) == (403, 0)


def test_the_proxy_s_sample_takes_what_the_program_takes() -> None:
    told = (ROOT / "config/deploy/nginx.conf").read_text()
    everything, *others = [int(number) for number in re.findall(r"client_max_body_size (\d+);", told)]
    assert everything == LARGEST_REQUEST
    with_feeds = re.search(r"location = (\S+) \{\s+client_max_body_size", told)
    assert with_feeds and with_feeds[1] == "/staff/catalogue/upload"
    assert others == list(LARGER.values())


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

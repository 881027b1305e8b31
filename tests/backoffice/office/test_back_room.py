"""The back room, presales and the own web shop at the desk: switches, order by drag or arrow, a tester."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import create_engine, select, text, update

from tests.backoffice.office.visits import owner, post, read, status_of, words
from tests.cast import NOW
from tests.conftest import House
from trade.availability import actions as presales
from trade.base.settings import value_of
from trade.catalogue.models import Book
from trade.distributors import actions as distributors
from trade.distributors.actions.keeping import Particulars
from trade.members.models import Bookshop
from trade.trastienda.models import DelegatedDistributor
from trade.trastienda.settings import OPEN

ISBN = 9788437604947


@pytest.fixture
def certified(office: House) -> Iterator[tuple[House, list[int]]]:
    """Two certified distributors, and a presale that is open."""
    with office.session(office.cast.staff()) as session:
        ids = []
        for key, name in (("azeta", "Azeta"), ("logista", "Logista")):
            told = Particulars(name, 24, 48, delegated=True, certified_until=NOW.date())
            ids.append(distributors.add(session, key=key, told=told, at=NOW).id)
        release = NOW.date() + timedelta(days=9)
        session.execute(update(Book).where(Book.isbn == ISBN).values(availability="forthcoming", on_sale_on=release))
        presales.open_presale(session, isbn=ISBN, at=NOW)
    yield office, ids
    engine = create_engine(office.owner_url)
    with engine.begin() as connection:
        for table in ("delegated_distributor", "distributor", "presale_part", "presale_title"):
            connection.execute(text(f'DELETE FROM "{table}"'))
        connection.execute(text("UPDATE book SET availability = 'available', on_sale_on = NULL"))
        connection.execute(text("DELETE FROM setting_value WHERE key = 'back_room.on'"))
    engine.dispose()


def order(office: House) -> list[tuple[int, bool]]:
    with office.session() as session:
        rows = select(DelegatedDistributor).order_by(DelegatedDistributor.position)
        return [(row.distributor_id, row.switched_on) for row in session.scalars(rows)]


@pytest.mark.seed("T77", "T78", "T83", "T92")
def test_the_back_room_is_opened_and_its_distributors_put_into_order(certified: tuple[House, list[int]]) -> None:
    office, (azeta, logista) = certified
    client = owner(office)
    assert "Your back room is open." in words(post(client, "/office/back-room/open", on="yes"))
    page = words(read(client, "/office/back-room/"))
    assert "no distributor serves: readers find nothing" in page
    for one in (azeta, logista):
        post(client, f"/office/back-room/distributor/{one}", on="yes")
    assert "readers find nothing" not in words(read(client, "/office/back-room/"))
    post(client, "/office/back-room/order", move=f"{logista}:up")
    assert order(office) == [(logista, True), (azeta, True)]
    post(client, "/office/back-room/order", order=f"{azeta},{logista}")
    assert order(office) == [(azeta, True), (logista, True)]
    assert "no order of your distributors" in words(post(client, "/office/back-room/order", order="x"))
    post(client, f"/office/back-room/distributor/{azeta}", on="no")
    assert order(office)[0] == (azeta, False)
    assert status_of(client, "/office/back-room/distributor/999999", on="yes") == 404
    post(client, "/office/back-room/open", on="no")
    with office.session() as session:
        assert value_of(session, OPEN, at=NOW, bookshop_id=office.cast.alba) is False


@pytest.mark.seed("T55")
def test_a_presale_is_joined_and_left(certified: tuple[House, list[int]]) -> None:
    office, _ = certified
    client = owner(office)
    assert "You take part." in words(post(client, f"/office/presales/{ISBN}", on="yes"))
    assert "Yes Leave" in words(read(client, "/office/presales/"))
    assert "You do not take part any more." in words(post(client, f"/office/presales/{ISBN}", on="no"))
    assert status_of(client, "/office/presales/9788417860790", on="yes") == 404


class Shop(BaseHTTPRequestHandler):
    """A web shop: one page names the book, one does not, one leads on, the rest is not there."""

    def do_GET(self) -> None:
        """Answer."""
        status, body = {
            f"/good/{ISBN}": (200, "<p>ISBN 978-84-376-0494-7</p>"),
            f"/other/{ISBN}": (200, "<p>Welcome</p>"),
            f"/moved/{ISBN}": (302, ""),
        }.get(self.path, (404, ""))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.mark.seed("T122")
def test_the_own_web_shop_is_tried_with_a_book_before_it_is_saved(office: House) -> None:
    server = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    client, where = owner(office), "/office/settings/web-shop/"
    for path, said in (
        ("good", "It opens the page of the book."),
        ("other", "it does not name the ISBN"),
        ("moved", "It leads on to another page."),
        ("gone", "Your web shop answers “404”."),
    ):
        assert said in words(post(client, where, web_shop=f"{base}/{path}/{{ean}}", sample=str(ISBN), **{"try": "y"}))
    server.shutdown()
    server.server_close()
    refused = words(post(client, where, web_shop=f"{base}/{{ean}}", sample=str(ISBN)))
    assert "begins with https://" in refused, "what is saved is never of the own network"
    assert "is not an ISBN" in words(post(client, where, web_shop=f"{base}/{{ean}}", sample="12", **{"try": "y"}))
    with office.session() as session:
        assert session.get_one(Bookshop, office.cast.alba).web_shop == "", "trying saves nothing"
    assert "Saved." in words(post(client, where, web_shop="https://alba.example/{ean}", sample=""))
    assert "https://alba.example/{ean}" in read(client, where)
    with office.session() as session:
        session.get_one(Bookshop, office.cast.alba).web_shop = ""

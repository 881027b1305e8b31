"""Files that arrive in a folder, stock that is fetched: complete ones only, no links, nothing twice, nothing lost."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from jobs import folder
from jobs.context import Context
from jobs.queue import carry_out, declare_handlers, drain
from tests.backoffice.browser import Screen
from tests.cast import NOW
from tests.conftest import House
from tests.trade.stock.test_feed import ALL, stock
from trade.base import outbox
from trade.base.errors import Refused
from trade.base.models import Effect
from trade.base.outbound import checked_address, get
from trade.stock import actions, queries
from trade.stock.models import FeedRun, StockArrival

OLD = 120


def incoming(house: House, name: str = "stock.csv", data: bytes = ALL, *, age: int = OLD, shop: str = "alba") -> Path:
    """A file in a bookshop's folder that nobody touched for so many seconds."""
    path = house.config().incoming_dir / shop / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes later by the machine's clock: what was written is complete."""
    later = time.time() + OLD
    monkeypatch.setattr(folder.time, "time", lambda: later)


def scan(house: House, context: Context) -> None:
    declare_handlers()
    with house.session() as session:
        outbox.post(session, kind="stock.folder", key=f"stock.folder:{time.monotonic_ns()}", payload={})
    drain(context)


def choose(house: House, format: str = "model_csv", shop: str = "alba") -> None:
    with house.session(house.cast.bookshop(shop)) as session:
        actions.choose_format(session, bookshop_id=getattr(house.cast, shop), format=format)


def runs(house: House) -> list[tuple[str, str]]:
    with house.session() as session:
        return [(run.origin, run.state) for run in session.scalars(select(FeedRun).order_by(FeedRun.id))]


@pytest.mark.seed("F05")
@pytest.mark.usefixtures("settled")
def test_a_complete_file_becomes_the_stock_and_is_put_aside(house: House, context: Context) -> None:
    choose(house)
    path = incoming(house)
    scan(house, context)
    assert runs(house) == [("folder", "applied")]
    assert len(stock(house)) == 4
    assert not path.exists()
    assert [kept.name.partition("_")[2] for kept in (path.parent / "read").iterdir()] == ["stock.csv"]
    scan(house, context)
    assert runs(house) == [("folder", "applied")]


def test_a_file_that_is_still_written_to_waits(house: House, context: Context) -> None:
    choose(house)
    path = incoming(house)
    os.utime(path, (1, 1))  # a server may give a file any age: when it last changed it cannot
    scan(house, context)
    assert runs(house) == []
    assert path.exists()


@pytest.mark.usefixtures("settled")
def test_unfinished_and_strange_names_are_left_alone(house: House, context: Context) -> None:
    choose(house)
    for name in (".hidden", "stock.csv.part", "stock.filepart", "-rf", "a\nb", "x" * 200):
        incoming(house, name)
    scan(house, context)
    assert runs(house) == []


@pytest.mark.usefixtures("settled")
def test_links_are_never_followed(house: House, context: Context, tmp_path: Path) -> None:
    choose(house)
    secret = tmp_path / "secret.csv"
    secret.write_bytes(ALL)
    inside = incoming(house).parent
    (inside / "stock.csv").unlink()
    (inside / "link.csv").symlink_to(secret)
    os.mkfifo(inside / "pipe.csv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "stock.csv").write_bytes(ALL)
    (house.config().incoming_dir / "boreal").symlink_to(elsewhere)
    choose(house, shop="boreal")
    scan(house, context)
    assert runs(house) == []
    with pytest.raises(OSError):
        folder.contents(inside / "link.csv")
    with pytest.raises(OSError, match="plain"):
        folder.contents(inside / "pipe.csv")


@pytest.mark.usefixtures("settled")
def test_without_a_format_it_waits_and_what_cannot_be_taken_stops_no_other(house: House, context: Context) -> None:
    incoming(house, shop="boreal")
    choose(house)
    incoming(house, "1-empty.csv", b"")
    incoming(house, "2-good.csv")
    scan(house, context)
    assert runs(house) == [("folder", "applied")]
    aside = house.config().incoming_dir / "alba" / "refused"
    assert [kept.name.partition("_")[2] for kept in aside.iterdir()] == ["1-empty.csv"]
    assert (house.config().incoming_dir / "boreal" / "stock.csv").exists()


@pytest.mark.seed("F05")
@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("broken", ["no format", "a folder that is a file"])
def test_one_bookshop_s_folder_stops_no_other_and_the_office_tells(
    house: House, context: Context, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Alba comes first by its name, and fills what is read at once."""
    monkeypatch.setattr(folder, "MOST_FILES", 3)
    alba = house.config().incoming_dir / "alba"
    if broken == "a folder that is a file":
        alba.write_bytes(b"")
    else:
        for number in range(4):
            incoming(house, f"{number}.csv")
    choose(house, shop="boreal")
    incoming(house, shop="boreal")
    scan(house, context)
    assert runs(house) == [("folder", "applied")]
    page = Screen(house, "alba_owner").english().get("/office/stock/")
    assert "Files lie unread in your folder." in page
    assert ("until you say how they are written: 4." if broken == "no format" else "File exists") in page
    assert "lie unread" not in Screen(house, "boreal_owner").english().get("/office/stock/")
    if broken == "no format":
        choose(house)
        scan(house, context)
        scan(house, context)
        assert "lie unread" not in Screen(house, "alba_owner").english().get("/office/stock/")


@pytest.mark.usefixtures("settled")
def test_every_bookshop_has_its_turn(house: House, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_FILES", 3)
    for shop in ("alba", "boreal"):
        choose(house, shop=shop)
        for number in range(3):
            incoming(house, f"{number}.csv", shop=shop)
    found = folder.collect(context, {})
    assert [(each.slug, each.name) for each in found.files] == [
        ("alba", "0.csv"),
        ("boreal", "0.csv"),
        ("alba", "1.csv"),
    ]


@pytest.mark.usefixtures("settled")
def test_a_crash_before_it_is_put_aside_takes_it_once(
    house: House, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(house)
    path = incoming(house)
    declare_handlers()
    with house.session() as session:
        outbox.post(session, kind="stock.folder", key="stock.folder:1", payload={})
    with house.session() as session:
        effect_id = session.scalars(select(Effect.id).where(Effect.kind == "stock.folder")).one()
    assert carry_out(context, effect_id) == "done"
    assert path.exists(), "the power went before it was put aside"
    scan(house, context)
    assert runs(house) == [("folder", "applied")]
    assert not path.exists()


# --- fetching ---


class Portal(BaseHTTPRequestHandler):
    """A portal with three titles in pages of two, as the pull API tells them."""

    rows: ClassVar[list[dict[str, Any]]] = []
    asked: ClassVar[list[dict[str, str]]] = []
    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        """One page."""
        question = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        type(self).asked.append(question | {"auth": self.headers.get("Authorization", "")})
        rows = [row for row in self.rows if "after" not in question or str(row.get("ref", "")) > question["after"]]
        if "modifiedSince" in question:
            rows = [row for row in rows if row.get("moved")]
        body = json.dumps({"total": len(self.rows), "stocks": rows[:2]}, indent=1).encode()
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "http://127.0.0.1:1/secret")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def portal(*rows: dict[str, Any], status: int = 200) -> Iterator[str]:
    Portal.rows, Portal.asked, Portal.status = sorted(rows, key=lambda row: str(row.get("ref", ""))), [], status
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/stocks/40483304800022"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pull(house: House, context: Context, *, minutes: int = 0, test: bool = False) -> None:
    declare_handlers()
    house.set_time(NOW + timedelta(minutes=minutes))
    with house.session(house.cast.bookshop("alba")) as session:
        actions.ask_pull(session, bookshop_id=house.cast.alba, at=NOW + timedelta(minutes=minutes), test=test)
    drain(context)


def fetch_from(house: House, context: Context, address: str) -> None:
    with house.session(house.cast.bookshop("alba")) as session:
        actions.choose_pull(
            session,
            bookshop_id=house.cast.alba,
            on=True,
            address=address,
            token="tell-nobody",
            pepper=context.pepper,
            private=True,
        )


ROWS = (
    {"ref": "9788437604947", "available": 2, "price": 14.95},
    {"ref": "9788417860790", "available": 1, "price": 24.95},
    {"ref": "9782070368228", "available": 3, "price": 7},
)


@pytest.mark.seed("F05", "F17")
def test_stock_is_fetched_page_by_page_then_only_what_moved(house: House, context: Context) -> None:
    with portal(*ROWS, {"ref": "9788433973184"}, {"available": 1}) as address:
        fetch_from(house, context, address)
        pull(house, context)
        assert runs(house) == [("pull", "applied")]
        assert {isbn: row[0] for isbn, row in stock(house).items()} == {
            9788437604947: 2,
            9788417860790: 1,
            9782070368228: 3,
        }
        assert Portal.asked[0]["auth"] == "Basic tell-nobody"
        assert "modifiedSince" not in Portal.asked[0]
        with house.session() as session:
            run = session.scalars(select(FeedRun)).one()
            assert (run.read, run.accepted, run.refused) == (5, 3, 2), "rows without ref or available are counted"
        Portal.rows = [row | {"moved": True, "available": 7} for row in ROWS[:1]]
        Portal.asked.clear()
        pull(house, context, minutes=60)
        assert "modifiedSince" in Portal.asked[0]
    assert runs(house)[-1] == ("pull", "applied")
    copies = {isbn: row[0] for isbn, row in stock(house).items()}
    assert copies[9788437604947] == 7
    assert copies[9782070368228] == 3, "what the answer did not name did not move"


def arrival(house: House) -> StockArrival:
    with house.session() as session:
        found = queries.arrival(session, bookshop_id=house.cast.alba)
        assert found is not None
        return found


def test_a_portal_that_refuses_changes_nothing_and_is_told(house: House, context: Context) -> None:
    for minutes, status in enumerate((302, 401, 404, 500)):
        with portal(*ROWS, status=status) as address:
            fetch_from(house, context, address)
            pull(house, context, minutes=minutes)
            assert len(Portal.asked) == 1, "a redirect is not followed"
        error = arrival(house).pull_error
        assert str(status) in error["message"] or error["values"] == {"status": str(status)}
    assert runs(house) == []


def test_a_silent_portal_is_told_and_asked_again_later(house: House, context: Context) -> None:
    with portal(*ROWS) as address:
        fetch_from(house, context, address)
    pull(house, context)
    assert runs(house) == []
    assert "does not answer" in arrival(house).pull_error["message"]


def test_an_address_is_tried_and_its_token_is_sealed(house: House, context: Context) -> None:
    with portal(*ROWS) as address:
        fetch_from(house, context, address)
        pull(house, context, test=True)
    found = arrival(house)
    assert (found.pull_error, found.pulled_at is not None) == ({}, True)
    assert found.pull_token is not None and b"tell-nobody" not in found.pull_token
    assert runs(house) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/stocks/1",
        "ftp://example.org/1",
        "https://user:secret@example.org/1",
        "https://example.org:22/1",
        "https:///1",
        "https://exa mple.org",
        "file:///etc/passwd",
        "https://example.org/#x",
    ],
)
def test_addresses_that_may_not_be_called(address: str) -> None:
    with pytest.raises(Refused):
        checked_address(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "[::ffff:10.0.0.1]"],
)
def test_hosts_of_the_own_network_are_never_called(host: str) -> None:
    with pytest.raises(Refused, match="public internet"):
        get(f"https://{host}/stocks/1", headers={}, most_bytes=10, seconds=1)

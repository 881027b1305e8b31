"""Distributors' stock from the command line, a watched folder and by night, each file with its record."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from jobs import commands, folder
from jobs.context import Context
from jobs.queue import declare_handlers, drain
from jobs.schedule import SCHEDULE
from tests.cast import NOW
from tests.conftest import House
from tests.trade.distributors.test_distributors import keep
from tests.trade.stock.test_feed import KNOWN, csv
from trade.base import outbox
from trade.distributors import actions
from trade.distributors.models import Distributor, DistributorRun, DistributorStock

FIRST, SECOND, _ = KNOWN
FILE = csv((FIRST, 1, 1495), (SECOND, 2, 2495)) + b"nonsense;1;2,00\r\n"
HALF = csv((SECOND, 2, 2495), (9780306406157, 1, 900), (9788433973184, 0, 900))
TOKEN = "tell-nobody"


class Portal(BaseHTTPRequestHandler):
    """Gives the file to whoever has the token."""

    def do_GET(self) -> None:
        """Answer."""
        right = self.headers.get("Authorization") == f"Basic {TOKEN}"
        self.send_response(200 if right else 401)
        self.end_headers()
        if right:
            self.wfile.write(FILE)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/stock.csv"
    server.shutdown()
    server.server_close()


def choose(house: House, distributor_id: int, **more: Any) -> None:
    with house.session(house.cast.staff()) as session:
        actions.choose_feed(
            session,
            distributor_id=distributor_id,
            format="model_csv",
            at=NOW,
            pepper=house.config().secret_key.encode(),
            private=True,
            **more,
        )


def runs(house: House) -> list[tuple[str, str, int, int]]:
    with house.session() as session:
        rows = session.scalars(select(DistributorRun).order_by(DistributorRun.id))
        return [(row.origin, row.state, row.titles, row.rejected) for row in rows]


def held(house: House) -> set[int]:
    with house.session() as session:
        return set(session.scalars(select(DistributorStock.isbn)))


def due(house: House, context: Context, kind: str) -> None:
    declare_handlers()
    with house.session() as session:
        outbox.post(session, kind=kind, key=f"{kind}:{time.monotonic_ns()}", payload={})
    drain(context)


@pytest.mark.seed("T139")
def test_a_file_is_brought_in_on_the_command_line(
    house: House, context: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(house, "azeta")
    path = tmp_path / "stock.csv"

    def bring(data: bytes, *more: str) -> tuple[int, dict[str, Any]]:
        path.write_bytes(data)
        capsys.readouterr()
        status = commands.main(
            ["distributors", "import", str(path), "--distributor", "azeta", "--format", "model_csv", *more, "--json"],
            context,
        )
        return status, json.loads(capsys.readouterr().out)

    status, told = bring(FILE)
    assert (status, told["state"], told["titles"], told["added"]) == (0, "loaded", 2, 2)
    assert [row["line"] for row in told["rejections"]] == [4]
    assert bring(FILE)[1]["state"] == "unchanged"
    status, told = bring(csv((9780306406157, 1, 900)))
    assert (status, told["state"]) == (1, "refused")
    assert "would remove 2 of 2" in told["error"]
    assert held(house) == {FIRST, SECOND}, "what is refused changes nothing"
    assert bring(HALF, "--anyway")[1]["removed"] == 1
    assert [state for _, state, *_ in runs(house)] == ["loaded", "unchanged", "refused", "loaded"]
    assert commands.main(["distributors", "import", str(path), "--distributor", "nobody", "--json"], context) == 1


@pytest.mark.seed("T139")
def test_the_watched_folder_is_read_once_its_format_is_chosen(
    house: House, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = keep(house, "azeta")
    later = time.time() + 2 * folder.QUIET_SECONDS
    monkeypatch.setattr(folder.time, "time", lambda: later)
    place = context.config.incoming_dir / "_distributors" / "azeta"
    place.mkdir(parents=True)
    (place / "stock.csv").write_bytes(FILE)
    due(house, context, "distributors.folder")
    assert runs(house) == [], "nobody said how it is written"
    choose(house, one)
    (place / "other.csv").write_bytes(b"no stock at all")
    due(house, context, "distributors.folder")
    assert sorted(runs(house)) == [("folder", "loaded", 2, 1), ("folder", "refused", 0, 0)]
    assert [path.name for path in place.iterdir() if path.is_file()] == []
    kept = {path.parent.name: path.name.partition("_")[2] for path in place.glob("*/*")}
    assert kept == {"read": "stock.csv", "refused": "other.csv"}


@pytest.mark.seed("T139")
@pytest.mark.parametrize(("token", "state", "titles"), [(TOKEN, "loaded", 2), ("wrong", "refused", 0)])
def test_stock_is_fetched_by_night_with_a_sealed_token(
    house: House, context: Context, portal: str, token: str, state: str, titles: int
) -> None:
    one = keep(house, "azeta")
    keep(house, "silent")
    choose(house, one, address=portal, token=token)
    due(house, context, "distributors.pull")
    assert [row[:3] for row in runs(house)] == [("pull", state, titles)]
    with house.session() as session:
        assert (session.get_one(Distributor, one).stock_at is not None) is (state == "loaded")
        if state == "refused":
            assert session.scalars(select(DistributorRun)).one().error["values"] == {"status": "401"}
    assert {"distributors.pull", "distributors.folder"} <= {entry.kind for entry in SCHEDULE}

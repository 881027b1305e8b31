"""Stock between programs: pushed with a key, read by portals with another one (issue 3, section 1)."""

from __future__ import annotations

import gzip
import io
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.cast import NOW
from tests.conftest import House
from tests.storefront.conftest import POMPIER, REED, SOLITUDE, STRANGER, furnish
from trade.stock import actions
from trade.stock.models import FeedRun, StockToken
from web.limits import LARGEST_REQUEST

FILE = b"isbn;cantidad;pvp\r\n9788437604947;5;14,95\r\nnonsense;1;1\r\n"
BIG = 10_000_000_000


def key(house: House, purpose: str, shop: str = "alba") -> str:
    with house.session(house.cast.bookshop(shop)) as session:
        shop_id = getattr(house.cast, shop)
        return actions.make_token(session, bookshop_id=shop_id, purpose=purpose, name="The software", at=NOW)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def furnished(shared_house: House) -> House:
    return furnish(shared_house)


@pytest.fixture
def house(furnished: House) -> House:
    furnished.set_time(NOW)
    return furnished


@pytest.fixture
def client(house: House) -> FlaskClient:
    return house.client()


def runs(house: House) -> int:
    with house.session() as session:
        return session.scalar(select(func.count()).select_from(FeedRun).where(FeedRun.origin == "push")) or 0


@pytest.mark.seed("F05")
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_pushed_and_its_status_told(house: House, client: FlaskClient, packed: bool) -> None:
    token = key(house, "push")
    body = gzip.compress(FILE) if packed else FILE
    sent = client.put("/api/stock?format=model_csv&name=stock.csv.gz", data=body, headers=bearer(token))
    assert sent.status_code == 202
    run_id = sent.json["run"]
    assert sent.headers["Location"] == sent.json["status"]
    with house.session(house.cast.bookshop("alba")) as session:
        actions.process(session, run_id=run_id, at=NOW, store=house.store)
    told = client.get(f"/api/stock/{run_id}", headers=bearer(token)).json
    assert (told["read"], told["accepted"], told["refused"]) == (2, 1, 1)
    assert [line["line"] for line in told["lines_refused"]] == [3]


def test_basic_authentication_posts_and_forms_are_taken_too(house: House, client: FlaskClient) -> None:
    before, token = runs(house), key(house, "push")
    basic = {"Authorization": "Basic " + b64encode(f"alba:{token}".encode()).decode()}
    raw = client.post("/api/stock", data=FILE, content_type="text/csv", headers=basic)
    form = client.post("/api/stock", data={"file": (io.BytesIO(FILE), "stock.csv")}, headers=bearer(token))
    assert (raw.status_code, form.status_code) == (202, 202)
    assert runs(house) == before + 2


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer push-wrong", "Basic !!!", "Bearer " + "a" * 5_000, "Bearer é"]
)
def test_without_a_good_key_nothing_is_taken(house: House, client: FlaskClient, header: str) -> None:
    before = runs(house)
    answer = client.put("/api/stock", data=FILE, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert runs(house) == before


def test_a_key_does_one_thing_for_one_bookshop_until_it_is_revoked(house: House, client: FlaskClient) -> None:
    push, read, other = key(house, "push"), key(house, "read"), key(house, "push", "boreal")
    assert client.put("/api/stock", data=FILE, headers=bearer(read)).status_code == 401
    assert client.get("/stocks/alba", headers=bearer(push)).status_code == 401
    assert client.get("/stocks/boreal", headers=bearer(read)).status_code == 404
    run_id = client.put("/api/stock", data=FILE, headers=bearer(push)).json["run"]
    assert client.get(f"/api/stock/{run_id}", headers=bearer(other)).status_code == 404
    with house.session(house.cast.bookshop("alba")) as session:
        [row] = session.scalars(select(StockToken).where(StockToken.ending == push[-4:]))
        assert row.used_at is not None
        assert push not in {row.token_hash, row.name}, "only its digest is kept"
        actions.revoke_token(session, token_id=row.id, at=NOW)
    assert client.put("/api/stock", data=FILE, headers=bearer(push)).status_code == 401


class Unread(io.RawIOBase):
    """A body of which not a byte may be asked for."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise AssertionError("the body was read")


class Endless(io.RawIOBase):
    """A body that never ends; it counts what was taken of it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.taken += len(buffer)
        return len(buffer)


def test_ten_gigabytes_are_refused_at_once(house: House, client: FlaskClient) -> None:
    before, token = runs(house), key(house, "push")
    environment = {"CONTENT_LENGTH": str(BIG), "wsgi.input": Unread()}
    for method in ("PUT", "POST"):
        answer: TestResponse = client.open(
            "/api/stock", method=method, headers=bearer(token), content_type="text/csv", environ_overrides=environment
        )
        assert answer.status_code == 413
    assert runs(house) == before


def test_thousands_of_parts_are_refused(house: House, client: FlaskClient) -> None:
    parts = {f"part{number}": "x" for number in range(3_000)}
    answer = client.post(
        "/api/stock", data={**parts, "file": (io.BytesIO(FILE), "s")}, headers=bearer(key(house, "push"))
    )
    assert answer.status_code == 413


def test_a_gzip_that_did_not_arrive_whole_changes_nothing(house: House, client: FlaskClient) -> None:
    token = key(house, "push")
    lines = "".join(f"9788437604947;{number};14,95\r\n" for number in range(1, 5_000))
    cut = gzip.compress(f"isbn;cantidad;pvp\r\n{lines}".encode())[:-200]
    run_id = client.put("/api/stock?format=model_csv", data=cut, headers=bearer(token)).json["run"]
    before = stocks(client, key(house, "read"))
    with house.session(house.cast.bookshop("alba")) as session:
        assert actions.process(session, run_id=run_id, at=NOW, store=house.store).state == "refused"
    assert "damaged or cut" in client.get(f"/api/stock/{run_id}?lang=en", headers=bearer(token)).json["error"]
    assert stocks(client, key(house, "read")) == before


def test_a_body_of_unknown_length_is_cut_off_at_the_bound(house: House, client: FlaskClient) -> None:
    body = Endless()
    environment = {"wsgi.input": body, "wsgi.input_terminated": True}
    answer = client.put("/api/stock", headers=bearer(key(house, "push")), environ_overrides=environment)
    assert answer.status_code == 413
    assert LARGEST_REQUEST <= body.taken < LARGEST_REQUEST + 2_000_000


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 422), (b"x" * 10, 202)], ids=["empty", "whatever it is, a run tells"]
)
def test_what_is_received_is_told_apart_from_what_is_read(
    house: House, client: FlaskClient, body: bytes, status: int
) -> None:
    assert client.put("/api/stock", data=body, headers=bearer(key(house, "push"))).status_code == status


# --- our stock for other portals ---


def stocks(client: FlaskClient, token: str, question: str = "") -> dict[str, Any]:
    answer = client.get(f"/stocks/alba{question}", headers=bearer(token))
    assert answer.status_code == 200
    return dict(answer.json)


def test_portals_read_what_readers_see_at_the_networks_price(house: House, client: FlaskClient) -> None:
    token = key(house, "read")
    whole = stocks(client, token)
    assert {row["ref"] for row in whole["stocks"]} <= {str(SOLITUDE), str(REED), str(STRANGER), str(POMPIER)}
    assert (whole["total"], whole["limit"], whole["offset"]) == (len(whole["stocks"]), 1000, 0)
    row = next(row for row in whole["stocks"] if row["ref"] == str(SOLITUDE))
    assert row["price"] == 14.95
    with house.session(house.cast.bookshop("alba")) as session:
        actions.hold(
            session,
            bookshop_id=house.cast.alba,
            isbn=SOLITUDE,
            copies=1,
            reference="R-1",
            at=NOW + timedelta(minutes=1),
        )
    less = next((row for row in stocks(client, token)["stocks"] if row["ref"] == str(SOLITUDE)), None)
    assert (less["available"] if less else 0) == row["available"] - 1, "a held copy is not promised twice"
    moved = stocks(client, token, "?modifiedSince=" + (NOW + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert [row["ref"] for row in moved["stocks"]] == [str(SOLITUDE)]


def test_who_asks_for_what_moved_hears_of_a_title_that_is_gone(house: House, client: FlaskClient) -> None:
    token = key(house, "read", "boreal")
    before = {row["ref"] for row in client.get("/stocks/boreal", headers=bearer(token)).json["stocks"]}
    moment = (NOW + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    house.set_time(NOW + timedelta(minutes=20))
    data, shop = b"isbn;cantidad;pvp\r\n9788437604947;9;14,95\r\n", house.cast.boreal
    with house.session(house.cast.bookshop("boreal")) as session:
        at = NOW + timedelta(minutes=10)
        run = actions.receive_file(
            session,
            bookshop_id=shop,
            format="model_csv",
            data=data,
            name="s",
            origin="upload",
            at=at,
            store=house.store,
        )
        actions.process(session, run_id=run.id, at=at, store=house.store)
        if run.state == "held":
            actions.apply(session, run_id=run.id, at=at, force=True)
    answer = client.get(f"/stocks/boreal?modifiedSince={moment}", headers=bearer(token)).json
    told = {row["ref"]: row["available"] for row in answer["stocks"]}
    assert told == dict.fromkeys(before, 0) | {str(SOLITUDE): 9}
    assert len(told) > 1


def test_pages_are_stable_and_end_with_an_empty_one(house: House, client: FlaskClient) -> None:
    token = key(house, "read")
    every = [row["ref"] for row in stocks(client, token)["stocks"]]
    found: list[str] = []
    after = ""
    while page := stocks(client, token, f"?limit=1&after={after}")["stocks"]:
        found += [row["ref"] for row in page]
        after = page[-1]["ref"]
    assert found == every == sorted(every)


def test_stock_that_readers_no_longer_see_is_not_told(house: House, client: FlaskClient) -> None:
    token = key(house, "read")
    house.set_time(NOW + timedelta(hours=73))
    assert stocks(client, token)["stocks"] == []


@pytest.mark.parametrize("question", ["?limit=x", "?after=-1", "?modifiedSince=yesterday", "?limit=٣"])
def test_garbage_is_answered_with_400(house: House, client: FlaskClient, question: str) -> None:
    assert client.get(f"/stocks/alba{question}", headers=bearer(key(house, "read"))).status_code == 400


def test_a_siret_calls_a_bookshop_and_belongs_to_one(shared_french_house: House) -> None:
    house = shared_french_house
    furnish(house)
    shop = house.cast.alba
    with house.session(house.cast.bookshop("alba")) as session:
        actions.choose_number(session, bookshop_id=shop, number="404 833 048 00022", country="FR")
        token = actions.make_token(session, bookshop_id=shop, purpose="read", name="Portal", at=NOW)
    client = house.client()
    assert client.get("/stocks/40483304800022", headers=bearer(token)).status_code == 200
    assert client.get("/stocks/40483304800014", headers=bearer(token)).status_code == 404


def test_moments_without_a_zone_are_utc(house: House, client: FlaskClient) -> None:
    later = datetime(2030, 1, 1, tzinfo=UTC).replace(tzinfo=None).isoformat()
    assert stocks(client, key(house, "read"), f"?modifiedSince={later}")["stocks"] == []

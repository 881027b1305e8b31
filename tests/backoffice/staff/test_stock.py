"""Stock at the desk: the health of the feeds, held files released by their typed number, refused lines."""

from __future__ import annotations

import html
import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.backoffice.browser import Screen, said
from tests.cast import BOOKS, NOW
from tests.conftest import House
from trade.base.models import Effect
from trade.stock import actions
from trade.stock.models import FeedRun
from trade.stock.queries import stock_of

HEAD = "isbn;quantity;price\n"


def isbns(count: int) -> list[int]:
    """Valid ISBNs, those of the catalogue first."""
    made = [book[0] for book in BOOKS]
    for number in range(1000, 1000 + count):
        digits = f"97884000{number:04d}"
        check = (10 - sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))) % 10
        made.append(int(f"{digits}{check}"))
    return list(dict.fromkeys(made))[:count]


def send(desk: House, count: int, *, days_ago: float, shop: str = "alba", extra: str = "") -> int:
    """A stock file of so many titles arrives and is processed; returns its run."""
    text = HEAD + "".join(f"{isbn};2;10,00\n" for isbn in isbns(count)) + extra
    at = NOW - timedelta(days=days_ago)
    with desk.session() as session:
        run = actions.receive_file(
            session,
            bookshop_id=getattr(desk.cast, shop),
            format="model_csv",
            data=text.encode(),
            name="stock.csv",
            origin="upload",
            at=at,
            store=desk.store,
            queued=False,
        )
        actions.process(session, run_id=run.id, at=at, store=desk.store)
        return run.id


def state(desk: House, run: int) -> str:
    """The state of a run."""
    with desk.session() as session:
        return session.get_one(FeedRun, run).state


def copies(desk: House, shop: str = "alba") -> int:
    """How many titles a bookshop has now."""
    with desk.session() as session:
        return len(stock_of(session, bookshop_id=getattr(desk.cast, shop)))


@pytest.fixture
def held(house: House) -> tuple[House, Screen, int]:
    """A house in which a file of alba is held, for it would remove most titles."""
    send(house, 60, days_ago=1)
    run = send(house, 5, days_ago=0)
    assert state(house, run) == "held"
    return house, Screen(house, "dora").english(), run


@pytest.mark.seed("F06")
def test_a_held_file_says_what_it_would_do_and_nothing_has_changed(held: tuple[House, Screen, int]) -> None:
    house, dora, run = held
    page = dora.get(f"/staff/runs/{run}/")
    assert "This file removes 55 titles (−92%): held" in page
    assert copies(house) == 60
    assert f"/staff/runs/{run}/" in dora.get("/staff/runs/")
    assert "1 stock file waits for a decision" in dora.get("/staff/")


def test_a_held_file_is_released_only_by_its_number(held: tuple[House, Screen, int]) -> None:
    house, dora, run = held
    for typed in ("", "54", "all"):
        page = dora.do(f"/staff/runs/{run}/release", {"typed": typed})
        assert said(page) == ["Type 55 to say that you want this."]
        assert (state(house, run), copies(house)) == ("held", 60)
    dora.do(f"/staff/runs/{run}/release", {"typed": "55"})
    assert (state(house, run), copies(house)) == ("applied", 5)


def test_a_file_that_removes_nothing_is_released_by_what_it_holds(house: House) -> None:
    send(house, 20, days_ago=1)
    text = HEAD + "".join(f"{isbn};2;50,00\n" for isbn in isbns(20))
    with house.session() as session:
        run = actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="model_csv",
            data=text.encode(),
            name="dear.csv",
            origin="upload",
            at=NOW,
            store=house.store,
            queued=False,
        ).id
        actions.process(session, run_id=run, at=NOW, store=house.store)
    dora = Screen(house, "dora").english()
    assert "Type 20 to say that you want this" in dora.get(f"/staff/runs/{run}/")
    dora.do(f"/staff/runs/{run}/release", {"typed": "0"})
    assert state(house, run) == "held"
    dora.do(f"/staff/runs/{run}/release", {"typed": "20"})
    assert state(house, run) == "applied"


@pytest.mark.seed("F06")
def test_staff_look_at_an_older_stock_and_bring_it_back(house: House) -> None:
    send(house, 20, days_ago=3)
    bad = send(house, 15, days_ago=1)
    send(house, 16, days_ago=0.5)
    dora = Screen(house, "dora").english()
    assert f"/staff/runs/{bad}/back" in dora.get(f"/staff/runs/{bad}/")
    page = dora.get(f"/staff/runs/{bad}/back")
    assert "Going back adds 4 new ones." in page and "It has 20 titles; the stock of now has 16." in page
    assert "It is older than 72 hours" in page
    assert copies(house) == 16, "looking changes nothing"
    dora.do(f"/staff/runs/{bad}/revert", {"over": str(bad)})
    assert copies(house) == 16, "another file was applied than the one that was looked at"
    dora.do(f"/staff/runs/{bad}/revert", {"over": str(bad + 1)})
    assert copies(house) == 20
    assert "Nothing would change" in dora.get(f"/staff/runs/{bad}/back")


def test_a_rejected_file_changes_nothing_and_is_over(held: tuple[House, Screen, int]) -> None:
    house, dora, run = held
    dora.do(f"/staff/runs/{run}/reject")
    assert (state(house, run), copies(house)) == ("rejected", 60)
    page = dora.do(f"/staff/runs/{run}/release", {"typed": "55"})
    assert said(page) == ["This file no longer waits for a decision: look at the newest one."]
    assert copies(house) == 60


def test_refused_lines_are_shown_with_number_and_reason(desk: House, dora: Screen) -> None:
    run = send(desk, 3, days_ago=0, shop="boreal", extra="not a book;1;1\n")
    page = dora.get(f"/staff/runs/{run}/?lines=refused")
    assert "not a book" in page
    assert "on line 5" in page
    assert dora.client.get(f"/staff/runs/{run}/?lines=nothing").status_code == 404


def test_a_file_under_way_says_how_far_it_is_and_a_failure_is_not_hidden(house: House) -> None:
    with house.session() as session:
        run = actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="model_csv",
            data=HEAD.encode(),
            name="stock.csv",
            origin="upload",
            at=NOW,
            store=house.store,
        ).id
    dora, alba = Screen(house, "dora").english(), house.client("alba_owner", bookshop=house.cast.alba)
    addresses = ((dora.client, f"/staff/runs/{run}/"), (alba, f"/office/stock/run/{run}"), (alba, "/office/stock/"))

    def pages() -> list[str]:
        return [html.unescape(client.get(f"{address}?lang=en").text) for client, address in addresses]

    assert all("it waits for its turn" in page for page in pages())
    told = {"done": 1500, "total": 3000, "stage": "reading"}
    house.app.extensions["redis"].set(f"mostrador:progress:stock:{run}", json.dumps(told))
    for page in pages():
        assert "1.500 of 3.000 lines" in page or "1,500 of 3,000 lines" in page
        assert '<progress value="1500" max="3000"' in page and "it waits for its turn" not in page
    with house.session() as session:
        session.execute(update(Effect).where(Effect.key == f"stock.import:{run}").values(error="lost", attempts=1))
    assert all("is tried again by itself" in page for page in pages())
    with house.session() as session:
        session.execute(update(Effect).where(Effect.key == f"stock.import:{run}").values(state="dead"))
    assert all("will not go on by itself" in page for page in pages())


@pytest.mark.seed("F05", "A32")
def test_the_board_shows_trouble_first_with_days_titles_and_score(house: House) -> None:
    send(house, 3, days_ago=4, shop="boreal")
    dora = Screen(house, "dora").english()
    page = dora.get("/staff/feeds/")
    assert page.index(">Boreal<") < page.index(">Alba<")
    assert "Hidden from readers" in page
    strip = "1 applied, 2 late, 2 hidden, too old, 25 nothing due; today: hidden, too old"
    assert strip in page
    assert ">Boreal<" not in dora.get("/staff/feeds/?show=fresh")
    assert "1 bookshop sends no stock" in dora.get("/staff/")
    assert strip in dora.get("/staff/")


def test_the_board_is_narrowed_by_state_province_and_name(house: House) -> None:
    send(house, 3, days_ago=0, shop="boreal")
    dora = Screen(house, "dora").english()
    for asked, shown in (
        ("", "Alba Boreal"),
        ("?show=never", "Alba"),
        ("?show=fresh", "Boreal"),
        ("?show=nonsense", "Alba Boreal"),
        ("?q=BOR", "Boreal"),
        ("?q=%25", ""),
        ("?area=Atlantis", ""),
        ("?page=999", "Alba Boreal"),
    ):
        page = dora.get(f"/staff/feeds/{asked}")
        assert [name for name in ("Alba", "Boreal") if f">{name}</a>" in page] == shown.split()


def test_a_bookshops_file_tells_its_titles_in_time_and_why_its_score(house: House) -> None:
    send(house, 60, days_ago=3, shop="boreal")
    send(house, 58, days_ago=0, shop="boreal", extra="not a book;1;1\n")
    page = Screen(house, "dora").english().get(f"/staff/members/{house.cast.boreal}/?part=stock")
    assert "Titles in stock on each of the last 90 days, from 58 to 60; now 58." in page
    assert "2 of 4 days without a good file." in page
    assert "1 of 119 lines refused." in page
    assert "3 of 58 titles hidden for their price." in page
    never = Screen(house, "dora").english().get(f"/staff/members/{house.cast.alba}/?part=stock")
    assert "There is no score before the first file." in never

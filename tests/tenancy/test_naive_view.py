"""A view by somebody who forgot that there are other bookshops: the locks hold it back, each by itself.

It lists, searches, filters, sorts, exports, shows, changes, deletes, acts on chosen rows, fills a drop-down and
answers a look-up, all of it without ever naming the bookshop. With both locks off every one of its paths leaks,
which is the negative control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import jsonify, request
from flask.testing import FlaskClient
from flask_admin import expose
from flask_admin.actions import action
from sqlalchemy import select, text

import backoffice
from app import create_app
from backoffice.base import RecordView
from backoffice.cells import Column
from config.services import Endpoints
from tests.conftest import House, Template, make_house
from tests.locks import FIRST, ONE_AT_A_TIME, SECOND, without
from trade.stock.models import RareTitle
from web.database import session

pytestmark = pytest.mark.database
OURS, THEIRS = "ALPHAMARK", "BETAMARK"


class Naive(RecordView):
    """Every way to a row, and never a word about whose it is."""

    columns = (Column("id", "Number"), Column("mark", "Mark", sort=True))
    column_default_sort = "id"
    column_searchable_list = ("mark",)
    column_filters = ("mark",)

    @expose("/<int:record_id>/")
    def show(self, record_id: int) -> str:
        """One row."""
        return str(self.record(record_id).mark)

    @expose("/<int:record_id>/change", methods=("POST",))
    def change(self, record_id: int) -> str:
        """Write into one row."""
        self.record(record_id).mark = "changed"
        return "done"

    @expose("/<int:record_id>/delete", methods=("POST",))
    def remove(self, record_id: int) -> str:
        """Delete one row."""
        session().delete(self.record(record_id))
        return "done"

    @action("clear", "Clear")
    def clear(self, ids: list[str]) -> None:
        """Write into chosen rows."""
        for row in self.chosen(ids):
            row.mark = "cleared"

    @expose("/choices")
    def choices(self) -> str:
        """The options of a drop-down."""
        return " ".join(f"<option>{row.mark}</option>" for row in session().scalars(select(RareTitle)))

    @expose("/look-up")
    def look_up(self) -> Any:
        """What a field completes while one types."""
        like = RareTitle.mark.ilike(f"%{request.args.get('q', '')}%")
        return jsonify([row.mark for row in session().query(RareTitle).filter(like).limit(10)])


def views() -> list[Any]:
    """The office's own views, and the naive one."""
    return [*backoffice.OFFICE.views(), Naive(RareTitle, name="Naive", endpoint="office_naive", url="naive")]


@pytest.fixture(scope="module")
def naive_house(
    endpoints: Endpoints, templates: dict[str, Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house whose office has the naive view; forged requests are another test's matter."""
    with (
        make_house("es", endpoints, templates, tmp_path_factory.mktemp("naive")) as house,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(backoffice, "AREAS", (replace(backoffice.OFFICE, views=views), backoffice.STAFF))
        patch.setattr(backoffice, "ACCESS", {**backoffice.ACCESS, "office_naive.*": "office.enter"})
        settings = {"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False}
        house._apps.append(create_app(house.config(), **settings))
        yield house


@pytest.fixture
def rows(naive_house: House) -> Iterator[dict[str, int]]:
    """One row of each bookshop, by its mark; both are gone afterwards."""
    with naive_house.session() as session:
        made = {
            mark: RareTitle(
                bookshop_id=shop, isbn=9788437604947, copies=1, holders=1, seen_on=date(2026, 11, 24), mark=mark
            )
            for mark, shop in ((OURS, naive_house.cast.alba), (THEIRS, naive_house.cast.boreal))
        }
        session.add_all(made.values())
        session.flush()
        ids = {mark: row.id for mark, row in made.items()}
    yield ids
    with naive_house.session() as session:
        session.execute(text("DELETE FROM rare_title"))


def leaks(house: House, rows: dict[str, int]) -> dict[str, bool]:
    """For each path whether Alba's owner reads or writes Boreal's row through it."""
    client: FlaskClient = house.client("alba_owner")
    theirs = rows[THEIRS]

    def reads(path: str) -> bool:
        with client.get(f"/office/naive/{path}") as answer:
            assert answer.status_code in {200, 404}, path
            return THEIRS in answer.get_data(as_text=True)

    def writes(path: str, data: dict[str, Any] | None = None) -> bool:
        with client.post(f"/office/naive/{path}", data=data or {}) as answer:
            assert answer.status_code in {200, 302, 404}, path
        with house.session() as session:
            row = session.get(RareTitle, theirs)
            return row is None or row.mark != THEIRS

    paths: dict[str, Callable[[], bool]] = {
        "list": lambda: reads(""),
        "search": lambda: reads("?search=MARK"),
        "sort": lambda: reads("?sort=1&desc=1"),
        "filter": lambda: reads("?flt0_0=MARK"),
        "export": lambda: reads("export/csv/"),
        "export of a search": lambda: reads("export/csv/?search=MARK"),
        "detail": lambda: reads(f"{theirs}/"),
        "drop-down": lambda: reads("choices"),
        "look-up": lambda: reads("look-up?q=mark"),
        "action": lambda: writes("action/", {"action": "clear", "rowid": [str(theirs)]}),
        "action on both": lambda: writes("action/", {"action": "clear", "rowid": [str(rows[OURS]), str(theirs)]}),
        "change": lambda: writes(f"{theirs}/change"),
        "delete": lambda: writes(f"{theirs}/delete"),
    }
    return {name: path() for name, path in paths.items()}


def ask(house: House, rows: dict[str, int], locks: tuple[str, ...]) -> dict[str, bool]:
    """The leaks without these locks."""
    with without(locks, house.app, house.owner_url):
        return leaks(house, rows)


@pytest.mark.parametrize("locks", ONE_AT_A_TIME)
def test_no_path_of_a_naive_view_leaks(naive_house: House, rows: dict[str, int], locks: tuple[str, ...]) -> None:
    found = ask(naive_house, rows, locks)
    assert len(found) == 13
    assert [name for name, leaked in found.items() if leaked] == []


def test_without_both_locks_every_path_leaks(naive_house: House, rows: dict[str, int]) -> None:
    found = ask(naive_house, rows, (FIRST, SECOND))
    assert [name for name, leaked in found.items() if not leaked] == []


def test_ones_own_row_is_reached_by_every_path(naive_house: House, rows: dict[str, int]) -> None:
    swapped = {THEIRS: rows[OURS], OURS: rows[THEIRS]}
    with naive_house.session() as session:
        session.get_one(RareTitle, rows[OURS]).mark = THEIRS
        session.get_one(RareTitle, rows[THEIRS]).mark = OURS
    found = leaks(naive_house, swapped)
    found.pop("action on both")  # the other one is not Alba's: then nothing is done
    assert [name for name, reached in found.items() if not reached] == []

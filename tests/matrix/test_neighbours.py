"""No page, list, search, export or job of one bookshop ever shows a row of its neighbour's, each lock being alone.

Everything of Alba's and Clara's carries one mark, everything of Boreal's and Bruno's another (tests/matrix/world.py):
whoever reads the neighbour's mark has seen a neighbour's row. (Views name their bookshop besides, so this holds
three times over; tests/tenancy/test_naive_view.py shows the locks with a view that does not.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, select

from jobs.queue import carry_out
from tests.locks import ONE_AT_A_TIME, SECOND
from tests.matrix.asking import Matrix
from tests.matrix.expected import ROWS
from tests.matrix.world import MARKS, opened
from trade.base import outbox
from trade.base.models import Effect
from trade.stock.models import FeedRun

pytestmark = pytest.mark.database
SIDES = [("alba_owner", "alba", "boreal"), ("boreal_owner", "boreal", "alba")]
# A list is asked for everything it might show: by words, order, page and size. The marks end alike.
LISTS = ("index_view", "export")
QUESTIONS = ("?search=MARK", "?q=MARK", "?page_size=200", "?sort=0&desc=1", "?page=1", "?flt0_0=MARK")


def pages(matrix: Matrix, area: str) -> Iterator[str]:
    """Every page of an area that names no thing, and every list asked in several ways."""
    for row in ROWS:
        if row.method == "GET" and row.endpoint.startswith(area):
            for place in matrix.places(row.endpoint, row.method):
                if place.side is None:
                    yield place.path
                    yield from (place.path + more for more in QUESTIONS if row.endpoint.endswith(LISTS))


def read(matrix: Matrix, role: str, area: str) -> dict[str, set[str]]:
    """The marks a role reads on each page that opens."""
    found = {}
    for path in pages(matrix, area):
        with matrix.browser(role).get(path) as answer:
            if answer.status_code == 200:
                text = answer.get_data().decode(errors="replace")
                found[path] = {shop for shop, mark in MARKS.items() if mark in text}
    return found


def showing(found: dict[str, set[str]], shop: str) -> list[str]:
    """The pages on which a bookshop's mark was read."""
    return [path for path, marks in found.items() if shop in marks]


@pytest.mark.parametrize(("role", "own", "other"), SIDES)
@pytest.mark.parametrize("locks", ONE_AT_A_TIME, indirect=True)
def test_no_page_of_the_office_shows_the_neighbour(
    matrix: Matrix, locks: tuple[str, ...], role: str, own: str, other: str
) -> None:
    found = read(matrix, role, "office_")
    assert len(found) > 30
    assert showing(found, other) == []
    assert len(showing(found, own)) > 5


@pytest.mark.parametrize(("reader", "own", "other"), [("clara", "alba", "boreal"), ("bruno", "boreal", "alba")])
@pytest.mark.parametrize("locks", ONE_AT_A_TIME, indirect=True)
def test_no_reader_sees_another(matrix: Matrix, locks: tuple[str, ...], reader: str, own: str, other: str) -> None:
    found = read(matrix, reader, "account.")
    assert showing(found, other) == []
    assert showing(found, own) != []


@pytest.mark.parametrize("locks", ONE_AT_A_TIME, indirect=True)
def test_the_public_sees_nobody(matrix: Matrix, locks: tuple[str, ...]) -> None:
    found = read(matrix, "anonymous", "public.")
    assert len(found) > 10
    assert showing(found, "alba") + showing(found, "boreal") == []


@pytest.mark.parametrize("locks", ONE_AT_A_TIME, indirect=True)
def test_a_job_of_one_bookshop_does_not_touch_the_others_file(matrix: Matrix, locks: tuple[str, ...]) -> None:
    """An effect of Alba's that names Boreal's file: the job works for Alba, so there is no such file."""
    house = matrix.world.house
    theirs = matrix.world.pairs["run_id"][1]
    key = f"stock.import:forged:{'-'.join(locks)}"
    with house.session() as session:
        before = session.get_one(FeedRun, theirs).state
        outbox.post(session, kind="stock.import", key=key, payload={"run_id": theirs}, bookshop_id=house.cast.alba)
    with opened(house) as context:
        asked = replace(context, engine=create_engine(house.owner_url)) if SECOND in locks else context
        with house.session() as session:
            effect_id = session.scalars(select(Effect.id).where(Effect.key == key)).one()
        assert carry_out(asked, effect_id) == "dead"
        asked.engine.dispose()
    with house.session() as session:
        assert session.get_one(FeedRun, theirs).state == before

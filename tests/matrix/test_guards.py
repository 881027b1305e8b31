"""The matrix can fail: with any one guard taken away, some answer is no longer the written one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.locks import FIRST, ONE_AT_A_TIME, SECOND
from tests.matrix.asking import Matrix, nothing_kept, side_of
from tests.matrix.expected import GROUPS, ROWS, Row
from web.access import permission_for

pytestmark = pytest.mark.database
# The door's own view turns strangers away: its address is public.
CLOSED = [row for row in ROWS if row.who != "everybody" and not row.endpoint.startswith("door.")]
# The action itself wants an owner, whatever the table says.
GUARDED_DEEPER = {("office_settings.payments", "POST", "alba_clerk")}
# For each group, a weaker permission, and who of the same area would get in with it. (Between areas stands a second
# guard: the area's own permission.)
WEAKER = {
    "signed-in": [("public", "anonymous")],
    "bookshops": [("public", "anonymous")],
    "owners": [("public", "anonymous"), ("office.enter", "alba_clerk")],
    "staff": [("public", "anonymous")],
    "administrators": [("public", "anonymous"), ("staff.enter", "dora")],
    "money": [("public", "anonymous")],
    "closers": [("public", "anonymous"), ("money.read", "emilio")],
}


def wrong(matrix: Matrix, row: Row, roles: Sequence[str]) -> list[str]:
    """The answers of a line that are not the written ones; a page that breaks is one too."""
    found = []
    with nothing_kept():
        for place in matrix.places(row.endpoint, row.method):
            for role in roles:
                wanted = row.expected(role, own=place.side in (None, side_of(role, row.endpoint)))
                try:
                    answer = matrix.ask(role, place)
                except Exception as error:
                    answer = type(error).__name__
                if answer != wanted:
                    found.append(f"{role} {place.path}: {answer}, not {wanted}")
    return found


@pytest.mark.parametrize("row", CLOSED, ids=lambda row: row.name)
def test_a_weaker_permission_is_noticed(matrix: Matrix, monkeypatch: pytest.MonkeyPatch, row: Row) -> None:
    table = matrix.app.extensions["access_table"]
    given = permission_for(row.endpoint, table)
    for weaker, role in WEAKER[row.who]:
        assert role not in GROUPS[row.who]
        if weaker != given and (row.endpoint, row.method, role) not in GUARDED_DEEPER:
            monkeypatch.setitem(table, row.endpoint, weaker)
            assert wrong(matrix, row, [role]), f"nobody notices that {weaker} is enough for {row.name}"


def test_without_the_access_guard_everything_is_wrong(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    guards = matrix.app.before_request_funcs[None]
    others = [guard for guard in guards if guard.__name__ != "_demand"]
    monkeypatch.setitem(matrix.app.before_request_funcs, None, others)
    assert len(guards) == len(matrix.app.before_request_funcs[None]) + 1
    unnoticed = [row.name for row in CLOSED if not wrong(matrix, row, ["anonymous"])]
    assert unnoticed == []


def test_without_the_token_guard_every_forged_post_gets_in(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(matrix.app.config, "WTF_CSRF_ENABLED", False)
    with nothing_kept():
        for row in ROWS:
            if row.method == "POST" and row.answer != "400":
                role = next(iter(sorted(GROUPS[row.who])))
                place = matrix.places(row.endpoint, row.method)[0]
                assert matrix.ask(role, place, token=False) != "400", row.name


# --- the two locks of tenancy ----------------------------------------------------------------------

OWNED = [row for row in ROWS if row.foreign != "-"]
NEIGHBOUR = {"office": "boreal_owner", "account": "bruno"}


def neighbours(row: Row) -> list[str]:
    """The one whose things are on the other side."""
    return [NEIGHBOUR[row.endpoint.partition("_")[0].partition(".")[0]]]


@pytest.mark.parametrize("locks", ONE_AT_A_TIME[1:], indirect=True)
def test_with_one_lock_every_answer_is_the_same(matrix: Matrix, locks: tuple[str, ...]) -> None:
    assert [line for row in OWNED for line in wrong(matrix, row, neighbours(row))] == []


@pytest.mark.parametrize("locks", [(FIRST, SECOND)], indirect=True)
def test_without_both_locks_the_neighbour_gets_in(matrix: Matrix, locks: tuple[str, ...]) -> None:
    """The negative control: where no query names its bookshop besides, it was the locks that kept the neighbour out."""
    assert [row.name for row in OWNED if wrong(matrix, row, neighbours(row))]

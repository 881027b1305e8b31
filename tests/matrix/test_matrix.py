"""Role by route by method by owner: every answer of the application is the one that was written down."""

from __future__ import annotations

import pytest

from tests.matrix.asking import GARBAGE, ROLES, Matrix, nothing_kept, rules, side_of, values_of
from tests.matrix.expected import ROWS, Row

pytestmark = pytest.mark.database
HARMLESS = {"HEAD", "OPTIONS"}
ALL = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
WITH_IDS = pytest.mark.parametrize("row", [row for row in ROWS if row.absent != "-"], ids=lambda row: row.name)
# Programs come with a key or a signature in a header, never with a cookie: no page of another site can use it.
BY_KEY = ("exchange.push", "hooks.stripe_event")
BROWSERS = [row for row in ROWS if row.method == "POST" and row.endpoint not in BY_KEY]
POSTS = pytest.mark.parametrize("row", BROWSERS, ids=lambda row: row.name)


def one_who_may(row: Row) -> str:
    """The least of the roles that may."""
    return next(role for role in ROLES if row.may(role))


def test_the_table_is_the_map(matrix: Matrix) -> None:
    """A route without a line fails, and so does a line without a route."""
    found = {(rule.endpoint, method) for rule in rules(matrix.app) for method in rule.methods - HARMLESS}
    written = [(row.endpoint, row.method) for row in ROWS]
    assert len(written) == len(set(written))
    assert sorted(found - set(written)) == []
    assert sorted(set(written) - found) == []


def test_a_line_says_whether_there_are_ids(matrix: Matrix) -> None:
    with_ids = {rule.endpoint for rule in rules(matrix.app) if rule.arguments}
    assert {row.endpoint for row in ROWS if row.absent != "-"} == with_ids


@ALL
def test_everybody_gets_the_written_answer(matrix: Matrix, row: Row) -> None:
    with nothing_kept():
        for place in matrix.places(row.endpoint, row.method):
            for role in ROLES:
                if place.side == 1 and not row.may(role):
                    continue  # denied before any id is looked at, as with the first side
                own = place.side in (None, side_of(role, row.endpoint))
                assert matrix.ask(role, place) == row.expected(role, own=own), f"{role} {place.path}"


@WITH_IDS
def test_absent_things_and_garbage_are_not_found(matrix: Matrix, row: Row) -> None:
    role = one_who_may(row)
    with nothing_kept():
        for place in matrix.absent(row.endpoint, row.method):
            assert matrix.ask(role, place) == row.absent, place.path
        for garbage in GARBAGE:
            for place in matrix.garbage(row.endpoint, row.method, garbage):
                assert matrix.ask(role, place) in {row.absent, "404"}, place.path


@POSTS
def test_a_post_without_its_token_is_refused(matrix: Matrix, row: Row) -> None:
    role = one_who_may(row)
    with nothing_kept():
        for place in matrix.places(row.endpoint, row.method)[:1]:
            assert matrix.ask(role, place, token=False) == "400", place.path
            assert matrix.ask(role, place, token="forged") == "400", place.path


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_do_not_exist(matrix: Matrix, method: str) -> None:
    with nothing_kept():
        for rule in rules(matrix.app):
            if method in (rule.methods or ()) and rule.endpoint in BY_KEY:
                continue
            place = matrix.place(rule, method, values_of(matrix.world, rule.endpoint, 0))
            assert matrix.ask("ada", place) == "405", place.path


def test_heads_and_options_are_guarded_like_the_page(matrix: Matrix) -> None:
    closed = [row for row in ROWS if row.method == "GET" and row.who != "everybody"]
    assert closed
    for row in closed:
        for method in HARMLESS:
            place = matrix.places(row.endpoint, row.method, method)[0]
            assert matrix.ask("anonymous", place) == "door", f"{method} {place.path}"

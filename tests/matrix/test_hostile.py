"""What nobody types by accident: garbage behind the question mark, and columns that no form has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from tests.matrix.asking import ROLES, Matrix, nothing_kept
from tests.matrix.expected import ROWS, Row
from trade.base.access import owned_models

pytestmark = pytest.mark.database
PAGES = [row for row in ROWS if row.method == "GET" and row.answer == "200"]
POSTS = [row for row in ROWS if row.method == "POST"]
NUMBERS = ("-1", "1e20", "99999999999999999999")
WORDS = "%25%25%5C%27%22%3Cscript%3E%F0%9F%93%9A"
QUESTIONS = [
    *(f"?page={n}&page_size={n}&sort={n}&desc={n}&part={n}&year={n}&month={n}&day={n}" for n in NUMBERS),
    f"?search={WORDS}&q=%22(%26%7C!{'a%20' * 400}&near=999,999&tab={WORDS}&lang=xx&flt0_0={WORDS}&flt1_1=-1&flt99_99=x"
    f"&flt=1&month=2026-99&first_day=2026-02-30&last_day=0000-00-00&day=x&{'&'.join(f'a{n}=1' for n in range(200))}",
]


def one_who_may(row: Row) -> str:
    """The least of the roles that may."""
    return next(role for role in ROLES if row.may(role))


@pytest.mark.parametrize("question", QUESTIONS, ids=[f"question-{number}" for number in range(len(QUESTIONS))])
def test_garbage_in_the_question_never_breaks_a_page(matrix: Matrix, question: str) -> None:
    wrong = {}
    with nothing_kept():
        for row in PAGES:
            place = matrix.places(row.endpoint, row.method)[0]
            try:
                with matrix.browser(one_who_may(row)).get(place.path + question) as answer:
                    if answer.status_code not in {200, 302, 400, 404}:
                        wrong[place.path] = str(answer.status_code)
            except Exception as error:
                wrong[place.path] = repr(error)[:200]
    assert wrong == {}


# --- columns that no form has ------------------------------------------------------------------------

FORGED = 987_654_321
GUARDED = sorted(
    {
        column.name
        for model in owned_models()
        for column in model.__table__.columns
        if column.name in {"id", "state", "verified_at", "active_at", "paid_at", "totp_on_at", "second_factor"}
        or column.name.endswith(("_id", "_cents", "cents", "_hash", "_sha256"))
    }
)


@pytest.fixture
def written(matrix: Matrix) -> Iterator[list[str]]:
    """Every statement that would write the forged value into the database."""
    found: list[str] = []
    engine = matrix.app.extensions["sqlalchemy"]
    with matrix.app.app_context():
        engine = engine.engine

    def look(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE")) and str(FORGED) in str(parameters):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", look)
    yield found
    event.remove(engine, "before_cursor_execute", look)


@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.name)
def test_columns_that_no_form_shows_are_not_taken(matrix: Matrix, written: list[str], row: Row) -> None:
    """Owners, states, money and digests are posted to every form: none of it is written."""
    forged = {name: str(FORGED) for name in GUARDED}
    forged |= {"role": "administrator", "roles": "administrator", "platform_roles": "administrator"}
    with nothing_kept():
        for place in matrix.places(row.endpoint, row.method)[:1]:
            given = {"csrf_token": matrix.token, **forged}
            with matrix.browser(one_who_may(row)).post(place.path, data=given) as answer:
                assert answer.status_code < 500
    assert written == []


def test_a_taken_column_would_be_seen(matrix: Matrix, written: list[str]) -> None:
    """The control: a name that a form does show is written."""
    with nothing_kept():
        given = {"csrf_token": matrix.token, "name": str(FORGED), "postcode": "28001", "city": "Madrid"}
        matrix.browser("alba_owner").post("/office/settings/basic", data=given).close()
    assert written


@pytest.mark.parametrize("question", ["search=%00", "flt0_0=%00", "%00=x"])
def test_a_nul_is_refused(matrix: Matrix, question: str) -> None:
    for role, path in (("dora", "/staff/members/"), ("alba_owner", "/office/reservations/"), ("anonymous", "/search")):
        assert matrix.browser(role).get(f"{path}?{question}").status_code == 400

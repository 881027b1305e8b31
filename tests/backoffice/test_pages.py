"""What holds of every page of the three areas: no inline code, no page without token, no garbage that breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from backoffice.base import RecordView
from tests.conftest import House

INLINE = re.compile(
    r"<[a-z][^>]*\s(?:on[a-z]+|style)\s*=|[\"']\s*javascript:|<script(?![^>]*\ssrc=)|<style", re.IGNORECASE
)
GARBAGE = ("abc", "0", "-1", "1,2", "1'", "99999999999999999999", "%00", "../1")
LIST_GARBAGE = (
    "page=-1",
    "page=999999999999999999999",
    "page=abc",
    "page_size=0",
    "page_size=1000000",
    "sort=-3",
    "sort=999",
    "sort=abc",
    "sort=0&desc=abc",
    "search=%00%25_%27%22",
    "search=" + "x" * 5_000,
    "tab=nothing",
    "flt0_0=%00",
    "flt0_0=99999999999999999999",
    "flt0_99=x",
    "flt_=x&fltx",
    "flt1_1='&flt2_2=abc",
)
AREAS = {"staff": "ada", "office": "alba_owner", "ledger": "ada"}


def rules(house: House, method: str) -> Iterator[Rule]:
    """The routes of the three areas that answer a method."""
    for rule in house.app.url_map.iter_rules():
        if rule.endpoint.partition("_")[0] in AREAS and method in (rule.methods or ()) and rule.endpoint != "static":
            yield rule


def address(rule: Rule, value: str = "1") -> str:
    """The address of a rule with every variable filled in alike."""
    return re.sub(r"<(?:[^:<>]+:)?[^<>]+>", value, rule.rule)


def client_for(house: House, rule: Rule) -> FlaskClient:
    """A browser of somebody who may open the rule's area."""
    return house.client(AREAS[rule.endpoint.partition("_")[0]])


def lists(house: House) -> list[RecordView]:
    """Every list of records."""
    return [view for admin in house.app.extensions["admin"] for view in admin._views if isinstance(view, RecordView)]


@pytest.fixture(scope="module")
def pages(shared_house: House) -> dict[str, TestResponse]:
    """Every page of the areas, opened once by somebody who may."""
    return {rule.rule: client_for(shared_house, rule).get(address(rule)) for rule in rules(shared_house, "GET")}


def test_no_page_holds_inline_code(pages: dict[str, TestResponse]) -> None:
    opened = 0
    for rule, answer in pages.items():
        assert answer.status_code in (200, 302, 303, 403, 404), f"{rule}: {answer.status_code}"
        if answer.mimetype == "text/html":
            opened += answer.status_code == 200
            found = INLINE.search(answer.text)
            assert found is None, f"{rule}: {found.group() if found else ''}"
    assert opened > 30


def test_inline_code_would_be_found() -> None:
    bad = ('<a href="#" onclick="x()">', "<p style='color:red'>", '<a href="javascript:x">', "<script>x</script>")
    assert all(INLINE.search(each) for each in bad)
    assert not INLINE.search('<p class="on" data-once="1"><script type="module" src="/x.js"></script>')


def test_every_post_without_token_is_refused(shared_house: House) -> None:
    posts = list(rules(shared_house, "POST"))
    assert len(posts) > 20
    for rule in posts:
        answer = client_for(shared_house, rule).post(address(rule), data={"action": "retry", "rowid": "1"})
        assert answer.status_code == 400, f"{rule.rule}: {answer.status_code}"


def test_every_post_form_of_a_page_carries_the_token(pages: dict[str, TestResponse]) -> None:
    forms = [
        (rule, form)
        for rule, answer in pages.items()
        if answer.mimetype == "text/html" and answer.status_code == 200
        for form in re.findall(r'<form\b[^>]*method="post".*?</form>', answer.text, re.DOTALL)
    ]
    assert len(forms) > 30
    assert [rule for rule, form in forms if 'name="csrf_token"' not in form] == []


def test_garbage_ids_are_not_found(shared_house: House) -> None:
    with_ids = [rule for rule in rules(shared_house, "GET") if "<int:" in rule.rule]
    assert len(with_ids) > 8
    for rule in with_ids:
        for garbage in GARBAGE:
            answer = client_for(shared_house, rule).get(address(rule, garbage))
            assert answer.status_code in (404, 308), f"{rule.rule} {garbage}: {answer.status_code}"


@pytest.mark.parametrize("garbage", LIST_GARBAGE)
def test_garbage_in_a_list_is_passed_over(shared_house: House, garbage: str) -> None:
    for page in ("", "export/csv/"):
        answer = shared_house.client("ada").get(f"/staff/journal/{page}?{garbage}")
        assert answer.status_code == (400 if "%00" in garbage else 200), f"{page}?{garbage}: {answer.status_code}"


def test_all_garbage_at_once_is_passed_over_by_every_list(shared_house: House) -> None:
    views = lists(shared_house)
    assert len(views) > 6
    for view in views:
        client = shared_house.client(AREAS[str(view.endpoint).partition("_")[0]])
        readable = [garbage for garbage in LIST_GARBAGE if "%00" not in garbage]
        for garbage in ("&".join(readable[::2]), "&".join(readable[1::2])):
            assert client.get(f"{view.url}/?{garbage}").status_code == 200, f"{view.url}?{garbage}"


def test_garbage_chosen_for_an_action_is_not_found(shared_house: House) -> None:
    client = shared_house.client("ada")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/staff/jobs/?tab=dead").text)
    assert token
    for chosen in ({"rowid": garbage} for garbage in (*GARBAGE, "")):
        answer = client.post("/staff/jobs/action/", data={"csrf_token": token.group(1), "action": "retry", **chosen})
        assert answer.status_code == 404, chosen
    unknown = client.post("/staff/jobs/action/", data={"csrf_token": token.group(1), "action": "delete", "rowid": "1"})
    assert unknown.status_code == 404


@pytest.mark.parametrize("who", ["clara", "alba_owner", "alba_clerk", "emilio"])
def test_the_staff_area_is_closed_to_others(shared_house: House, who: str) -> None:
    client = shared_house.client(who)
    for rule in rules(shared_house, "GET"):
        if rule.endpoint.startswith("staff_") and not rule.endpoint.startswith(("staff_months", "staff_transfers")):
            assert client.get(address(rule)).status_code == 403, rule.rule


def test_accountants_do_not_work_in_the_staff_area(shared_house: House) -> None:
    assert shared_house.client("emilio").get("/staff/months/").status_code == 403


def test_staff_without_the_permission_see_neither_page_nor_line(shared_house: House) -> None:
    client = shared_house.client("dora")
    page = client.get("/staff/").text
    for closed in ("/staff/settings/", "/staff/jobs/", "/staff/people/", "/staff/months/"):
        assert client.get(closed).status_code == 403
        assert f'href="{closed}"' not in page
    assert 'href="/staff/members/"' in page


def test_nobody_is_led_to_the_door(shared_house: House) -> None:
    answer = shared_house.client().get("/staff/members/?tab=all")
    assert answer.status_code == 302
    assert "next=" in answer.headers["Location"]


def test_every_line_of_the_menus_leads_somewhere(shared_house: House) -> None:
    endpoints = {rule.endpoint for rule in shared_house.app.url_map.iter_rules()}
    items = [
        item for area in shared_house.app.extensions["areas"].values() for group in area.menu for item in group.items
    ]
    assert {item.endpoint for item in items} - endpoints == set()

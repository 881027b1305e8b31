"""The search on top of every page: one hit is opened, several are listed, nobody sees what he may not open."""

from __future__ import annotations

import pytest

from tests.backoffice.browser import Screen
from tests.conftest import House


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("9788437604947", "/staff/books/9788437604947/"),
        ("978-84-376-0494-7", "/staff/books/9788437604947/"),
        ("Boreal", "/staff/members/{boreal}/"),
        ("ada@mostrador.example", "/staff/people/{ada}/"),
    ],
)
def test_a_single_hit_is_opened_at_once(desk: House, ada: Screen, words: str, where: str) -> None:
    answer = ada.client.get("/staff/find/", query_string={"q": words})
    assert answer.headers["Location"] == where.format(boreal=desk.cast.boreal, ada=desk.cast.people["ada"])


@pytest.mark.parametrize("words", ["", "a", "%", "_%", "zzzz nothing", "x" * 5_000, "\\"])
def test_what_finds_nothing_says_what_can_be_found(desk: House, ada: Screen, words: str) -> None:
    answer = ada.client.get("/staff/find/", query_string={"q": words})
    assert answer.status_code == 200
    assert "Nothing found" in answer.text


def test_readers_are_not_found(desk: House, ada: Screen) -> None:
    assert "Nothing found" in ada.get("/staff/find/?q=clara@mostrador.example")


def test_staff_do_not_find_what_they_may_not_open(desk: House, dora: Screen) -> None:
    assert "Nothing found" in dora.get("/staff/find/?q=ada@mostrador.example")


def test_several_hits_are_listed_by_kind(desk: House, ada: Screen) -> None:
    page = ada.get("/staff/find/?q=mostrador.example")
    assert ">Alba<" in page
    assert ">Boreal<" in page

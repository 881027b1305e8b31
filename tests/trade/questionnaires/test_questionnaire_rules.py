"""Questions of fourteen kinds, their conditions and the public fields they fill (F07, F08, experience.md 3.4)."""

from typing import Any

import pytest

from trade.base.errors import Refused
from trade.questionnaires.rules import FIELDS, KIND_LABELS, Ask, check, check_design, mapped, read, reopened, visible

COLOURS = ("red", "green", "blue")


def ask(kind: str, **more: Any) -> Ask:
    choices = COLOURS if kind in ("choice", "many") else ()
    return Ask(**{"key": "q", "kind": kind, "choices": choices, **more})


@pytest.mark.seed("F07")
@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", "  Librería   Alba ", "Librería Alba"),
        ("long", "Uno\r\ndos\n", "Uno\ndos"),
        ("number", "12", 12),
        ("number", "2,50", "2.5"),
        ("money", "12,50 €", 1250),
        ("percent", "5,5 %", 550),
        ("date", "24/11/2026", "2026-11-24"),
        ("choice", "green", "green"),
        ("many", ["blue", "red"], ["red", "blue"]),
        ("many", "red", ["red"]),
        ("yes_no", "yes", True),
        ("yes_no", "no", False),
        ("yes_no", False, False),
        ("file", "42", 42),
        (
            "address",
            {"street": "Calle Mayor 1", "postcode": "28 001", "city": " Madrid "},
            {"street": "Calle Mayor 1", "postcode": "28001", "city": "Madrid"},
        ),
        ("coordinates", "41.38, 2.17", {"latitude": 41.38, "longitude": 2.17}),
        ("coordinates", {"latitude": 41.38, "longitude": 2.17}, {"latitude": 41.38, "longitude": 2.17}),
        ("iban", "ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332"),
        ("tax_id", "B-58378431", "B58378431"),
    ],
)
def test_each_kind_stores_one_form(kind: str, given: Any, stored: Any) -> None:
    assert read(ask(kind), given, country="ES") == stored


@pytest.mark.parametrize("kind", KIND_LABELS)
@pytest.mark.parametrize("given", [None, "", "   ", []])
def test_nothing_typed_is_no_answer(kind: str, given: Any) -> None:
    assert read(ask(kind), given, country="ES") is None


def test_an_empty_address_is_no_answer() -> None:
    assert read(ask("address"), {"street": "", "postcode": " ", "city": None}, country="ES") is None


@pytest.mark.seed("F07")
@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("text", "x" * 201, "At most 200"),
        ("text", "a\x00b", "cannot be stored"),
        ("long", "x" * 5001, "At most 5000"),
        ("number", "many", "not a number"),
        ("money", "1.234", "two decimals"),
        ("percent", "5,555", "two"),
        ("date", "31/02/2026", "does not exist"),
        ("choice", "yellow", "one of the answers"),
        ("many", ["red", "yellow"], "among the answers"),
        ("yes_no", "perhaps", "yes or no"),
        ("yes_no", 1, "yes or no"),
        ("file", "../etc/passwd", "file again"),
        ("file", "٤٢", "file again"),
        ("address", "Calle Mayor 1", "street, postcode and town"),
        ("address", {"street": "Calle Mayor 1", "postcode": "", "city": "Madrid"}, "five digits"),
        ("address", {"street": "", "postcode": "28001", "city": "Madrid"}, "street, postcode and town"),
        ("coordinates", "here", "pair of coordinates"),
        ("coordinates", {"latitude": "x"}, "pair of coordinates"),
        ("iban", "ES91 2100 0418 4502 0005 1333", "mistyped"),
        ("tax_id", "B58378432", "mistyped"),
    ],
)
def test_each_kind_says_what_to_write(kind: str, given: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(ask(kind), given, country="ES")


@pytest.mark.seed("F08")
@pytest.mark.parametrize(
    ("maps_to", "given", "stored"),
    [
        ("bookshop.email", "Hola@Alba.Example", "hola@alba.example"),
        ("bookshop.website", "alba.example", "https://alba.example"),
        ("bookshop.phone", "+34  600 000 000", "+34 600 000 000"),
    ],
)
def test_a_text_that_fills_a_public_field_is_read_as_that_field(maps_to: str, given: str, stored: str) -> None:
    assert read(ask("text", maps_to=maps_to), given, country="ES") == stored
    with pytest.raises(Refused):
        read(ask("text", maps_to=maps_to), "not an address", country="ES")


SHOP = [
    Ask("sells_online", "yes_no", required=True),
    Ask("channels", "many", choices=("own", "other"), condition={"question": "sells_online", "is": True}),
    Ask("own_site", "text", required=True, condition={"question": "channels", "is": "own"}),
    Ask("why_not", "long", condition={"question": "sells_online", "is": False}),
]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, ["sells_online"]),
        ({"sells_online": True}, ["sells_online", "channels"]),
        ({"sells_online": True, "channels": ["other"]}, ["sells_online", "channels"]),
        ({"sells_online": True, "channels": ["own", "other"]}, ["sells_online", "channels", "own_site"]),
        ({"sells_online": False}, ["sells_online", "why_not"]),
        ({"sells_online": False, "channels": ["own"]}, ["sells_online", "why_not"]),
    ],
)
def test_a_condition_shows_its_question_only_below_a_shown_one(values: dict[str, Any], shown: list[str]) -> None:
    assert [question.key for question in visible(SHOP, values)] == shown


def test_saving_keeps_what_is_good_and_names_what_is_not() -> None:
    outcome = check(SHOP, {"sells_online": "yes", "channels": ["own", "elsewhere"]}, country="ES", complete=False)
    assert outcome.values == {"sells_online": True}
    assert list(outcome.problems) == ["channels"]


def test_submitting_demands_the_required_answers_that_are_shown() -> None:
    outcome = check(SHOP, {"sells_online": "yes", "channels": ["own"]}, country="ES", complete=True)
    assert list(outcome.problems) == ["own_site"]
    outcome = check(SHOP, {"sells_online": "no"}, country="ES", complete=True)
    assert outcome.problems == {}


def test_answers_to_hidden_questions_are_dropped() -> None:
    outcome = check(SHOP, {"sells_online": "no", "own_site": "alba.example"}, country="ES", complete=True)
    assert outcome.values == {"sells_online": False}


def test_stored_answers_stand_for_what_was_not_given() -> None:
    known = {"sells_online": True, "channels": ["own"], "own_site": "alba.example"}
    outcome = check(SHOP, {"own_site": ""}, country="ES", complete=True, known=known)
    assert list(outcome.problems) == ["own_site"]
    assert check(SHOP, {}, country="ES", complete=True, known=known).values == known


@pytest.mark.parametrize(
    ("asked", "answered", "open_now"),
    [
        ({"own_site"}, {"sells_online", "channels", "own_site"}, {"own_site"}),
        ({"sells_online"}, {"sells_online"}, {"sells_online", "channels", "why_not", "own_site"}),
        ({"sells_online"}, {"sells_online", "why_not"}, {"sells_online", "channels", "own_site"}),
        ({"channels"}, {"sells_online", "channels"}, {"channels", "own_site"}),
    ],
)
def test_only_asked_questions_reopen_and_what_hangs_on_them(
    asked: set[str], answered: set[str], open_now: set[str]
) -> None:
    assert reopened(SHOP, asked=asked, answered=answered) == open_now


@pytest.mark.seed("T120")
def test_coordinates_in_another_country_warn_and_do_not_refuse() -> None:
    place = [Ask("place", "coordinates")]
    outcome = check(place, {"place": "48.857, 2.352"}, country="ES", complete=True)
    assert not outcome.problems
    assert "outside the country" in str(outcome.warnings["place"])
    assert not check(place, {"place": "48.857, 2.352"}, country="FR", complete=True).warnings


@pytest.mark.seed("F08")
def test_answers_fill_the_columns_they_are_mapped_to() -> None:
    questions = [
        Ask("a", "text", maps_to="bookshop.name"),
        Ask("b", "address", maps_to="bookshop.address"),
        Ask("c", "coordinates", maps_to="bookshop.coordinates"),
        Ask("d", "long", maps_to="bookshop.hours"),
        Ask("e", "tax_id", maps_to="billing.tax_id"),
        Ask("f", "long"),
    ]
    values = {
        "a": "Alba",
        "b": {"street": "Calle Mayor 1", "postcode": "28001", "city": "Madrid"},
        "c": {"latitude": 40.4, "longitude": -3.7},
        "e": "B58378431",
        "f": "nowhere",
    }
    assert mapped(questions, values, owner="bookshop") == {
        "name": "Alba",
        "address": "Calle Mayor 1",
        "postcode": "28001",
        "city": "Madrid",
        "latitude": 40.4,
        "longitude": -3.7,
    }
    assert mapped(questions, values, owner="billing") == {"tax_id": "B58378431"}


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ([ask("text"), ask("text")], "Two questions"),
        ([ask("colour")], "unknown kind"),
        ([ask("choice", choices=("red", "red"))], "two different choices"),
        ([ask("text", maps_to="bookshop.state")], "cannot fill"),
        ([ask("text", maps_to="billing.iban")], "cannot fill"),
        ([ask("text", condition={"question": "gone", "is": True})], "names no question"),
        ([Ask("a", "text"), ask("text", condition={"question": "a", "is": "x"})], "question with choices"),
        ([Ask("a", "yes_no"), ask("text", condition={"question": "a", "is": "x"})], "not offered"),
        ([ask("yes_no", condition={"question": "q", "is": True})], "circle"),
        (
            [
                Ask("a", "yes_no", condition={"question": "b", "is": True}),
                Ask("b", "yes_no", condition={"question": "a", "is": True}),
            ],
            "circle",
        ),
        (
            [Ask("a", "text", maps_to="bookshop.name"), Ask("b", "text", maps_to="bookshop.name")],
            "fill the same field",
        ),
    ],
)
def test_a_wrong_questionnaire_cannot_be_published(questions: list[Ask], words: str) -> None:
    with pytest.raises(Refused, match=words):
        check_design(questions)


def test_a_right_questionnaire_can_be_published() -> None:
    check_design(SHOP)


def test_every_public_field_accepts_only_known_kinds() -> None:
    for target in FIELDS.values():
        assert set(target.kinds) <= set(KIND_LABELS)


def test_there_are_fourteen_kinds() -> None:
    assert len(KIND_LABELS) == 14

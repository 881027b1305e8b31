"""Whose word counts, what an update leaves standing, and the price of a day: by tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from trade.catalogue.records import Availability, BookRecord, Contributor, Form, Price
from trade.catalogue.rules import (
    DatedPrice,
    NewBook,
    book_values,
    category_of,
    combined,
    detail_values,
    merged,
    opened,
    price_line,
    said_by,
    said_in,
    squeezed,
    written,
)

TODAY = date(2026, 11, 24)
RANKS = {"staff": {"trade": 0}, "a": {"facts": 1, "trade": 2}, "b": {"facts": 2, "trade": 1}}


def price(cents: int, since: str = "", until: str = "", **more: Any) -> dict[str, Any]:
    """A price as a statement has it."""
    dates = {name: day for name, day in (("from", since), ("until", until)) if day}
    return {"cents": cents, "kind": "fixed", **dates, **more}


def line(*prices: dict[str, Any], by: str = "a", rate: int = 400) -> list[tuple[str, int | None]]:
    """The days and cents of a price line."""
    told = merged({by: {"prices": list(prices)}}, ranks=RANKS).fields["prices"]
    return [(str(one.since or "now"), one.cents) for one in price_line(told, today=TODAY, usual_rate=rate)]


# --- whose word counts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "field", "value", "source"),
    [
        ({"a": {"title": "A"}, "b": {"title": "B"}}, "title", "A", "a"),
        ({"a": {}, "b": {"title": "B"}}, "title", "B", "b"),
        ({"a": {"title": ""}, "b": {"title": "B"}}, "title", "B", "b"),
        ({"a": {"title": "LA CASA VERDE"}, "b": {"title": "La casa verde"}}, "title", "La casa verde", "b"),
        ({"a": {"title": "LA CASA VERDE"}, "b": {"pages": 3}}, "title", "LA CASA VERDE", "a"),
        ({"a": {"availability": "available"}, "b": {"availability": "sold_out"}}, "availability", "sold_out", "b"),
        ({"a": {"availability": "sold_out"}, "b": {"availability": "not_ours"}}, "availability", "sold_out", "a"),
        ({"a": {"availability": "not_ours"}, "b": {"pages": 9}}, "availability", "not_ours", "a"),
        ({"a": {"availability": "recalled"}, "b": {"availability": "available"}}, "availability", "recalled", "a"),
        ({"a": {"keywords": []}, "b": {"keywords": ["sea"]}}, "keywords", ["sea"], "b"),
        ({"a": {"pages": 100}, "unranked": {"pages": 200}}, "pages", 100, "a"),
    ],
)
def test_the_first_source_that_says_something_is_believed(
    statements: dict[str, dict[str, Any]], field: str, value: Any, source: str
) -> None:
    found = merged(statements, ranks=RANKS)
    assert (found.fields[field], found.origin[field]) == (value, source)


def test_an_availability_brings_its_own_dates_only() -> None:
    statements = {"a": {"availability": "reprinting", "available_on": "2027-01-01"}, "b": {"availability": "available"}}
    found = merged(statements, ranks=RANKS)
    assert found.fields["availability"] == "available"
    assert "available_on" not in found.fields


def test_withdrawing_a_source_leaves_what_the_others_say() -> None:
    both = {"a": {"title": "A", "pages": 10}, "b": {"title": "B", "language": "es"}}
    assert merged(both, ranks=RANKS).fields["title"] == "A"
    assert merged({"b": both["b"]}, ranks=RANKS).fields == both["b"]


# --- one source's word over time -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "said", "action", "now"),
    [
        (None, {"title": "A"}, "update", {"title": "A"}),
        ({"title": "A", "pages": 1}, {"title": "B"}, "full", {"title": "B"}),
        ({"title": "A", "pages": 1}, {"pages": 2}, "update", {"title": "A", "pages": 2}),
        ({"title": "A"}, {"rough_title": "A, CUT"}, "update", {"title": "A", "rough_title": "A, CUT"}),
        ({"prices": [price(10)]}, {"prices": [price(20)]}, "update", {"prices": [price(20)]}),
        (
            {"prices": [price(10)]},
            {"prices": [price(20, "2026-12-01")]},
            "update",
            {"prices": [price(10), price(20, "2026-12-01")]},
        ),
        (
            {"prices": [price(10), price(20, "2026-12-01")]},
            {"prices": [price(21, "2026-12-01")]},
            "update",
            {"prices": [price(10), price(21, "2026-12-01")]},
        ),
        (
            {"prices": [price(10), price(20, "2026-12-01", announced=True)]},
            {"prices": [price(11)]},
            "full",
            {"prices": [price(11), price(20, "2026-12-01", announced=True)]},
        ),
        (
            {"prices": [price(10), price(20, "2026-12-01")]},
            {"prices": [price(11)]},
            "full",
            {"prices": [price(11)]},
        ),
    ],
)
def test_an_update_changes_what_it_names_and_a_full_record_everything(
    before: Any, said: Any, action: str, now: Any
) -> None:
    assert combined(before, said, action=action) == now
    assert combined(now, said, action=action) == now, "the same word twice changes nothing"


# --- the price of a day --------------------------------------------------------------------------


@pytest.mark.seed("T148")
@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([], [("now", None)]),
        ([price(0)], [("now", None)]),
        ([price(1500)], [("now", 1500)]),
        ([price(1442, net=True)], [("now", 1500)]),
        ([price(1442, net=True, rate=2100)], [("now", 1745)]),
        ([price(1500), price(1600, "2026-12-01")], [("now", 1500), ("2026-12-01", 1600)]),
        ([price(1600, "2026-11-24")], [("now", 1600)]),
        ([price(1600, "2026-11-25")], [("now", None), ("2026-11-25", 1600)]),
        ([price(1500, until="2026-11-24")], [("now", 1500), ("2026-11-25", None)]),
        ([price(1500, until="2026-11-23")], [("now", None)]),
        (
            [price(1500), price(999, "2026-11-27", "2026-11-29")],
            [("now", 1500), ("2026-11-27", 999), ("2026-11-30", 1500)],
        ),
        ([price(1500), price(1500, "2026-12-01")], [("now", 1500)]),
        ([price(1500, kind="recommended"), price(1400)], [("now", 1400)]),
        ([price(900, kind="free")], [("now", None)]),
        ([price(900, kind="free"), price(1200, kind="recommended")], [("now", 1200)]),
        ([price(1442, net=True), price(1499)], [("now", 1499)]),
    ],
)
def test_the_price_of_each_day(prices: list[dict[str, Any]], expected: list[tuple[str, int | None]]) -> None:
    assert line(*prices) == expected


def test_a_source_that_only_announces_leaves_todays_price_to_the_next() -> None:
    statements = {"b": {"prices": [price(2000, "2026-12-01")]}, "a": {"prices": [price(1500)]}}
    told = merged(statements, ranks=RANKS).fields["prices"]
    found = price_line(told, today=TODAY, usual_rate=400)
    assert [(one.cents, one.source) for one in found] == [(1500, "a"), (2000, "b")]
    assert found[0] == DatedPrice(None, 1500, "fixed", None, "a", False)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (Price(1500), True),
        (Price(1500, currency="GBP"), False),
        (Price(1500, territories=("ES",)), True),
        (Price(1500, territories=("FR", "BE")), False),
        (Price(1500, territories=("-US",)), True),
        (Price(1500, territories=("-ES",)), False),
        (Price(1500, territories=("ES-CN",)), False),
    ],
)
def test_only_prices_of_this_country_are_heard(told: Price, kept: bool) -> None:
    said = said_in(BookRecord(9788437604947, 1, prices=(told,)), country="ES")
    assert ("prices" in said) is kept


def test_a_record_without_any_price_says_so() -> None:
    assert said_in(BookRecord(1, 1, prices=()), country="ES")["prices"] == []
    assert "prices" not in said_in(BookRecord(1, 1), country="ES")


# --- what follows for the book -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("isbn", "language", "free", "schoolbook", "in_print", "es", "fr"),
    [
        (9788437604947, "es", False, None, True, "fixed_price", "imported"),
        (9788437604947, "ca", False, False, True, "fixed_price", "imported"),
        (9788437604947, "en", True, False, True, "imported", "imported"),
        (9782070368228, "", True, None, True, "imported", "fixed_price"),
        (9791387654328, "", False, False, True, "fixed_price", "imported"),
        (9788437604947, "es", False, True, True, "textbook", "textbook"),
        (9788437604947, "es", True, None, True, "textbook", "imported"),
        (9788437604947, "es", True, False, True, "fixed_price", "imported"),
        (9788437604947, "es", True, None, False, "fixed_price", "imported"),
    ],
)
def test_the_price_category(
    isbn: int, language: str, free: bool, schoolbook: bool | None, in_print: bool, es: str, fr: str
) -> None:
    found = [
        category_of(
            isbn=isbn,
            language=language,
            not_a_book=False,
            schoolbook=schoolbook,
            free_price=free,
            in_print=in_print,
            country=country,
        )
        for country in ("ES", "FR")
    ]
    assert found == [es, fr]


@pytest.mark.parametrize(
    ("source", "sample"),
    [("sample", True), ("sample-publisher", True), ("samples", False), ("publisher", False), ("", False)],
)
def test_prices_of_sample_sources_are_samples(source: str, sample: bool) -> None:
    said = {source: {"prices": [{"cents": 1_000, "kind": "fixed"}]}, "other": {}}
    assert [price["sample"] for price in merged(said, ranks={}).fields["prices"]] == [sample]


def test_what_is_no_book_is_no_textbook() -> None:
    asked = {"isbn": 9788437604947, "language": "es", "schoolbook": True, "free_price": True, "in_print": True}
    assert category_of(**asked, not_a_book=True, country="ES") == "non_book"


def test_a_textbook_stays_one_when_staff_recommend_a_price() -> None:
    prices = [
        {"cents": 2_500, "kind": "recommended", "by": "staff", "sample": False},
        {"cents": 1_800, "kind": "free", "by": "supplier", "sample": False},
    ]
    for told in (prices, prices[1:]):
        fields = {"title": "Lengua 3", "language": "es", "prices": told}
        values = book_values(fields, isbn=9788437604947, country="ES", today=date(2026, 11, 24))
        assert values["category"] == "textbook"


@pytest.mark.parametrize(
    ("fields", "grams", "estimate"),
    [
        ({"weight_grams": 300, "pages": 100}, 300, False),
        ({"pages": 100}, 268, True),
        ({"weight_grams": 0, "pages": 100}, 268, True),
        ({"estimated_grams": 250, "pages": 100}, 250, True),
        ({}, None, False),
    ],
)
def test_a_weight_that_nobody_measured_is_an_estimate(fields: Any, grams: int | None, estimate: bool) -> None:
    row = book_values(fields, isbn=9788437604947, country="ES", today=TODAY)
    assert (row["weight_grams"], row["weight_is_estimate"]) == (grams, estimate)


def test_a_record_becomes_a_statement_and_a_book() -> None:
    record = BookRecord(
        9788437604947,
        7,
        title="Danza de la realidad, La",
        contributors=(Contributor("Jodorowsky, Alejandro"), Contributor("Ana Ruiz", "translator"), Contributor(" ")),
        published_on=date(2024, 3, 1),
        form=Form.POCKET,
        subjects=(("ibic", "FA"), ("thema", "FBA")),
        availability=Availability.FORTHCOMING,
        available_on=date(2027, 1, 15),
        description=" A dance. ",
        width_mm=130,
    )
    said = said_in(record, country="ES")
    assert said["contributors"] == [["Alejandro Jodorowsky", "author"], ["Ana Ruiz", "translator"]]
    assert opened(squeezed(written(said))) == said
    row = book_values(said, isbn=record.isbn, country="ES", today=TODAY)
    assert row["title"] == "La Danza de la realidad"
    assert (row["year"], row["form"], row["subject_code"]) == (2024, "pocket", "thema:FBA")
    assert (row["availability"], row["available_on"]) == ("forthcoming", date(2027, 1, 15))
    assert detail_values(said, isbn=record.isbn)["description"] == "A dance."


def test_a_rough_title_stands_in_until_a_better_one_comes() -> None:
    rough = said_in(BookRecord(1, 1, title="CIEN ANOS", title_is_rough=True), country="ES")
    assert book_values(rough, isbn=1, country="ES", today=TODAY)["title"] == "CIEN ANOS"
    both = merged({"a": rough, "b": {"title": "Cien años de soledad"}}, ranks=RANKS).fields
    assert book_values(both, isbn=1, country="ES", today=TODAY)["title"] == "Cien años de soledad"


def test_a_book_added_by_hand_says_the_same_way() -> None:
    said = said_by(NewBook(1, "Casa, La", ("Ruiz, Ana", "Ruiz, Ana"), pages=90, weight_grams=260, price_cents=900))
    assert said["title"] == "La Casa"
    assert said["contributors"] == [["Ana Ruiz", "author"]]
    assert said["weight_grams"] == 260
    assert said["prices"] == [price(900)]

"""The parts below the screens: exported cells, the menu, columns, read fields, rows of settings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict

from backoffice.base import RecordView
from backoffice.cells import Column
from backoffice.export import csv_response, harmless
from backoffice.forms import CentsField, CountField, DayField, PaperForm, RateField
from backoffice.menu import Alarm, Group, Item, shown
from backoffice.setting_rows import SettingRow, read, save, setting_rows
from backoffice.shell import initials
from tests.cast import NOW
from tests.conftest import House
from trade.base.models import Effect
from trade.base.settings import all_declared, declared, value_of

# --- files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+34 600", "'+34 600"),
        ("-5", "'-5"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("\n=1", "'\n=1"),
        ("Alba", "Alba"),
        ("", ""),
        (None, ""),
        (-5, "-5"),
        (Decimal("-12.50"), "-12.50"),
        (True, 1),
    ],
)
def test_text_that_a_spreadsheet_would_compute_is_made_harmless(value: object, written: object) -> None:
    assert harmless(value) == written


def test_a_file_is_bounded_and_named_safely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.export.MAXIMUM_ROWS", 2)
    answer = csv_response("../../evil", ["a", "b"], ([n, '"; x'] for n in range(5)))
    assert answer.get_data(as_text=True).splitlines() == ["\ufeffa;b", '0;"""; x"', '1;"""; x"']
    assert answer.headers["Content-Disposition"] == 'attachment; filename="evil.csv"'


def test_the_exported_list_is_the_filtered_one(shared_house: House) -> None:
    text = shared_house.client("ada").get("/staff/books/export/csv/?search=infinito").get_data(as_text=True)
    assert text.splitlines()[0].startswith("\ufeffISBN;")
    assert len(text.splitlines()) == 2
    assert "24.95" in text


# --- the menu ----------------------------------------------------------------------------------------

MENU = (
    Group("", (Item("Now", "staff_now.index", "home", count="all"),)),
    Group("Closed", (Item("Secret", "staff_secret.index", "key"),)),
    Group("Open", (Item("Members", "staff_members.index_view", "shop", count="held"),)),
)


def menu(endpoint: str, **counts: int) -> tuple:
    """The menu as somebody sees it who may not open the secret."""
    return shown(
        MENU,
        allowed=lambda each: "secret" not in each,
        url=lambda each: f"/{each}",
        say=str.upper,
        counts=counts,
        lit=endpoint.rpartition(".")[0],
        endpoint=endpoint,
    )


def test_groups_without_an_open_line_are_not_shown() -> None:
    assert [group.label for group in menu("staff_now.index")] == ["", "OPEN"]


def test_a_page_lights_its_own_line_or_its_view() -> None:
    assert [item.on for group in menu("staff_now.index") for item in group.items] == [True, False]
    assert [item.on for group in menu("staff_members.file") for item in group.items] == [False, True]


def test_only_alarms_are_red() -> None:
    items = [item for group in menu("x.y", all=3, held=Alarm(2)) for item in group.items]
    assert [(item.count, item.alarm) for item in items] == [(3, False), (2, True)]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Marina Soler", "MS"), ("Ada", "A"), ("ada@mostrador.example", "AM"), ("Ana de la Cruz", "AC"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


# --- lists that would be wrong -----------------------------------------------------------------------


def test_a_list_names_its_columns_and_its_order() -> None:
    with pytest.raises(TypeError, match="columns"):
        type("Nothing", (RecordView,), {})
    with pytest.raises(TypeError, match="order"):
        type("NoOrder", (RecordView,), {"columns": (Column("id", "Id"),)})


@pytest.mark.parametrize("attribute", ["column_editable_list", "form_ajax_refs", "inline_models"])
def test_a_list_may_not_write_in_its_cells(attribute: str) -> None:
    given = {"columns": (Column("id", "Id"),), "column_default_sort": "id", attribute: ("state",)}
    with pytest.raises(TypeError, match="may not use"):
        type("Writing", (RecordView,), given)


def test_large_lists_are_counted_no_further_than_needed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.base.LARGEST_COUNT", 2)
    page = house.client("ada").get("/staff/books/?lang=en").text
    assert "2+ rows" in page


def test_pages_of_a_list_do_not_overlap(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.session() as session:
        session.add_all(
            Effect(kind="test", key=f"test:{n}", payload={}, state="dead", created_at=NOW) for n in range(120)
        )
    seen: list[str] = []
    for page in range(3):
        text = house.client("ada").get(f"/staff/jobs/?tab=dead&page={page}").text
        seen += [part.partition("/")[0] for part in text.split('href="/staff/jobs/')[1:] if part[:1].isdigit()]
    assert len(seen) == len(set(seen)) == 120


# --- fields ------------------------------------------------------------------------------------------


class Numbers(PaperForm):
    """One field of each kind of number."""

    cents = CentsField("Amount")
    rate = RateField("Rate")
    count = CountField("Count")
    day = DayField("Day")


def typed(house: House, **values: str) -> Numbers:
    """The form as it reads what was typed."""
    with house.app.test_request_context("/?lang=es"):
        form = Numbers(MultiDict({name.replace("_", "-"): value for name, value in values.items()}))
        form.validate()
        return form


@pytest.mark.parametrize(
    ("text", "cents"), [("12,50", 1250), ("12.5", 1250), ("1.234,50 €", 123450), ("", None), ("0", 0)]
)
def test_amounts_are_read_as_people_write_them(shared_house: House, text: str, cents: int | None) -> None:
    form = typed(shared_house, cents=text)
    assert form.cents.data == cents
    assert not form.errors


@pytest.mark.parametrize("text", ["1,234.5678", "twelve", "1.234", "١٢", "12,505"])
def test_an_amount_that_is_none_keeps_what_was_typed(shared_house: House, text: str) -> None:
    form = typed(shared_house, cents=text)
    assert form.cents.data is None
    assert form.cents.errors
    assert form.cents._value() == text


def test_rates_are_kept_per_ten_thousand(shared_house: House) -> None:
    assert typed(shared_house, rate="4,5 %").rate.data == 450
    with shared_house.app.test_request_context("/?lang=es"):
        form = Numbers(formdata=None, rate=450, cents=123450)
        assert (form.rate._value(), form.cents._value()) == ("4,5", "1234,50")


# --- settings ----------------------------------------------------------------------------------------

FEE = "members.fee"


def rows_of(house: House, key: str, form: dict[str, str], bookshop_id: int | None = None) -> list[SettingRow]:
    """The row of a setting after a form was read."""
    with house.app.test_request_context("/?lang=es"), house.session(house.cast.staff()) as session:
        rows = setting_rows(session, [declared(key)], at=NOW, bookshop_id=bookshop_id)
        read(rows, form)
        return rows


def kept(house: House, key: str, form: dict[str, str]) -> object:
    """The platform's value after a form was read and saved."""
    with house.app.test_request_context("/?lang=es"), house.session(house.cast.staff()) as session:
        rows = setting_rows(session, [declared(key)], at=NOW)
        read(rows, form)
        save(session, rows, at=NOW)
    with house.session() as session:
        return value_of(session, declared(key), at=NOW)


def test_a_setting_shows_where_its_value_comes_from(house: House) -> None:
    (row,) = rows_of(house, FEE, {})
    assert (row.own, row.changed) == (False, False)
    assert row.above is not None
    assert row.above.origin == "profile"


def test_what_is_typed_is_kept_and_taken_back(house: House) -> None:
    before = kept(house, FEE, {})
    assert kept(house, FEE, {"members-fee": "150,00"}) == 15_000
    assert kept(house, FEE, {"members-fee": ""}) == before


def test_nothing_is_written_where_nothing_was_changed(house: House) -> None:
    (row,) = rows_of(house, FEE, {})
    (same,) = rows_of(house, FEE, {"members-fee": row.parts[0].typed})
    (untouched,) = rows_of(house, FEE, {"members-fee": ""})
    assert not same.changed
    assert not untouched.changed


def test_a_wrong_value_is_told_and_kept_in_the_field(house: House) -> None:
    (row,) = rows_of(house, FEE, {"members-fee": "a lot"})
    assert row.errors
    assert row.parts[0].typed == "a lot"
    assert not row.changed


def test_every_declared_setting_can_be_drawn(shared_house: House) -> None:
    client = shared_house.client("ada")
    settings = all_declared(scope="platform")
    assert len(settings) > 20
    pages = {section: client.get(f"/staff/settings/{section}/").text for section in {s.section for s in settings}}
    for setting in settings:
        assert f'name="{setting.key.replace(".", "-")}' in pages[setting.section], setting.key

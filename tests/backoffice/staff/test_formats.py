"""F15-F21 through the staff's screen: a provider is finished by mapping columns, tried, used and retired; no deploy."""

from __future__ import annotations

import io

import pytest
from werkzeug.datastructures import FileStorage

from jobs.first_data import load_first_data
from tests.backoffice.browser import Screen, said
from tests.cast import NOW
from tests.conftest import House
from trade.base.errors import Refused
from trade.stock import actions, queries
from trade.stock.formats import art_asc
from trade.stock.readers import reader_of, readers

SAMPLE = (
    "Rayon|Code barre|Titre|Qté|Tarif\r\n"
    "A1|9788437604947|Cien años de soledad|3|1438\r\n"
    "A2|9788417860790|La mala costumbre|1|2399\r\n"
    "A3|9771135983810|Una revista|2|192\r\n"
).encode("cp1252")
MAPPED = {
    "delimiter": "|",
    "encoding": "",
    "heading": "y",
    "column_isbn": "Code barre",
    "column_quantity": "Qté",
    "column_price": "Tarif",
    "column_condition": "",
    "decimal": "",
    "unit": "cents",
    "vat": "no",
    "whole": "yes",
}


@pytest.fixture
def staff(house: House) -> Screen:
    with house.session() as session:
        load_first_data(session, at=NOW)
    return Screen(house, "dora").english()


def send_sample(staff: Screen, key: str, data: bytes = SAMPLE) -> str:
    file = FileStorage(io.BytesIO(data), filename="export.txt")
    return staff.do(f"/staff/formats/{key}/sample", {"sample": file})


@pytest.mark.seed("F15", "F16", "F17", "F18", "F19")
def test_the_named_providers_are_drafts_and_the_formats_of_code_are_in_use(house: House, staff: Screen) -> None:
    page = staff.get("/staff/formats/")
    for name in ("2DCom", "Elico", "Praxiel", "Tite-Live", "TMIC", "SINLI CEGALD", "Geslib", "_ART.asc", "Excel"):
        assert name in page
    with house.session() as session:
        rows = {row.key: row for row in queries.adapters(session)}
        assert {rows[key].state for key in ("2dcom", "elico", "praxiel", "tite_live", "tmic")} == {"draft"}
        assert rows["elico"].options == {}, "no layout is invented"
        in_use = {reader.name for reader in readers(session)}
        assert in_use == {"cegald", "geslib", "art_asc", "model_csv", "stocks_json"}
    assert said(staff.do("/staff/formats/elico/use")) == ["Say which column holds it; without it nothing can be read."]


@pytest.mark.seed("F21")
def test_every_format_of_code_has_read_samples_of_its_own_before_anybody_sends_a_file(
    house: House, staff: Screen
) -> None:
    names = {
        "cegald": ["CEGALD.TXT"],
        "geslib": ["INTER00001.TXT", "INTER00002.TXT"],
        "art_asc": ["9999_ART.asc"],
        "model_csv": ["model.csv", "model.xlsx"],
        "stocks_json": ["stocks.json"],
    }
    with house.session() as session:
        rows = {row.key: row for row in queries.adapters(session) if row.kind == "code"}
        assert rows.keys() == names.keys()
        for key, row in rows.items():
            assert row.tested_at is not None and row.tested_with["good"], key
            tried = actions.try_samples(session, adapter=row, store=house.store)
            assert [one.sample.name for one in tried] == names[key]
            for one in tried:
                assert one.reading is not None and one.refused is None
                assert len(one.reading.sheet) == 2 and len(one.reading.rejected) == one.sample.refuses
    page = staff.get("/staff/formats/geslib/")
    assert "INTER00001.TXT" in page and "GP4|B|2" in page and "is the barcode of a magazine" in page


def test_a_format_of_code_that_reads_its_sample_wrong_is_never_put_in_use(
    house: House, staff: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.do("/staff/formats/art_asc/retire")
    right = art_asc.read
    with monkeypatch.context() as patch:
        patch.setattr(art_asc, "read", lambda data: right(data.replace(b"0003", b"0004")))
        assert said(staff.do("/staff/formats/art_asc/use")) == [
            "9999_ART.asc was made for this format and is not read as it was made: the program is at fault."
        ]
        with house.session() as session:
            row = queries.adapter(session, key="art_asc")
            row.key, row.kind = "another", "delimited"  # as if the format were new in this installation
            session.flush()
            load_first_data(session, at=NOW)
            assert queries.adapter(session, key="art_asc").state == "draft"
    assert said(staff.do("/staff/formats/art_asc/use")) == ["It is in use: bookshops can choose it now."]


@pytest.mark.seed("F17")
def test_f17_a_draft_becomes_a_pull_and_a_file_again_without_a_developer(house: House, staff: Screen) -> None:
    staff.do("/staff/formats/praxiel/describe", MAPPED)
    send_sample(staff, "praxiel", b'{"stocks": [{"ref": "9788437604947", "available": 2, "price": 1495}]}')
    page = staff.do("/staff/formats/praxiel/kind", {"kind": "pull"})
    assert "14.95" in page.partition("as it is read")[2] and 'name="delimiter"' not in page
    staff.do("/staff/formats/praxiel/describe", {"unit": "cents", "vat": "yes"})
    with house.session() as session:
        row = queries.adapter(session, key="praxiel")
        assert (row.kind, row.options["heading"], row.options["columns"]["price"]) == ("pull", True, "Tarif")
    staff.do("/staff/formats/praxiel/kind", {"kind": "delimited"})
    send_sample(staff, "praxiel")
    staff.do("/staff/formats/praxiel/use")
    with house.session() as session:
        assert len(reader_of(session, name="praxiel").read(SAMPLE).sheet) == 2
    assert said(staff.do("/staff/formats/praxiel/kind", {"kind": "pull"})) == [
        "Bookshops have sent files in it. Add another draft for the other way."
    ]
    assert said(staff.do("/staff/formats/geslib/kind", {"kind": "pull"})) == [
        "This format is built in: there is nothing to describe."
    ]
    assert said(staff.do("/staff/formats/elico/kind", {"kind": "code"})) == ["Choose one of the list."]


@pytest.mark.seed("F16", "F20")
def test_f20_a_provider_is_finished_by_mapping_columns_and_imports_without_a_deploy(
    house: House, staff: Screen
) -> None:
    send_sample(staff, "elico")
    page = staff.get("/staff/formats/elico/")
    assert "Cien años de soledad" not in page.partition("as it is read")[2]
    page = staff.do("/staff/formats/elico/describe", MAPPED)
    read = page.partition("as it is read")[2]
    assert "9788437604947" in read
    assert "9771135983810 is the barcode of a magazine, not of a book." in read
    assert said(staff.do("/staff/formats/elico/use")) == ["It is in use: bookshops can choose it now."]
    with house.session(house.cast.bookshop("alba")) as session:
        assert not reader_of(session, name="elico").vat_included
        run = actions.receive_file(
            session,
            bookshop_id=house.cast.alba,
            format="elico",
            data=SAMPLE,
            name="export.txt",
            origin="upload",
            at=NOW,
            store=house.store,
        )
        run_id = run.id
    with house.session(house.cast.bookshop("alba")) as session:
        done = actions.process(session, run_id=run_id, at=NOW, store=house.store)
        assert (done.state, done.read, done.accepted, done.refused) == ("applied", 3, 2, 1)
    assert "Librería Alba" in staff.get("/staff/formats/elico/") or "1" in staff.get("/staff/formats/")
    staff.do("/staff/formats/elico/retire")
    with house.session() as session, pytest.raises(Refused):
        reader_of(session, name="elico")


@pytest.mark.seed("F20")
def test_a_new_provider_is_a_row_and_a_wrong_mapping_never_gets_into_use(house: House, staff: Screen) -> None:
    page = staff.do("/staff/formats/new", {"name": "Sistema X", "kind": "delimited"})
    assert "Sistema X" in page
    assert "There is an adapter of this name." in staff.do("/staff/formats/new", {"name": "sistema x", "kind": "pull"})
    assert said(staff.do("/staff/formats/sistema_x/test")) == ["Send a sample file first."]
    send_sample(staff, "sistema_x")
    wrong = staff.do("/staff/formats/sistema_x/describe", {**MAPPED, "column_isbn": "Titre"})
    assert "is not an ISBN" in wrong
    assert said(staff.do("/staff/formats/sistema_x/use")) == ["Not one line of the sample could be read."]
    with house.session() as session:
        assert queries.adapter(session, key="sistema_x").state == "draft"
    staff.do("/staff/formats/sistema_x/describe", MAPPED)
    staff.do("/staff/formats/sistema_x/use")
    refused = staff.do("/staff/formats/sistema_x/describe", {**MAPPED, "unit": "euros"})
    assert "Retire it, change it, and put it into use again." in refused


def test_a_sample_without_a_heading_is_mapped_by_numbers(house: House, staff: Screen) -> None:
    send_sample(staff, "tmic", b"\r\n".join(SAMPLE.split(b"\r\n")[1:]))
    by_number = {"column_isbn": "2", "column_quantity": "4", "column_price": "5"}
    without = {name: value for name, value in {**MAPPED, **by_number}.items() if name != "heading"}
    page = staff.do("/staff/formats/tmic/describe", without)
    assert "9788437604947" in page.partition("as it is read")[2]


def test_a_pull_adapter_says_only_how_prices_are_written(house: House, staff: Screen) -> None:
    staff.do("/staff/formats/new", {"name": "Portal in cents", "kind": "pull"})
    send_sample(staff, "portal_in_cents", b'{"stocks": [{"ref": "9788437604947", "available": 2, "price": 1495}]}')
    page = staff.do("/staff/formats/portal_in_cents/describe", {"unit": "cents", "vat": "yes", "whole": "yes"})
    assert "14.95" in page.partition("as it is read")[2]
    staff.do("/staff/formats/portal_in_cents/use")
    with house.session() as session:
        assert reader_of(session, name="portal_in_cents").read(
            b'{"stocks": [{"ref": "9788437604947", "available": 2, "price": 1495}]}'
        ).sheet.price.tolist() == [1495]


def test_a_hopeless_sample_is_told_and_the_page_still_opens(staff: Screen) -> None:
    for data in (b"", b"PK\x03\x04broken", b"\x1f\x8bbroken", b"\x00" * 100):
        send_sample(staff, "praxiel", data)
        staff.get("/staff/formats/praxiel/")
        staff.do("/staff/formats/praxiel/test")

"""The daily file of Tite-Live: both layouts, its codes, and lines that cannot be read."""

from __future__ import annotations

from datetime import date

import pytest

from tests.trade.catalogue.formats.reading import book, counts, entries, only, reasons
from trade.base.errors import Refused
from trade.catalogue.formats import recognised, titelive
from trade.catalogue.records import Availability, Contributor, Form, NotABook, Price

EAN = "9782070360024"
OLD = {
    0: EAN,
    1: "2070360024",
    2: "l'étranger",
    3: "ETRANGER",
    4: "3012",
    5: "1",
    6: "folio",
    7: "00002",
    9: "7,50",
    10: "GALLIMARD",
    11: "SODIS",
    12: "01/12/1971",
    13: "P",
    14: "1",
    15: "191",
    16: "17,8",
    17: "10,8",
    18: "1,2",
    19: "120",
    21: "1",
    23: "camus, albert",
    24: "x",
    25: "y",
    26: "5,50",
    27: "Romans poche",
    33: "1",
    39: "0",
}
NEW = {
    0: EAN,
    1: "l'étranger",
    2: "3012",
    3: "1",
    4: "folio",
    5: "2",
    6: "7,50",
    7: "GALLIMARD",
    8: "SODIS",
    9: "01/12/1971",
    10: "P",
    12: "191",
    13: "17,8",
    14: "10,8",
    15: "1,2",
    16: "120",
    17: "camus, albert",
    20: "5,50",
    27: "0",
    58: "3444",
}


def line(elements: dict[int, str], count: int, changed: dict[int, str] | None = None) -> str:
    told = elements | (changed or {})
    return "~".join(told.get(place, "") for place in range(count)) + "~"


def file(*lines: str) -> bytes:
    return "".join(f"{one}\r\n" for one in lines).encode("latin-1")


def old(changed: dict[int, str] | None = None) -> bytes:
    return file(line(OLD, 45, changed))


def test_both_layouts_say_the_same() -> None:
    first, second = book(old()), book(file(line(NEW, 62)))
    for found in (first, second):
        assert (found.isbn, found.title, found.publisher, found.supplier) == (
            int(EAN),
            "l'étranger",
            "GALLIMARD",
            "SODIS",
        )
        assert found.contributors == (Contributor("albert camus"),)
        assert (found.collection, found.collection_number, found.form) == ("folio", "2", Form.POCKET)
        assert (found.height_mm, found.width_mm, found.thickness_mm, found.weight_grams) == (178, 108, 12, 120)
        assert found.prices == (Price(750, True, 550),)
        assert (found.published_on, found.pages, found.schoolbook) == (date(1971, 12, 1), 191, False)
        assert found.availability is Availability.AVAILABLE and found.action == "full"
    assert (first.subject_text, first.subjects) == ("Romans poche", (("csr", "3012"),))
    assert second.subjects == (("csr", "3012"), ("clil", "3444"))


def test_a_line_without_the_last_separator_is_whole_too() -> None:
    assert book(file(line(OLD, 45)[:-1])) == book(old())


@pytest.mark.parametrize(("code", "state"), [
    ("", Availability.AVAILABLE), ("1", Availability.AVAILABLE), ("2", Availability.FORTHCOMING),
    ("3", Availability.REPRINTING), ("4", Availability.SHORT_TERM_OUT), ("5", Availability.NOT_OURS),
    ("6", Availability.SOLD_OUT), ("7", Availability.SHORT_TERM_OUT), ("8", Availability.REPLACED),
    ("9", Availability.DISCONTINUED),
])  # fmt: skip
def test_availability(code: str, state: Availability) -> None:
    assert book(old({5: code})).availability is state


@pytest.mark.parametrize(("code", "form"), [
    ("TL", None), ("P", Form.POCKET), ("BD", Form.COMIC), ("BL", Form.HARDBACK), ("LE", Form.EBOOK), ("C", Form.MAP),
    ("LD", Form.OTHER_BOOK),
])  # fmt: skip
def test_supports_that_are_books(code: str, form: Form | None) -> None:
    assert book(old({13: code})).form is form


@pytest.mark.parametrize("code", ["R", "DV", "CD", "CL", "O", "PC", "PS", "CB", "LT", "EB", "A"])
def test_supports_that_are_none(code: str) -> None:
    assert only(old({13: code})) == NotABook(1, f"Tite-Live {code}")


def test_other_barcodes_are_no_books() -> None:
    assert only(old({0: "3558380012345", 1: ""})) == NotABook(1, "3558380012345")


def test_unknown_days_and_zeros_say_nothing() -> None:
    found = book(old({12: "01/01/2070", 15: "0", 16: "0,0", 19: "0", 9: "0,00"}))
    assert (found.published_on, found.pages, found.height_mm, found.weight_grams) == (None, None, None, None)
    assert found.prices == ()


def test_lines_that_cannot_be_read_stop_nothing() -> None:
    lines = [
        line(OLD, 45),
        line(OLD, 44),
        line(OLD, 45, {9: "7,5x"}),
        line(OLD, 45, {9: "10000,01"}),
        line(OLD, 45, {5: "X"}),
        line(OLD, 45, {0: "9782070360025", 1: ""}),
        line(OLD, 45, {2: "xxx", 23: "XXX"}),
        line(OLD, 45, {2: ""}),
        "",
        line(OLD, 45),
    ]
    # A line of 44 elements and the end is a line of 45 without the end: only fewer are too few.
    lines[1] = line(OLD, 40)
    found = entries(file(*lines))
    assert counts(found) == (2, 0, 7)
    assert [place for place, _ in reasons(found)] == [2, 3, 4, 5, 6, 7, 8]
    assert [reason for _, reason in reasons(found)] == [
        "The line has 41 elements; 46 or 63 are expected.",
        "“7,5x” is not a number. Write it like 12 or 12,5.",
        "The price 10000,01 is above 10,000 EUR: its field has shifted.",
        "“X” is no code of availability; 1 to 9 are.",
        "9782070360025 has a wrong check digit: one of its digits is mistyped.",
        "The book is not announced yet: its title is “xxx”.",
        "The title is missing.",
    ]


def test_another_file_is_refused() -> None:
    with pytest.raises(Refused, match="no record of Tite-Live"):
        entries(b"ean;titre\r\n1;2\r\n", titelive)
    assert recognised(old()) is titelive
    assert not titelive.recognises(b"9782070360024~x~\r\n")

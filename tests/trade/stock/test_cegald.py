"""CEGALD v02: the real head, and every defect seen in real files (data/README, SINLI manual)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from trade.base.errors import Refused
from trade.stock.formats import cegald
from trade.stock.rules import Rejected, Repeat, Title, tally, with_vat
from trade.stock.sheet import Line

FIRST = "INCEGALD02L0009999LIB00022" + " " * 49 + "FANDE"
SECOND = "I" + "a@example.org".ljust(50) + "b@example.org".ljust(50) + "CEGALD02" + " " * 8
HEADER = "C" + "Librería de muestra".ljust(40) + "20261122" + "EUR"
TITLE = "D978-84-604-1861-0000001 000001442"


def head(real_data: Path) -> bytes:
    """The first 800 lines of a real report."""
    return (real_data / "trade" / "sinli" / "real" / "CEGALD" / "cegald_first_800.txt").read_bytes()


def message(*lines: str, header: str = HEADER, first: str = FIRST, encoding: str = "cp1252") -> bytes:
    return "".join(f"{line}\r\n" for line in (first, SECOND, header, *lines)).encode(encoding)


def entries(*lines: str) -> list[Line | Rejected]:
    return list(cegald.read(message(*lines)).entries)


def only(line: str) -> Line | Rejected:
    [entry] = entries(line)
    return entry


def test_acceptance_3_reads_the_real_head(real_data: Path) -> None:
    reading = cegald.read(head(real_data))
    total = tally(reading)

    assert (total.read, total.accepted, len(total.rejected)) == (800, 795, 5)
    assert (len(total.titles), total.repeated) == (793, 2)
    assert (reading.header.date, reading.header.sender) == (date(2024, 4, 5), "L0001234")
    assert [(r.number, str(r.reason)) for r in total.rejected] == [
        (37, "9771135983810 is the barcode of a magazine, not of a book."),
        (333, "9488487303660 is not a book: ISBNs begin with 978 or 979."),
        (466, "9771130637008 is the barcode of a magazine, not of a book."),
        (497, "9748474264610 is not a book: ISBNs begin with 978 or 979."),
        (783, "9771888057004 is the barcode of a magazine, not of a book."),
    ]


def test_3_9_repeated_lines_of_the_real_head_are_summed_or_hidden(real_data: Path) -> None:
    total = tally(cegald.read(head(real_data)))
    assert total.repeats == [
        Repeat(9788498883534, (441, 451), (577,)),
        Repeat(9788474265620, (564, 605), (1567, 1635)),
    ]
    assert total.titles[9788498883534] == Title(2, 577)
    assert total.titles[9788474265620] == Title(2, None, several_prices=True)


@pytest.mark.parametrize("name", ["CEGALD_v02_demo.snl", "reconstructed_from_tests/CEGALD_v02_read_cegald_v2.snl"])
def test_other_files_at_hand_read_without_a_refusal(real_data: Path, name: str) -> None:
    data = (real_data / "trade" / "sinli" / name).read_bytes()
    lines = list(cegald.read(data).entries)
    assert len(lines) == data.count(b"\nD")
    assert [entry for entry in lines if isinstance(entry, Rejected)] == []


def test_the_blank_where_the_sign_goes_and_the_digit_there() -> None:
    assert only(TITLE) == Line(4, 9788460418610, 1, 1442)
    assert only("D978-84-08-21556-10000080000001932") == Line(4, 9788408215561, 8, 1932)


def test_a13_prices_are_without_vat_and_grossed_up_half_up() -> None:
    assert not cegald.VAT_INCLUDED
    total = tally(cegald.read(message(TITLE)))
    assert with_vat(total.titles.price, np.array([400])).tolist() == [1500]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("C" + "Librería".ljust(40) + "20240405", id="currency missing, 49 characters"),
        pytest.param("C" + "Librería".ljust(40) + "20240405   ", id="currency blank"),
        pytest.param("C" + r"A\D1OS Y LIBROS".ljust(40) + " 20240405EUR", id="an escape shifts the date"),
        pytest.param("C" + "Librería 12345678".ljust(40) + "20240405EUR", id="digits in the name"),
    ],
)
def test_headers_as_they_come(header: str) -> None:
    assert cegald.read(message(TITLE, header=header)).header.date == date(2024, 4, 5)


def test_a_header_without_a_date_is_read_without_one() -> None:
    assert cegald.read(message(header="C" + "Librería".ljust(40) + " " * 11)).header.date is None


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "cp850", "utf-16"])
def test_encodings(encoding: str) -> None:
    reading = cegald.read(message(TITLE, encoding=encoding))
    assert reading.header.date == date(2026, 11, 22)
    assert list(reading.entries) == [Line(4, 9788460418610, 1, 1442)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"\r\n", b"\n", id="LF"),
        pytest.param(b"\r\n", b"\r", id="CR"),
        pytest.param(b"\r\n", b"\x00\x00\r\n", id="NULs ending lines"),
        pytest.param(b"\r\n", b"\r\n\r\n", id="blank lines"),
        pytest.param(b"001442\r\n", b"001442    \r\n" + b"\x00" * 200 + b"\x1a", id="blanks, NULs and Ctrl-Z behind"),
        pytest.param(b"001442\r\n", b"001442", id="no line end at the end"),
    ],
)
def test_line_ends_and_padding(before: bytes, after: bytes) -> None:
    data = message(TITLE).replace(before, after)
    assert [entry.isbn for entry in cegald.read(data).entries if isinstance(entry, Line)] == [9788460418610]


def test_unhyphenated_ten_digit_and_eighteen_digit_numbers() -> None:
    assert only("D9788460418610    000001 000001442") == Line(4, 9788460418610, 1, 1442)
    assert only("D84-604-1861-8    000001 000001442") == Line(4, 9788460418610, 1, 1442)
    assert isinstance(only("D978846041861000000000001 00000144"), Rejected), "18 digits do not fit 17 columns"


def test_a15_a_line_without_a_price_is_stock_without_a_price() -> None:
    assert only("D978-84-604-1861-0000001 000000000") == Line(4, 9788460418610, 1, None)
    assert only("D978-84-604-1861-0000001          ") == Line(4, 9788460418610, 1, None)
    assert only("D978-84-604-1861-0000001") == Line(4, 9788460418610, 1, None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "D978-84-604-1861-000001 000001442",
            "The line has 33 characters instead of 34: its fields have shifted.",
        ),
        (
            r"D978-84-604-1861-0\D1000001 000001442",
            "The line has 37 characters instead of 34: its fields have shifted.",
        ),
        ("D978-84-604-1861-0-00001 000001442", "The quantity -00001 is negative; stock is zero or more."),
        ("D978-84-604-1861-0000001-000001442", "The price -000001442 is negative."),
        ("D978-84-604-1861-0000001 006200000", "The price 006200000 is above 10,000 EUR: its field has shifted."),
        ("D978-84-604-1861-0999999 000001442", "999999 copies are more than any bookshop holds."),
        ("D978-84-604-1861-0      000001442 ", "“” is no quantity; write a whole number."),
        ("D978-84-604-1861-000000١ 000001442", "“00000١” is no quantity; write a whole number."),
        ("D978-84-604-1861-00000_1 000001442", "“0000_1” is no quantity; write a whole number."),
        ("D978-84-604-1861-0000001 00001e442", "“00001e442” is no price in cents."),
        ("D978-84-604-1861-1000001 000001442", "9788460418611 has a wrong check digit: one of its digits is mistyped."),
        ("D978-978-000-000-4000001 000001442", "9789780000004 repeats the prefix 978: its real digits were lost."),
        ("D                 000001 000001442", "The ISBN is missing."),
        ("X978-84-604-1861-0000001 000001442", "The line begins with “X”; lines of titles begin with “D”."),
    ],
)
def test_f06_a_bad_line_is_refused_with_its_number_and_reason(line: str, reason: str) -> None:
    [_, refused, _] = list(cegald.read(message(TITLE, line, TITLE, encoding="utf-8")).entries)
    assert isinstance(refused, Rejected)
    assert (refused.number, str(refused.reason)) == (5, reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty. Export it again and send the new one."),
        (b"\x00" * 255, "The file is empty. Export it again and send the new one."),
        (b"PK\x03\x04....", "This is a spreadsheet or an archive. Save it as text or CSV and send that."),
        (b"isbn;quantity\r\n", "Line 1: a SINLI message begins with a line “I”; this file does not."),
        (
            message(first="INLIBROS09L0009999LIB00022"),
            "This is a SINLI message “LIBROS”; the stock report is called CEGALD.",
        ),
        (
            message(first="INCEGALD01L0009999LIB00022"),
            "This is CEGALD version 01; version 02 is read. Change it in your software.",
        ),
        (message(header=TITLE), "Line 3: the header “C” with the date of the stock is missing."),
        (
            message(header="C" + " " * 40 + "20261322EUR"),
            "Line 3: “20261322” is no date; YYYYMMDD is expected.",
        ),
        (message(header="C" + " " * 40 + "20261122USD"), "The prices of this file are in USD; send them in EUR."),
        (FIRST.encode(), "Line 2: the header “C” with the date of the stock is missing."),
    ],
)
def test_f06_another_file_is_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        cegald.read(data)
    assert str(refused.value) == reason

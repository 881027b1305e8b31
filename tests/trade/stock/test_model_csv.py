"""F21, F06: the model file, as spreadsheets and people really write it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from trade.base.errors import Refused
from trade.stock.formats import model_csv
from trade.stock.rules import Rejected
from trade.stock.sheet import Line


def entries(text: str, encoding: str = "utf-8") -> list[Line | Rejected]:
    return list(model_csv.read(text.encode(encoding)).entries)


@pytest.mark.parametrize("language", ["es", "fr", "en", "ca"])
def test_f21_the_template_reads_without_a_refusal(language: str) -> None:
    lines = list(model_csv.read(model_csv.template(language)).entries)
    assert lines == [Line(2, 9788437604947, 3, 1595), Line(3, 9782070368228, 1, 860)]


@pytest.mark.parametrize("language", ["es", "fr", "en", "ca"])
def test_f21_the_spreadsheet_reads_without_a_refusal(language: str) -> None:
    lines = list(model_csv.read(model_csv.spreadsheet(language)).entries)
    assert lines == [Line(2, 9788437604947, 3, 1595), Line(3, 9782070368228, 1, 860)]


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("9788437604947", 3, 15.95), Line(2, 9788437604947, 3, 1595)),
        ((9788437604947, 3.0, 15.9), Line(2, 9788437604947, 3, 1590)),
        (("978-84-376-0494-7", "3", "15,95"), Line(2, 9788437604947, 3, 1595)),
        (("9788437604947", 3, None), Line(2, 9788437604947, 3, None)),
        (("9788437604947", 3, 15.95, "=B2*C2"), Line(2, 9788437604947, 3, 1595)),
        (("=A1", 3, 1), "Cell A2 holds a formula. Paste its value instead, and save again."),
        (
            ("9788437604947", date(2026, 1, 3), 1),
            "Cell B2 holds a date: the spreadsheet took a number for one. Format the column as text.",
        ),
        (("9788437604947", 3, "#N/A"), "Cell C2 holds an error of the spreadsheet."),
        ((9788437600001, 3, 1), "9788437600001 has a wrong check digit: one of its digits is mistyped."),
        (("9788437604947", 1.5, 1), "“1.5” is no quantity; write a whole number."),
        (("9788437604947", True, 1), "“True” is no quantity; write a whole number."),
    ],
)
def test_cells_of_a_spreadsheet(row: tuple[object, ...], expected: Line | str) -> None:
    [entry] = model_csv.read(workbook(("isbn", "cantidad", "pvp", "total"), row)).entries
    assert (str(entry.reason) if isinstance(entry, Rejected) else entry) == expected


def test_rows_of_a_spreadsheet_keep_their_numbers_and_blank_ones_do_not_count() -> None:
    rows = (("isbn", "cantidad"), (), ("9788437604947", 1), (" ", ""), ("x", 2))
    assert [entry.number for entry in model_csv.read(workbook(*rows)).entries] == [3, 5]


@pytest.mark.parametrize(
    "text",
    [
        "isbn;quantity;price\n978-84-376-0494-7;3;15,95\n",
        "EAN;CANTIDAD;PVP\r\n9788437604947;3;15.95\r\n",
        "ean\tquantité\tprix_ttc\n9788437604947\t3\t15,95 €\n",
        'isbn,quantity,price\n9788437604947,3,"15,95"\n',
        "sep=;\nisbn;quantity;price\n9788437604947;3;15,95 EUR\n",
        'Código;Existencias;Precio con IVA\n="9788437604947";3;15,95\n',
        "título;isbn;autor;cantidad;pvp\nCien años de soledad;84-376-0494-X;García Márquez;3;15,95\n",
        "isbn;quantity;price\n9788437604947.0;3.0;15.95\n",
        "isbn;quantity;price\n9788437604947;3;15,95;;;\n",
        "isbn;quantity;price;condition\n9788437604947;3;15,95;nuevo\n",
    ],
)
def test_every_usual_way_of_writing_it(text: str) -> None:
    assert [(e.isbn, e.quantity, e.price) for e in entries(text) if isinstance(e, Line)] == [(9788437604947, 3, 1595)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert entries("título;isbn;cantidad\nAño;9788437604947;1\n", encoding) == [Line(2, 9788437604947, 1, None)]


@pytest.mark.parametrize(
    ("price", "cents"),
    [("20,9", 2090), ("20", 2000), ("0", None), ("", None), ("1.234,50", 123450), ("1,234.50", 123450)],
)
def test_prices(price: str, cents: int | None) -> None:
    assert entries(f"isbn;quantity;price\n9788437604947;1;{price}\n") == [Line(2, 9788437604947, 1, cents)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("9788437604948;1;5", "9788437604948 has a wrong check digit: one of its digits is mistyped."),
        ("9,78844E+12;1;5", "“9,78844E+12” was cut by a spreadsheet: format the column as text."),
        ("9771135983810;1;5", "9771135983810 is the barcode of a magazine, not of a book."),
        (";1;5", "The ISBN is missing."),
        ("9788437604947;;5", "“” is no quantity; write a whole number."),
        ("9788437604947;-1;5", "The quantity -1 is negative; stock is zero or more."),
        ("9788437604947;1,5;5", "“1,5” is no quantity; write a whole number."),
        ("9788437604947;1e3;5", "“1e3” is no quantity; write a whole number."),
        ("9788437604947;１;5", "“１” is no quantity; write a whole number."),
        ("9788437604947;1;NaN", "“NaN” is no price; write it like 20,90 or 20.90."),
        ("9788437604947;1;1e9", "“1e9” is no price; write it like 20,90 or 20.90."),
        ("9788437604947;1;-5", "“-5” is no price; write it like 20,90 or 20.90."),
        ("9788437604947;1;20,900", "“20,900” is no price; write it like 20,90 or 20.90."),
        ("9788437604947;1;62000000", "“62000000” is no price; write it like 20,90 or 20.90."),
        ("9788437604947;1;620000", "The price 62000000 is above 10,000 EUR: its field has shifted."),
        (
            "9788437604947;1;20,90;x;y",
            "The line has 5 cells, the first line 4: is a decimal comma taken for a separator?",
        ),
        ("9788437604947;1;5;usado", "Only new copies are offered; this line says “usado”."),
        ('9788437604947;1;"5', "A quotation mark is not closed on its line; each title stands on one line."),
    ],
)
def test_f06_a_bad_line_is_refused_with_its_number_and_reason(line: str, reason: str) -> None:
    good = "9788437604947;1;5;"
    first, refused, last = entries(f"isbn;quantity;price;condition\n{good}\n{line}\n{good}\n")
    assert isinstance(first, Line) and isinstance(last, Line)
    assert isinstance(refused, Rejected)
    assert (refused.number, str(refused.reason)) == (3, reason)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("9788437604947;1;5\n", "isbn"),
        ("isbn;price\n9788437604947;5\n", "quantity"),
        ("sep=;\n", "isbn"),
    ],
)
def test_f06_a_file_without_the_needed_columns_is_refused_whole(text: str, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        entries(text)
    assert f"“{missing}”" in str(refused.value)


def test_a_file_of_bookshop_software_that_nobody_adapted(real_data: Path) -> None:
    data = (real_data / "trade" / "abelujo" / "abelujo-stock-2026-11-22.csv").read_bytes()
    lines = list(model_csv.read(data).entries)
    accepted = [entry for entry in lines if isinstance(entry, Line)]
    assert len(lines) == len(data.strip().splitlines()) - 1
    assert Line(2, 9782259197540, 1, 1850) in accepted
    assert len(accepted) > 0.9 * len(lines)

"""ISBNs in any writing: 13 digits or a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import isbn as numbering

from trade.base.errors import Refused
from trade.catalogue.rules import hyphenated, isbn13, isbn_in


@pytest.mark.parametrize(
    "writing",
    [
        "9788437604947",
        "978-84-376-0494-7",
        " 978 84 376 0494 7 ",
        "978‐84‐376‐0494‐7",
        "978–84–376–0494–7",
        "978\u00a084\u00a0376\u00a00494\u00a07",
        "ISBN 978-84-376-0494-7",
        "isbn: 9788437604947",
        "ISBN-13: 978-84-376-0494-7",
        "EAN 9788437604947",
        "84-376-0494-X",
        "843760494x",
        "ISBN-10 843760494X",
        "978843760494700000",
        "9788437604947.0",
        '="9788437604947"',
    ],
)
def test_every_writing_means_one_number(writing: str) -> None:
    assert isbn13(writing) == 9788437604947
    assert isbn_in(writing) == 9788437604947


@pytest.mark.parametrize(
    ("writing", "hyphens"),
    [
        ("9791090636071", "979-10-90636-07-1"),
        ("9791095991052", "979-10-95991-05-2"),
        ("9791300123452", "979-13-00-12345-2"),
        ("9789574379583", "978-957-43-7958-3"),
        ("9788437604947", "978-84-376-0494-7"),
    ],
)
def test_3_7_hyphens_of_new_ranges_too(writing: str, hyphens: str) -> None:
    assert hyphenated(isbn13(writing)) == hyphens


@pytest.mark.parametrize(
    ("writing", "reason"),
    [
        ("", "The ISBN is missing."),
        ("9788437604948", "9788437604948 has a wrong check digit: one of its digits is mistyped."),
        ("8437604940", "8437604940 has a wrong check digit: one of its digits is mistyped."),
        ("9771135983810", "9771135983810 is the barcode of a magazine, not of a book."),
        ("2000100123455", "2000100123455 is not a book: ISBNs begin with 978 or 979."),
        ("9790260000438", "9790260000438 is printed music (ISMN), not a book."),
        ("9789780000004", "9789780000004 repeats the prefix 978: its real digits were lost."),
        ("9.78844E+12", "“9.78844E+12” was cut by a spreadsheet: format the column as text."),
        ("978843760494", "“978843760494” is not an ISBN: it has 13 digits, or 10."),
        ("٩٧٨٨٤٣٧٦٠٤٩٤٧", "“٩٧٨٨٤٣٧٦٠٤٩٤٧” is not an ISBN: it has 13 digits, or 10."),
        ("９７８８４３７６０４９４７", "“９７８８４３７６０４９４７” is not an ISBN: it has 13 digits, or 10."),
        ("cien años de soledad", "“cien años de soledad” is not an ISBN: it has 13 digits, or 10."),
    ],
)
def test_anything_else_is_refused_with_a_reason(writing: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        isbn13(writing)
    assert str(refused.value) == reason
    assert isbn_in(writing) is None


@given(st.from_regex(r"\A97[89][0-9]{10}\Z"))
def test_check_digits_agree_with_python_stdnum(digits: str) -> None:
    ours = isbn_in(digits) is not None
    theirs = numbering.is_valid(digits) and not digits.startswith(("9790", "978978"))
    assert ours == theirs


@given(st.from_regex(r"\A[0-9]{9}[0-9X]\Z"))
def test_ten_digits_agree_with_python_stdnum(digits: str) -> None:
    found = isbn_in(digits)
    assert (found is not None) == (numbering.is_valid(digits) and not digits.startswith("978"))
    assert found is None or str(found) == numbering.to_isbn13(digits)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_refusal(text: str) -> None:
    found = isbn_in(text)
    assert found is None or numbering.is_valid(str(found))

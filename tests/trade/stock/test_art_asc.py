"""The Place des Libraires file: its sample, and its ways of being wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from trade.base.errors import Refused
from trade.stock.formats import art_asc
from trade.stock.rules import Rejected, tally
from trade.stock.sheet import Line

FIRST = "EXTRACTION STOCK DU 22/11/2026"
TITLE = "9999978280013734600010000001100"


def file(*lines: str, first: str = FIRST) -> bytes:
    return "".join(f"{line}\r\n" for line in (first, *lines)).encode("ascii")


def test_the_sample_reads_whole(real_data: Path) -> None:
    reading = art_asc.read((real_data / "trade" / "placedeslibraires" / "9999_ART.asc").read_bytes())
    assert (reading.header.date, reading.header.sender) == (date(2026, 11, 22), "9999")
    total = tally(reading)
    assert art_asc.VAT_INCLUDED
    assert (total.read, total.accepted, total.rejected) == (500, 500, [])
    assert total.titles[9782800137346].price == 1100, "the price is with VAT as it stands"


@pytest.mark.parametrize("shop", ["7", "9999", "LIB00022", "A" * 20])
def test_the_number_of_the_bookshop_may_have_any_length(shop: str) -> None:
    reading = art_asc.read(file(shop + TITLE[4:], shop + TITLE[4:]))
    assert reading.header.sender == shop
    assert list(reading.entries)[0] == Line(2, 9782800137346, 1, 1100)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("9999978280013734600010000001", "The line has 28 characters instead of 31: its fields have shifted."),
        ("8888" + TITLE[4:], "The line belongs to bookshop 8888, the file to 9999."),
        ("9999978280013734500010000001100", "9782800137345 has a wrong check digit: one of its digits is mistyped."),
        ("99999782800137346000x0000001100", "“000x” is no quantity; write a whole number."),
        ("9999978280013734600010062000000", None),
    ],
)
def test_f06_a_bad_line_is_refused_with_its_number_and_reason(line: str, reason: str | None) -> None:
    entries = list(art_asc.read(file(TITLE, line, TITLE)).entries)
    refused = entries[1]
    assert isinstance(refused, Rejected)
    assert refused.number == 3
    assert reason is None or str(refused.reason) == reason
    assert [type(entry) for entry in entries] == [Line, Rejected, Line]


@pytest.mark.parametrize(
    "first", ["", "EXTRACTION", "EXTRACTION STOCK DU 2026-11-22", "EXTRACTION STOCK DU 32/11/2026"]
)
def test_f06_another_file_is_refused_whole(first: str) -> None:
    with pytest.raises(Refused, match="Line 1"):
        art_asc.read(file(TITLE, first=first))


def test_a_file_with_only_its_first_line_has_no_titles() -> None:
    assert list(art_asc.read(file()).entries) == []

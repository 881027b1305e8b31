"""The JSON answers: hostile numbers and texts are refused row by row, in words that the database keeps."""

from __future__ import annotations

import pytest

from trade.base.errors import Refused
from trade.stock.formats import art_asc, cegald, stocks_json
from trade.stock.rules import Reading


def one(price: str = "22.99", *, available: str = "3", in_cents: bool = False) -> Reading:
    row = f'{{"ref": "9788437604947", "available": {available}, "price": {price}}}'
    good = '{"ref": "9782070368228", "available": 1, "price": 7}'
    return stocks_json.read(f'{{"stocks": [{row}, {good}]}}'.encode(), in_cents=in_cents)


@pytest.mark.seed("F06")
@pytest.mark.parametrize("price", ["22.99", "22.990", "2299e-2", '"22.99"'])
def test_a_price_is_read_as_it_is_written(price: str) -> None:
    assert one(price).sheet.price.tolist() == [2_299, 700]


def test_a_price_in_cents_is_whole() -> None:
    assert one("2299.0", in_cents=True).sheet.price.tolist() == [2_299, 7]
    assert len(one("22.99", in_cents=True).rejected) == 1


@pytest.mark.parametrize(
    "price", ["1e999999", "1e99999999999999999999", "1e-99999999999", "-1e-99999999999999999999", "9.999", "10001"]
)
@pytest.mark.parametrize("in_cents", [False, True])
def test_a_number_beyond_all_numbers_is_refused_alone(price: str, in_cents: bool) -> None:
    reading = one("10001e6" if price == "10001" else price, in_cents=in_cents)
    assert [rejected.number for rejected in reading.rejected] == [1]
    assert len(reading.sheet.isbn) == 1


def test_a_quantity_of_five_thousand_digits_is_refused_alone() -> None:
    reading = one(available=f'"{"9" * 5_000}"')
    assert len(reading.rejected) == len(reading.sheet.isbn) == 1


@pytest.mark.parametrize("hostile", ["\\u0000", "\\ud800"])
def test_a_refusal_holds_nothing_that_the_database_would_not_keep(hostile: str) -> None:
    reading = one(available=f'"{hostile}"')
    told = f"{reading.rejected[0].reason}{reading.rejected[0].excerpt}"
    assert "\x00" not in told and told.encode()
    with pytest.raises(Refused) as refused:
        stocks_json.read(b"\x00{")
    assert str(refused.value.text).isprintable()


def test_a_nul_in_the_sender_is_a_blank() -> None:
    """The sender is kept, and PostgreSQL keeps no NUL: the import would fail again and again."""
    told = cegald.read(b"INCEGALD02L00\x009999LIB00022\r\nI\r\nC" + b"X" * 40 + b"20261122EUR\r\n").header.sender
    line = b"99\x0099978280013734600010000001100\r\n"
    other = art_asc.read(b"EXTRACTION STOCK DU 22/11/2026\r\n" + line).header.sender
    assert told == "L00 9999"
    assert "\x00" not in other

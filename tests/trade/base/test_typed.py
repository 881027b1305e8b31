"""Numbers, money, percents and dates as people type them."""

from datetime import date
from decimal import Decimal

import pytest

from trade.base.errors import Refused
from trade.base.typed import day, decimal_number, money, percent, whole_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", "12"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("-3", "-3"),
        ("+3", "3"),
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567,8", "1234567.8"),
        ("1.234", "1.234"),
        ("100", "100"),
        ("0", "0"),
    ],
)
def test_reads_a_number(typed: str, number: str) -> None:
    assert decimal_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["", "abc", "1e9", "NaN", "Infinity", "1_000", "١٢", "1,2,3", "1.2.3,4", "--1", "."])
def test_refuses_what_is_no_number(typed: str) -> None:
    with pytest.raises(Refused, match="is not a number"):
        decimal_number(typed)


def test_whole_numbers_have_no_decimals() -> None:
    assert whole_number("1 200") == 1200
    with pytest.raises(Refused, match="decimals"):
        whole_number("1,5")


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("12,50 €", 1250), ("12.5", 1250), ("EUR 3", 300), ("0,01", 1), ("1.234,56 €", 123456), ("-2,00", -200)],
)
def test_reads_money_as_cents(typed: str, cents: int) -> None:
    assert money(typed) == cents


@pytest.mark.parametrize("typed", ["1.234", "0,001", "12,505"])
def test_refuses_money_that_could_mean_two_amounts(typed: str) -> None:
    with pytest.raises(Refused, match="at most two decimals"):
        money(typed)


@pytest.mark.parametrize(("typed", "rate"), [("5", 500), ("5,5 %", 550), ("0.25%", 25), ("100", 10000)])
def test_reads_a_percentage_as_a_rate(typed: str, rate: int) -> None:
    assert percent(typed) == rate


def test_refuses_a_too_precise_percentage() -> None:
    with pytest.raises(Refused, match="at most two"):
        percent("5,555")


@pytest.mark.parametrize("typed", ["2026-11-24", "24/11/2026", "24-11-2026", "24.11.2026", " 24/11/2026 "])
def test_reads_a_date(typed: str) -> None:
    assert day(typed) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("30/02/2026", "does not exist"),
        ("2026-13-01", "does not exist"),
        ("24/11/26", "not a date"),
        ("", "not a date"),
    ],
)
def test_refuses_what_is_no_date(typed: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        day(typed)

"""Worked examples of delivery and management fees (domain.md 1.6.3, 1.6.4, 4.5; requirements A09-A12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.shipping.rules import (
    Charged,
    DeliveryRules,
    FeeRule,
    NotDelivered,
    Packed,
    Weight,
    back_room_fees,
    delivery_fee,
    line_fees,
    tariff,
    weight_of,
)

# Colissimo, home, public rates of 2023 (domain.md 4.4), up to 5 kg.
COLISSIMO = {"metropole": [(250, 495), (500, 670), (750, 760), (1_000, 825), (2_000, 955), (5_000, 1_465)]}
FRANCE = DeliveryRules(floor=300, floor_below=3_500)
SPAIN = DeliveryRules(free_above=8_000)
FLAT = {"peninsula": [(20_000, 350)], "metropole": [(30_000, 100)]}


@pytest.mark.seed("F12")
def test_two_books_and_their_packaging_take_the_bracket_of_700_grams() -> None:
    weight = weight_of([Packed(2, 300)], packaging=100, pocket=200, other=600)
    assert weight == Weight(700, is_estimate=False)
    assert tariff({"metropole": [(500, 670), (700, 750), (1_000, 825)]}, zone="metropole", grams=weight.grams) == 750


def test_350_and_480_grams_with_150_of_packaging_cost_8_25() -> None:
    weight = weight_of([Packed(1, 350), Packed(1, 480)], packaging=150, pocket=200, other=600)
    assert weight.grams == 980
    told = delivery_fee(books_cents=9_000, grams=980, zone="metropole", brackets=COLISSIMO, rules=FRANCE)
    assert (told.cents, told.why) == (825, "tariff")


@pytest.mark.parametrize(
    ("book", "grams"),
    [(Packed(1, None, pocket=True), 300), (Packed(1, None), 700), (Packed(2, 300, is_estimate=True), 700)],
    ids=["pocket", "other", "told as an estimate"],
)
def test_a_weight_that_nobody_told_is_marked(book: Packed, grams: int) -> None:
    assert weight_of([book, Packed(0, 1)], packaging=100, pocket=200, other=600) == Weight(grams, is_estimate=True)


@pytest.mark.parametrize(
    ("grams", "cents"),
    [(1, 495), (250, 495), (251, 670), (5_000, 1_465), (5_001, 1_465 + 495), (10_000, 2_930), (10_600, 2_930 + 760)],
)
def test_a_parcel_too_heavy_goes_as_several(grams: int, cents: int) -> None:
    assert tariff(COLISSIMO, zone="metropole", grams=grams) == cents


def test_a_zone_without_tariff_is_not_delivered_to() -> None:
    with pytest.raises(NotDelivered):
        tariff(COLISSIMO, zone="OM2", grams=100)


@pytest.mark.seed("T93", "T94")
@pytest.mark.parametrize(("books", "cents"), [(1, 350), (7_999, 350), (8_000, 350), (8_001, 0), (20_000, 0)])
def test_spain_delivers_free_strictly_above_80_euros(books: int, cents: int) -> None:
    told = delivery_fee(books_cents=books, grams=500, zone="peninsula", brackets=FLAT, rules=SPAIN)
    assert told.cents == cents


@pytest.mark.parametrize(
    ("books", "rules", "cents"),
    [
        (3_490, FRANCE, 300),
        (3_499, FRANCE, 300),
        (3_500, FRANCE, 100),
        (9_000, DeliveryRules(free_above=8_000, floor=300, floor_below=3_500), 1),
        (9_000, DeliveryRules(free_above=8_000), 0),
    ],
    ids=["34.90", "34.99", "35.00", "free is one cent", "no floor"],
)
def test_the_floor_of_france(books: int, rules: DeliveryRules, cents: int) -> None:
    """A network that asks "1 euro flat" (domain.md 4.5)."""
    told = delivery_fee(books_cents=books, grams=500, zone="metropole", brackets=FLAT, rules=rules)
    assert told.cents == cents


@pytest.mark.parametrize(("scope", "cents"), [("parcel", 600), ("order", 300)])
def test_the_floor_is_for_each_parcel_until_counsel_says_otherwise(scope: str, cents: int) -> None:
    rules = DeliveryRules(floor=300, floor_below=3_500, floor_scope=scope)  # type: ignore[arg-type]
    told = delivery_fee(books_cents=2_000, grams=500, zone="metropole", brackets=FLAT, rules=rules, parcels=2)
    assert told.cents == cents


D1, D2, D3 = 1, 2, 3


@pytest.mark.parametrize(
    ("used", "mode", "fees"),
    [
        pytest.param([(D3, 200)], "delivery", {D3: 0}, id="7a", marks=pytest.mark.seed("T96")),
        pytest.param([(D3, 200)], "pickup", {D3: 200}, id="7b", marks=pytest.mark.seed("T97")),
        pytest.param([(D1, 150), (D2, 90)], "delivery", {D1: 0, D2: 90}, id="7c", marks=pytest.mark.seed("T98")),
        pytest.param([(D1, 150), (D2, 90)], "pickup", {D1: 150, D2: 90}, id="7d", marks=pytest.mark.seed("T99")),
        pytest.param([(D1, 90), (D2, 90), (D3, 200)], "delivery", {D1: 90, D2: 0, D3: 0}, id="equal fees"),
        pytest.param([], "pickup", {}, id="nobody"),
    ],
)
@pytest.mark.seed("T95")
def test_fees_of_the_back_room(used: list[tuple[int, int]], mode: str, fees: dict[int, int]) -> None:
    assert back_room_fees(used, mode=mode) == fees  # type: ignore[arg-type]


SHELF = Charged(FeeRule.NONE, None, 0)
TRUSTED = Charged(FeeRule.TRUSTED, 7, 120)
OTHER = Charged(FeeRule.TRUSTED, 8, 200)
TRADE = Charged(FeeRule.TRADE_LAST_RESORT, 7, 440)


@pytest.mark.seed("T126", "T127", "T141", "T142")
@pytest.mark.parametrize(
    ("lines", "multiplicity", "fees"),
    [
        ([SHELF, TRUSTED, TRUSTED], "source", [0, 120, 0]),
        ([TRUSTED, TRADE, TRADE], "source", [120, 440, 0]),
        ([TRUSTED, TRUSTED, OTHER], "line", [120, 120, 200]),
        ([TRUSTED, OTHER, OTHER, SHELF], "max", [0, 200, 0, 0]),
        ([], "max", []),
    ],
    ids=["once for each supplier", "each rule by itself", "each line", "the highest", "none"],
)
def test_fees_of_the_ordinary_ways(lines: list[Charged], multiplicity: str, fees: list[int]) -> None:
    """A distributor and a bookshop of the same number are two suppliers."""
    assert line_fees(lines, multiplicity=multiplicity) == fees  # type: ignore[arg-type]


@given(
    st.integers(1, 30_000), st.integers(1, 20_000), st.integers(1, 3), st.sampled_from([FRANCE, SPAIN, DeliveryRules()])
)
def test_no_delivery_is_below_the_floor_or_dearer_than_it_must_be(
    books: int, grams: int, parcels: int, rules: DeliveryRules
) -> None:
    told = delivery_fee(
        books_cents=books, grams=grams, zone="metropole", brackets=COLISSIMO, rules=rules, parcels=parcels
    )
    least = (rules.floor * parcels if books < rules.floor_below else 1) if rules.floor else 0
    free = rules.free_above and books > rules.free_above
    assert told.cents == max(0 if free else told.tariff_cents, least)

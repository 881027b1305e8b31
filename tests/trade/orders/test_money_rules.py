"""The share of an order's money, and what goes back (F09, F10, A21, A23)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.orders.rules import Returned, Shared, Sold, give_back, share_line


@pytest.mark.seed("F09", "F10")
def test_the_worked_example_of_twenty_euros() -> None:
    shared = share_line(gross=2_000, vat_rate=550, commission=700, commission_vat=2_000)
    assert shared == Shared(gross=2_000, net=1_896, commission=133, commission_vat=27)
    assert shared.payout == 1_840


@pytest.mark.seed("F09")
def test_a_million_amounts_lose_no_cent() -> None:
    """Every amount from 0.00 to 10,000.00 at 5.5 %, beside exact arithmetic of whole columns."""
    gross = np.arange(1_000_001, dtype=np.int64)
    net = (gross * 10_000 * 2 + 10_550) // (2 * 10_550)
    taken = (net * 700 * 2 + 10_000) // 20_000
    vat = (taken * 2_000 * 2 + 10_000) // 20_000
    found = np.array(
        [
            (one.net, one.commission, one.commission_vat, one.payout)
            for cents in range(1_000_001)
            for one in (share_line(gross=cents, vat_rate=550, commission=700, commission_vat=2_000),)
        ]
    )
    assert (found[:, :3] == np.stack([net, taken, vat], axis=1)).all()
    assert (found[:, 1:].sum(axis=1) == gross).all()
    assert (found[:, 3] >= 0).all()


@given(st.integers(0, 10**9), st.sampled_from([0, 210, 400, 550, 2_100]), st.integers(0, 5_000), st.integers(0, 2_100))
def test_whatever_the_rates_the_parts_are_the_whole(gross: int, vat: int, commission: int, its_vat: int) -> None:
    shared = share_line(gross=gross, vat_rate=vat, commission=commission, commission_vat=its_vat)
    assert shared.payout + shared.commission + shared.commission_vat == gross
    assert abs(shared.commission * 10_000 - shared.net * commission) <= 5_000


LINES = [Sold(1, copies=2, returned=0, price_cents=1_000, fee_cents=150), Sold(2, 1, 0, 500, 0)]


@pytest.mark.parametrize(
    ("copies", "given_back"),
    [
        ({1: 1}, Returned(1_000, 0, 0, {1: 1})),
        ({1: 2}, Returned(2_000, 0, 150, {1: 2})),
        ({1: 2, 2: 1}, Returned(2_500, 350, 150, {1: 2, 2: 1})),
        ({2: 0}, Returned(0, 0, 0, {})),
    ],
    ids=["a copy", "a whole line with its fee", "the whole order with its delivery", "nothing"],
)
def test_what_goes_back(copies: dict[int, int], given_back: Returned) -> None:
    assert give_back(LINES, copies=copies, delivery_cents=350) == given_back


def test_copy_by_copy_comes_to_the_same_as_all_at_once() -> None:
    second = [Sold(1, 2, 1, 1_000, 150), Sold(2, 1, 1, 500, 0)]
    first = give_back(LINES, copies={1: 1, 2: 1}, delivery_cents=350)
    assert first.cents + give_back(second, copies={1: 1}, delivery_cents=350).cents == 3_000


def test_no_copy_goes_back_twice() -> None:
    with pytest.raises(ValueError, match="line 1"):
        give_back([Sold(1, 2, 1, 1_000, 150)], copies={1: 2}, delivery_cents=0)

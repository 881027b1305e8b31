"""The order of sources, vacations and the back room, and why a copy is not shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trade.availability.rules import (
    WHY_HIDDEN,
    WORDS,
    Hidden,
    Label,
    StockFacts,
    Supply,
    label,
    why_hidden,
)
from trade.stock.rules import Freshness, Verdict

EVERYTHING = Supply(
    on_shelf=True, trusted_distributor=True, print_on_demand=True, other_bookshop=True, presale=True, delegated=True
)
SHOWN = StockFacts(True, False, Freshness.FRESH, 2, 1, Verdict.VISIBLE)


def test_t150_six_labels_with_one_word_each() -> None:
    assert len(Label) == len(set(WORDS.values())) == 6
    assert set(WORDS) == set(Label)


def test_1_6_1_sources_are_tried_in_order() -> None:
    supply, found = EVERYTHING, []
    for field in ("on_shelf", "trusted_distributor", "print_on_demand", "other_bookshop", "presale"):
        found.append(label(supply))
        supply = replace(supply, **{field: False})
    assert found == list(Label)[:5]
    assert label(supply) is None, "a delegated distributor serves only with the back room on"


@pytest.mark.parametrize(
    ("back_room", "in_vacation", "delegated", "expected"),
    [
        (False, False, True, Label.ON_SHELF),
        (False, True, True, None),
        (True, False, True, Label.DELEGATED),
        (True, False, False, None),
        (True, True, True, Label.DELEGATED),
        (True, True, False, None),
    ],
)
def test_t135_a29_vacation_and_back_room(
    back_room: bool, in_vacation: bool, delegated: bool, expected: Label | None
) -> None:
    supply = replace(EVERYTHING, back_room=back_room, in_vacation=in_vacation, delegated=delegated)
    assert label(supply) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"freshness": Freshness.LATE}, None),
        ({"freshness": Freshness.STALE}, None),
        ({"freshness": Freshness.EXPIRED}, Hidden.EXPIRED),
        ({"freshness": Freshness.NEVER}, Hidden.EXPIRED),
        ({"active": False}, Hidden.NOT_ACTIVE),
        ({"in_vacation": True}, Hidden.IN_VACATION),
        ({"copies": 0, "held": 0}, Hidden.NO_COPIES),
        ({"held": 2}, Hidden.ALL_HELD),
        ({"held": 3}, Hidden.ALL_HELD),
        ({"verdict": Verdict.UNKNOWN_BOOK}, Hidden.UNKNOWN_BOOK),
        ({"verdict": Verdict.NO_NETWORK_PRICE}, Hidden.NO_NETWORK_PRICE),
        ({"verdict": Verdict.SEVERAL_PRICES}, Hidden.SEVERAL_PRICES),
        ({"verdict": Verdict.NO_PRICE}, Hidden.NO_PRICE),
        ({"verdict": Verdict.PRICE_ERROR}, Hidden.PRICE_ERROR),
    ],
)
def test_why_a_title_is_not_visible(changes: dict[str, object], expected: Hidden | None) -> None:
    assert why_hidden(replace(SHOWN, **changes)) is expected  # type: ignore[arg-type]


def test_every_cause_has_its_words() -> None:
    assert set(WHY_HIDDEN) == set(Hidden)

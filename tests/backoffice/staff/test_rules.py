"""Platform settings at the desk: in force at once or from a day on, with history, images and what is missing."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from invoices.logo import clean_logo
from tests.backoffice.browser import Screen, said
from tests.cast import NOW
from tests.conftest import House
from trade.base.settings import declared, history, value_of

FEE = "members.fee"
COMMISSION = "gift_cheques.commission"


def value(desk: House, key: str, days: int = 1) -> object:
    """What is in force some days from now."""
    with desk.session() as session:
        return value_of(session, declared(key), at=NOW + timedelta(days=days))


def test_a_value_is_in_force_at_once_and_stands_in_the_history(desk: House, ada: Screen) -> None:
    page = ada.do("/staff/settings/members/", {"members-fee": "150,00", "note": "Assembly of November"})
    assert said(page) == ["1 value is in force now."]
    assert value(desk, FEE) == 15_000
    told = ada.get(f"/staff/settings/history/{FEE}/")
    assert "Assembly of November" in told
    assert "Ada" in told


@pytest.mark.seed("F09")
def test_a_change_is_scheduled_for_a_day(desk: House, ada: Screen) -> None:
    before = value(desk, COMMISSION)
    page = ada.do("/staff/settings/money/", {"gift_cheques-commission": "4,5", "valid_from": "2026-12-01"})
    assert said(page) == ["1 change is scheduled."]
    assert value(desk, COMMISSION) == before
    assert value(desk, COMMISSION, days=8) == 450
    assert "scheduled" in ada.get(f"/staff/settings/history/{COMMISSION}/")
    assert "Commission on redeemed gift cheques" in ada.get("/staff/")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"gift_cheques-commission": "a lot"}, "“a lot” is not a number"),
        ({"gift_cheques-commission": "200"}, "The largest value allowed is"),
        ({"gift_cheques-commission": "4", "valid_from": "2026-11-01"}, "A value cannot take effect in the past."),
        ({"gift_cheques-commission": "4", "valid_from": "soon"}, "Not a valid date value."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_saved(desk: House, ada: Screen, given: dict[str, str], why: str) -> None:
    with desk.session() as session:
        before = len(history(session, declared(COMMISSION)))
    page = ada.do("/staff/settings/money/", given)
    assert why in page
    assert said(page) == []
    with desk.session() as session:
        assert len(history(session, declared(COMMISSION))) == before


def test_one_wrong_value_keeps_the_others_from_being_saved(desk: House, ada: Screen) -> None:
    before = value(desk, "members.fee_days")
    ada.do("/staff/settings/members/", {"members-fee_days": "77", "members-fee": "never"})
    assert value(desk, "members.fee_days") == before


def test_saving_without_a_change_writes_nothing(desk: House, ada: Screen) -> None:
    page = ada.do("/staff/settings/members/", {})
    assert said(page) == ["Nothing was changed."]


def test_the_logo_is_kept_by_its_digest_and_only_pictures_are(desk: House, ada: Screen) -> None:
    refused = ada.do("/staff/settings/operator/", {"operator-logo": (io.BytesIO(b"%PDF-1.4 x"), "logo.pdf")})
    assert said(refused) == []
    assert 'class="errors"' in refused
    drawn = io.BytesIO()
    Image.new("RGB", (40, 10)).save(drawn, "PNG")
    ada.do("/staff/settings/operator/", {"operator-logo": (io.BytesIO(drawn.getvalue()), "logo.png")})
    digest = value(desk, "operator.logo")
    assert desk.store.get(str(digest)) == clean_logo(drawn.getvalue()).content


def test_sections_and_keys_that_do_not_exist_are_not_found(desk: House, ada: Screen) -> None:
    assert ada.client.get("/staff/settings/nothing/").status_code == 404
    assert ada.client.get("/staff/settings/history/no.such/").status_code == 404

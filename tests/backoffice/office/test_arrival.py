"""How your stock arrives: format, keys shown once, an address that is tried, the number portals know (F05, F21)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.backoffice.browser import Screen, said
from tests.conftest import House
from trade.base.models import Effect
from trade.stock import queries
from trade.stock.models import StockArrival, StockToken

ADDRESS = "/office/arrival/"


class Desk(Screen):
    """The office in English."""

    def __init__(self, house: House, who: str) -> None:
        super().__init__(house, who)
        self.get(f"{ADDRESS}?lang=en")

    def post(self, address: str, data: dict[str, Any] | None = None, *, page: str = ADDRESS) -> TestResponse:
        """Post with the token of the page itself."""
        return super().post(address, data, page=page)


@pytest.fixture
def office(house: House) -> Desk:
    return Desk(house, "alba_owner")


def arrival(house: House) -> StockArrival:
    with house.session() as session:
        found = queries.arrival(session, bookshop_id=house.cast.alba)
        assert found is not None
        return found


@pytest.mark.seed("F05")
def test_a_key_is_shown_once_and_stops_when_it_is_revoked(house: House, office: Desk) -> None:
    page = office.do(f"{ADDRESS}key", {"name": "Geslib on the till", "purpose": "push"})
    [key] = set(re.findall(r"push-[\w-]{43}", page))
    again = office.get(ADDRESS)
    assert key not in again
    assert "Geslib on the till" in again and f"ends with {key[-4:]}" in again
    put = house.client().put("/api/stock?format=model_csv", data=b"x", headers={"Authorization": f"Bearer {key}"})
    assert put.status_code == 202
    with house.session() as session:
        token_id = session.scalars(select(StockToken.id)).one()
    office.do(f"{ADDRESS}key/{token_id}/revoke")
    put = house.client().put("/api/stock?format=model_csv", data=b"x", headers={"Authorization": f"Bearer {key}"})
    assert put.status_code == 401
    assert "Geslib on the till" not in office.get(ADDRESS)


def test_the_format_of_what_arrives_by_itself_is_chosen(house: House, office: Desk) -> None:
    office.do(f"{ADDRESS}format", {"format": "geslib"})
    assert arrival(house).format == "geslib"
    assert "Not a valid choice" in office.do(f"{ADDRESS}format", {"format": "nonsense"})


def test_an_address_is_kept_sealed_and_tried(house: House, office: Desk) -> None:
    address = "https://stock.example.org/stocks/40483304800022"
    page = office.do(f"{ADDRESS}pull", {"address": address, "token": "tell-nobody", "on": "y"})
    assert said(page) == ["Saved. The address is being tried; look again in a moment."]
    assert address in page and "tell-nobody" not in page
    found = arrival(house)
    assert found.pull_on and found.pull_token is not None and b"tell-nobody" not in found.pull_token
    with house.session() as session:
        assert session.scalars(select(Effect.kind).where(Effect.kind.like("stock.pull%"))).all() == ["stock.pull_test"]
    office.do(f"{ADDRESS}pull", {"address": address, "token": "", "on": "y"})
    assert arrival(house).pull_token is not None, "an empty token keeps the stored one"
    assert "write it like https" in office.do(f"{ADDRESS}pull", {"address": "ftp://example.org", "on": "y"})
    assert "Type the address" in office.do(f"{ADDRESS}pull", {"address": "", "on": "y"})


@pytest.mark.parametrize("network", ["fr"], indirect=True)
def test_a_siret_is_checked_and_belongs_to_one_bookshop(house: House) -> None:
    alba, boreal = Desk(house, "alba_owner"), Desk(house, "boreal_owner")
    assert "This is no SIRET" in alba.do(f"{ADDRESS}number", {"number": "40483304800023"})
    alba.do(f"{ADDRESS}number", {"number": "404 833 048 00022"})
    assert "/stocks/40483304800022" in alba.get(ADDRESS)
    assert "Another bookshop has this number." in boreal.do(f"{ADDRESS}number", {"number": "40483304800022"})


def test_a_clerk_chooses_the_format_and_makes_no_keys(house: House) -> None:
    clerk = Desk(house, "alba_clerk")
    assert "Make a key" not in clerk.get(ADDRESS)
    assert clerk.post(f"{ADDRESS}key", {"name": "x", "purpose": "push"}).status_code == 403

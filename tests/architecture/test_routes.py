"""Every URL demands a permission from one table; without one the application does not start (rule of conduct 5)."""

from __future__ import annotations

import pytest
from flask import Flask

import backoffice
import storefront
from app import create_app
from tests.conftest import House
from trade.accounts.permissions import BUNDLES, SENTENCES
from web.access import Unguarded, permission_for


def test_every_route_has_a_permission(shared_house: House) -> None:
    table = shared_house.app.extensions["access_table"]
    endpoints = {rule.endpoint for rule in shared_house.app.url_map.iter_rules()}
    assert len(endpoints) > 5
    assert {endpoint for endpoint in endpoints if permission_for(endpoint, table) not in SENTENCES} == set()


def test_the_table_names_nothing_that_does_not_exist(shared_house: House) -> None:
    """A line of the table that no route answers is a misspelling, and guards nothing."""
    app = shared_house.app
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    blueprints = {f"{endpoint.rpartition('.')[0]}.*" for endpoint in endpoints}
    assert set(app.extensions["access_table"]) - endpoints - blueprints == set()


def test_every_permission_is_demanded_somewhere(shared_house: House) -> None:
    demanded = set(shared_house.app.extensions["access_table"].values())
    assert set(SENTENCES) - demanded == set()


def test_bundles_hold_known_permissions_and_each_is_in_one() -> None:
    given = frozenset[str]().union(*BUNDLES.values())
    assert given == set(SENTENCES)


def test_a_route_without_permission_stops_the_start(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    init = storefront.init

    def with_a_forgotten_route(app: Flask) -> dict[str, str]:
        app.add_url_rule("/forgotten", "forgotten", lambda: "anybody reads this")
        return init(app)

    monkeypatch.setattr(storefront, "init", with_a_forgotten_route)
    with pytest.raises(Unguarded, match="forgotten"):
        create_app(house.config(), TESTING=True)


def test_a_permission_without_sentence_stops_the_start(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    init = backoffice.init
    monkeypatch.setattr(backoffice, "init", lambda app: init(app) | {"static": "staff.misspelt"})
    with pytest.raises(Unguarded, match="staff.misspelt"):
        create_app(house.config(), TESTING=True)

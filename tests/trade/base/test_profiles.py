"""The networks are bundles of typed settings; placeholders are known as such until somebody sets them (A27, 1.7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.profile import load_profile
from tests.cast import NOW
from tests.conftest import House
from trade.base.settings import MUST_BE_SET, all_declared, placeholders, set_value
from trade.members.settings import LEGAL_NAME


@pytest.mark.parametrize("network", ["es", "fr"])
def test_every_sample_is_a_declared_setting_with_a_value(network: str) -> None:
    profile = load_profile(network)
    assert profile.samples and profile.samples <= set(profile.settings)


@pytest.mark.parametrize("network", ["es", "fr"])
def test_the_demo_lacks_no_value(network: str) -> None:
    profile = load_profile(network)
    unset = {
        setting.key
        for setting in all_declared(scope="platform")
        if setting.default is MUST_BE_SET and setting.key not in profile.settings
    }
    assert unset == set()


def test_the_networks_differ_where_the_seeds_differ() -> None:
    spain, france = load_profile("es"), load_profile("fr")
    assert (spain.money_flow, france.money_flow) == ("bookshop", "platform")
    assert spain.has("fee") and not france.has("fee")
    for module in ("reservations", "gift_cheques"):
        assert spain.has(module) and france.has(module)
    assert (
        spain.settings["catalogue.vat_rates"]["fixed_price"],
        france.settings["catalogue.vat_rates"]["fixed_price"],
    ) == (
        400,
        550,
    )


def test_a_placeholder_is_one_until_the_platform_sets_its_own(house: House) -> None:
    with house.session(house.cast.staff()) as session:
        assert LEGAL_NAME in placeholders(session, at=NOW)
        set_value(session, LEGAL_NAME, "Our own operator", at=NOW)
        assert LEGAL_NAME not in placeholders(session, at=NOW + timedelta(seconds=1))

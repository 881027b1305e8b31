"""The desk of staff: a house with its texts, templates and questionnaire, shared by the tests of a module."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from jobs.first_data import load_first_data
from tests.backoffice.browser import Screen
from tests.cast import NOW
from tests.conftest import House
from trade.base.tenancy import DOOR
from trade.members import actions

_numbers = itertools.count(1)
Apply = Callable[..., int]


@pytest.fixture(scope="module")
def desk(shared_house: House) -> House:
    """A house in which staff can work; tests do not mind each other's bookshops."""
    with shared_house.session() as session:
        load_first_data(session, at=NOW)
    return shared_house


@pytest.fixture(scope="module")
def french_desk(shared_french_house: House) -> House:
    """The same in France."""
    with shared_french_house.session() as session:
        load_first_data(session, at=NOW)
    return shared_french_house


@pytest.fixture(scope="module")
def dora(desk: House) -> Screen:
    """Staff."""
    return Screen(desk, "dora").english()


@pytest.fixture(scope="module")
def ada(desk: House) -> Screen:
    """The administrator."""
    return Screen(desk, "ada").english()


@pytest.fixture(scope="session")
def apply() -> Apply:
    """Let a bookshop of a name of its own ask to join; returns its id."""

    def applied(house: House, *, chain: bool = False) -> int:
        number = next(_numbers)
        with house.session(DOOR) as session:
            shop = actions.apply(
                session,
                name=f"Librería Alborada {number}",
                postcode="44001" if house.network == "es" else "75001",
                city="Teruel",
                contact_name="Nuria",
                contact_email=f"nuria{number}@mostrador.example",
                contact_phone="",
                part_of_chain=chain,
                message="",
                locale=house.network,
                at=NOW,
            )
            return shop.id

    return applied

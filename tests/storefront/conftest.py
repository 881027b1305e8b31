"""A house whose two bookshops have sent their stock, with places, texts and the questionnaire in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from config.services import Endpoints
from jobs.first_data import load_first_data
from tests.cast import NOW
from tests.conftest import House, Template, make_house
from trade.base.settings import set_value
from trade.catalogue.actions import add_books
from trade.catalogue.rules import NewBook
from trade.places.actions import NewPlace, load_places
from trade.reservations.settings import ON
from trade.stock.actions import process, receive_file

SOLITUDE = 9788437604947
REED = 9788417860790
STRANGER = 9782070368228
POMPIER = 9788433973184

PLACES = [
    NewPlace("ES", "Madrid", 40.4165, -3.7026, population=3_255_944),
    NewPlace("ES", "Getafe", 40.3057, -3.7329, population=180_747),
    NewPlace("ES", "Barcelona", 41.3888, 2.159, population=1_621_537),
    NewPlace("ES", "Madrid", 40.4249, -3.7003, postcode="28004"),
    NewPlace("ES", "Barcelona", 41.3917, 2.1701, postcode="08010"),
    NewPlace("FR", "Paris", 48.8534, 2.3488, population=2_138_551),
    NewPlace("FR", "Lyon", 45.7485, 4.8467, population=522_969),
    NewPlace("FR", "Lyon", 45.7679, 4.8343, postcode="69001"),
]


def send_stock(house: House, bookshop: str, copies: Mapping[int, int]) -> None:
    """Import a stock file of the model format into a bookshop, the prices being the network's."""
    prices = {SOLITUDE: "14,95", REED: "24,95", STRANGER: "7,00", POMPIER: "9,90"}
    lines = ["isbn;cantidad;pvp", *(f"{isbn};{number};{prices[isbn]}" for isbn, number in copies.items())]
    with house.session() as session:
        run = receive_file(
            session,
            bookshop_id=getattr(house.cast, bookshop),
            format="model_csv",
            data="\r\n".join(lines).encode(),
            name="stock.csv",
            origin="upload",
            at=NOW,
            store=house.store,
            queued=False,
        )
        process(session, run_id=run.id, at=NOW, store=house.store)
        assert run.state == "applied"


def furnish(house: House) -> House:
    """Places, first data, one more book, stock in both bookshops, and both take reservations."""
    with house.session() as session:
        load_places(session, places=PLACES)
        load_first_data(session, at=NOW)
        pompier = NewBook(
            POMPIER, "L’Écume des jours: édition de poche", ("Vian, Boris",), price_cents=990, language="fr"
        )
        add_books(session, books=[pompier], at=NOW, source="test")
        for bookshop in (house.cast.alba, house.cast.boreal):
            set_value(session, ON, True, at=NOW, bookshop_id=bookshop)
    send_stock(house, "alba", {SOLITUDE: 2, REED: 1, POMPIER: 1})
    send_stock(house, "boreal", {SOLITUDE: 1, STRANGER: 4})
    return house


@pytest.fixture
def shop_house(house: House) -> House:
    """A furnished house of its own for one test; ``network`` chooses the profile."""
    return furnish(house)


@pytest.fixture(scope="module")
def stocked(
    endpoints: Endpoints, templates: dict[str, Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A furnished Spanish house shared by the tests of a module that only read."""
    with make_house("es", endpoints, templates, tmp_path_factory.mktemp("stocked")) as made:
        yield furnish(made)

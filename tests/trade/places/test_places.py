"""From a reader's words to a point: towns, postcodes, coordinates, in both countries."""

from __future__ import annotations

import pytest

from jobs.first_data import load_places
from tests.conftest import House
from trade.base.coordinates import Point
from trade.base.tenancy import PUBLIC
from trade.places import queries


@pytest.fixture(scope="module")
def spain(shared_house: House) -> House:
    """Spain with its places."""
    with shared_house.session() as session:
        assert load_places(session) > 14_000
        assert load_places(session) == 0, "there already"
    return shared_house


@pytest.fixture(scope="module")
def france(shared_french_house: House) -> House:
    """France with its places."""
    with shared_french_house.session() as session:
        load_places(session)
    return shared_french_house


def near(house: House, words: str, point: Point, *, within: float = 15) -> str:
    with house.session(PUBLIC) as session:
        spot = queries.find(session, words=words)
    assert spot is not None, words
    assert spot.point.kilometres_to(point) < within, (words, spot)
    return spot.name


MADRID, SAN_SEBASTIAN, CORUNA = Point(40.4165, -3.7026), Point(43.3128, -1.975), Point(43.3713, -8.396)
PARIS, SAINT_DENIS, STRASBOURG = Point(48.8534, 2.3488), Point(48.9356, 2.3539), Point(48.5839, 7.7455)


@pytest.mark.seed("F01")
@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("Madrid", MADRID),
        ("madrid", MADRID),
        ("28001", MADRID),
        ("28 001", MADRID),
        ("E-28001", MADRID),
        ("28999", Point(40.1989, -3.797)),
        ("san sebastian", SAN_SEBASTIAN),
        ("Donostia", SAN_SEBASTIAN),
        ("A Coruña", CORUNA),
        ("Madrdi", MADRID),
        ("Vitoria", Point(42.85, -2.67)),
        ("40.41, -3.70", MADRID),
        ("Cádiz", Point(36.53, -6.29)),
        ("Andorra la Vella", Point(42.507, 1.521)),
    ],
)
def test_spain(spain: House, words: str, point: Point) -> None:
    near(spain, words, point)


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("Paris", PARIS),
        ("75011", PARIS),
        ("F-75001", PARIS),
        ("93200", SAINT_DENIS),
        ("strasbourg", STRASBOURG),
        ("Strasburg", STRASBOURG),
        ("20000", Point(41.92, 8.74)),
        ("Fort-de-France", Point(14.61, -61.08)),
    ],
)
def test_france(france: House, words: str, point: Point) -> None:
    near(france, words, point)


def test_of_places_with_one_name_the_one_with_most_people_is_meant(france: House) -> None:
    near(france, "Saint-Denis", Point(-20.88, 55.45))


@pytest.mark.parametrize("words", ["", "  ", "xqzwv", "00000", "99, 999", "%", "_", "' OR 1=1", "x" * 500])
def test_what_is_no_place_is_none(spain: House, words: str) -> None:
    with spain.session(PUBLIC) as session:
        assert queries.find(session, words=words) is None


def test_suggestions_begin_with_the_words_largest_first(spain: House) -> None:
    with spain.session(PUBLIC) as session:
        assert queries.suggest(session, words="barc")[0] == "Barcelona"
        assert queries.suggest(session, words="") == []
        assert len(queries.suggest(session, words="san", limit=5)) == 5

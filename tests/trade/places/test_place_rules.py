"""What a reader types as a place."""

from __future__ import annotations

import pytest

from trade.base.coordinates import Point
from trade.places.rules import coordinates_in, names_of, postcode_in


@pytest.mark.parametrize(
    ("words", "postcode"),
    [
        ("28001", "28001"),
        ("28 001", "28001"),
        ("F-75001", "75001"),
        ("E28001", "28001"),
        ("2800", None),
        ("Madrid", None),
    ],
)
def test_postcodes(words: str, postcode: str | None) -> None:
    assert postcode_in(words) == postcode


@pytest.mark.parametrize(("words", "point"), [("41.38, 2.17", Point(41.38, 2.17)), ("Madrid", None), ("28001", None)])
def test_a_position_of_the_browser(words: str, point: Point | None) -> None:
    assert coordinates_in(words) == point


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("Madrid", ["Madrid"]),
        ("Donostia/San Sebastián", ["Donostia/San Sebastián", "Donostia", "San Sebastián"]),
        ("Grau (Es) (Platja)", ["Grau (Es) (Platja)", "Grau", "Es", "Platja"]),
        ("Vitoria-Gasteiz", ["Vitoria-Gasteiz"]),
    ],
)
def test_every_name_of_a_place(place: str, names: list[str]) -> None:
    assert names_of(place) == names

"""T120: coordinates as people paste them, and a warning when they lie in another country."""

import pytest

from trade.base.coordinates import Point, outside_country, parse_coordinates
from trade.base.errors import Refused

BARCELONA = Point(41.38, 2.17)
PIN = Point(41.385064, 2.173404)


@pytest.mark.seed("T120")
@pytest.mark.parametrize(
    ("pasted", "point"),
    [
        ("41.38, 2.17", BARCELONA),
        ("  41.38 ,2.17 ", BARCELONA),
        ("41.38 2.17", BARCELONA),
        ("41.38; 2.17", BARCELONA),
        ("41,38 2,17", BARCELONA),
        ("41,38, 2,17", BARCELONA),
        ("41,38; 2,17", BARCELONA),
        ("-21.115, 55.536", Point(-21.115, 55.536)),
        ("28.1, -15.4", Point(28.1, -15.4)),
        ("28.1 N 15.4 W", Point(28.1, -15.4)),
        ("28,1° N, 15,4° O", Point(28.1, -15.4)),
        ("N 41.38 E 2.17", BARCELONA),
        ("2.17 E, 41.38 N", BARCELONA),
        ("41°24'12.2\"N 2°10'26.5\"E", Point(41.403389, 2.174028)),
        ("41° 24′ 12.2″ N, 2° 10′ 26.5″ E", Point(41.403389, 2.174028)),
        ("28°06'N 15°24'W", Point(28.1, -15.4)),
        ("geo:41.38,2.17?z=19", BARCELONA),
        ("geo:41.38,2.17;u=35", BARCELONA),
        ("https://www.google.com/maps/@41.38,2.17,15z", BARCELONA),
        ("www.google.es/maps/@41.38,2.17,15z", BARCELONA),
        ("https://maps.google.com/?q=41.38,2.17", BARCELONA),
        ("https://maps.google.com/maps?ll=41.38,2.17&z=16", BARCELONA),
        ("https://www.google.com/maps/search/?api=1&query=41.38%2C2.17", BARCELONA),
        ("https://www.google.com/maps/search/41.38,+2.17", BARCELONA),
        ("https://www.google.com/maps/dir/Madrid/41.38,2.17", BARCELONA),
        ("https://www.google.com/maps/dir/40.4,-3.7/41.38,2.17", BARCELONA),
        ("https://www.google.com/maps/dir/?api=1&destination=41.38%2C2.17", BARCELONA),
        (
            "https://www.google.com/maps/place/Plaza+1/@41.40,2.20,17z/data=!3m1!4b1!4m6!3m5"
            "!1s0x12a49816718e30e5:0x44b0fb3d4f47660a!8m2!3d41.385064!4d2.173404!16zL20",
            PIN,
        ),
        ("https://www.openstreetmap.org/#map=17/41.38000/2.17000", BARCELONA),
        ("https://www.openstreetmap.org/?mlat=41.38&mlon=2.17#map=12/41.5/2.5", BARCELONA),
        ("https://maps.apple.com/?ll=41.38,2.17&q=Alba", BARCELONA),
        ("https://maps.apple.com/place?coordinate=41.38,2.17", BARCELONA),
        ("https://www.bing.com/maps?cp=41.38~2.17&lvl=16", BARCELONA),
    ],
)
def test_reads_what_maps_give(pasted: str, point: Point) -> None:
    assert parse_coordinates(pasted) == point


@pytest.mark.seed("T120")
@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Paste the coordinates"),
        ("Calle Mayor, 1", "not a pair"),
        ("41.38", "not a pair"),
        ("41.38, 2.17, 3.5", "not a pair"),
        ("41 N 2 N", "not a pair"),
        ("91.0, 2.0", "between -90 and 90"),
        ("41.0, 181.0", "between -90 and 90"),
        ("٤١.٣٨, ٢.١٧", "not a pair"),
        ("https://maps.app.goo.gl/AbCdEf12345", "shortened"),
        ("https://goo.gl/maps/AbCdEf", "shortened"),
        ("https://www.google.com/maps/place/Alba", "holds no coordinates"),
        ("https://librosalba.example/", "holds no coordinates"),
    ],
)
def test_says_what_to_paste(pasted: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_coordinates(pasted)
    assert words in str(refusal.value)


@pytest.mark.seed("T120")
@pytest.mark.parametrize(
    ("place", "point", "outside_spain", "outside_france"),
    [
        ("Madrid", Point(40.417, -3.703), False, True),
        ("Barcelona", Point(41.38, 2.17), False, True),
        ("Palma", Point(39.57, 2.65), False, True),
        ("Las Palmas", Point(28.12, -15.43), False, True),
        ("Ceuta", Point(35.89, -5.31), False, True),
        ("Fuenterrabía, on the border", Point(43.36, -1.79), False, False),
        ("Lisbon", Point(38.72, -9.14), True, True),
        ("Porto", Point(41.15, -8.61), True, True),
        ("Casablanca", Point(33.57, -7.59), True, True),
        ("Paris", Point(48.857, 2.352), True, False),
        ("Strasbourg", Point(48.58, 7.75), True, False),
        ("Brest", Point(48.39, -4.49), True, False),
        ("Ajaccio", Point(41.92, 8.74), True, False),
        ("Saint-Denis, Réunion", Point(-20.88, 55.45), True, False),
        ("Genoa", Point(44.41, 8.93), True, True),
        ("latitude and longitude swapped", Point(2.17, 41.38), True, True),
        ("the null island", Point(0.0, 0.0), True, True),
    ],
)
def test_warns_of_another_country(place: str, point: Point, outside_spain: bool, outside_france: bool) -> None:
    assert (place, outside_country(point, country="ES")) == (place, outside_spain)
    assert (place, outside_country(point, country="FR")) == (place, outside_france)


def test_distance_is_a_great_circle() -> None:
    madrid, barcelona = Point(40.4168, -3.7038), Point(41.3874, 2.1686)
    assert madrid.kilometres_to(barcelona) == pytest.approx(505, abs=2)
    assert madrid.kilometres_to(madrid) == 0


def test_a_point_off_the_globe_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="Latitude"):
        Point(91, 0)

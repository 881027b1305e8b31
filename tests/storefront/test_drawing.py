"""Covers, spines and maps are drawn on the server: always the same, always legible, always well-formed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from storefront import covers, typesetting
from storefront import map as maps
from storefront.spines import spines
from trade.base.coordinates import Point

MADRID = Point(40.4168, -3.7038)
ISBNS = st.integers(9_780_000_000_000, 9_799_999_999_999).map(str)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    bright, dark = sorted((covers.luminance(one), covers.luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", covers.PALETTES)
def test_titles_can_be_read_on_every_palette(palette: covers.Palette) -> None:
    assert contrast(palette.ground, palette.ink) >= 4.5
    if palette.ground in covers.LIGHT:
        assert contrast(palette.ground, palette.accent) >= 4.5


@given(isbn=ISBNS, title=st.text(min_size=1, max_size=200), author=st.text(max_size=80))
def test_any_title_makes_a_well_formed_cover(isbn: str, title: str, author: str) -> None:
    clean = "".join(c for c in title if c.isprintable()) or "·"
    told = "".join(c for c in author if c.isprintable())
    drawn = etree.fromstring(str(covers.cover(isbn, clean, told)))
    assert drawn.get("viewBox") == "0 0 200 300"
    for text in drawn.iter("text"):
        assert float(text.get("font-size")) > 0


def test_a_book_keeps_its_cover_and_two_books_differ() -> None:
    one = covers.cover("9788437604947", "Cien años de soledad", "Gabriel García Márquez")
    assert one == covers.cover("9788437604947", "Cien años de soledad", "Gabriel García Márquez")
    assert one != covers.cover("9788417860790", "Cien años de soledad", "Gabriel García Márquez")


def test_every_composition_and_palette_is_used() -> None:
    seen = {
        (covers.digest(str(n)) % 6, covers.digest(str(n)) // 7 % 12)
        for n in range(9_788_400_000_000, 9_788_400_001_000)
    }
    assert len(seen) == 72


def test_markup_in_a_title_is_only_words() -> None:
    drawn = str(covers.cover("9788437604947", '<script>alert(1)</script> & "', "<b>"))
    assert "<script" not in drawn and "<b>" not in drawn
    etree.fromstring(drawn)


def test_a_cover_tells_its_title_or_hides_beside_it() -> None:
    assert 'role="img" aria-label="Nada, Carmen Laforet"' in covers.cover("1", "Nada", "Carmen Laforet")
    assert 'aria-hidden="true"' in covers.cover("1", "Nada", "Carmen Laforet", decorative=True)


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Cien años de soledad", ("Cien años", "de soledad")),
        ("Nada", ("Nada",)),
        ("Donaudampfschifffahrtsgesellschaft", ("Donaudampfschifff-", "ahrtsgesellschaft")),
    ],
)
def test_lines_are_balanced(title: str, lines: tuple[str, ...]) -> None:
    assert typesetting.fit(title, box=(164, 76), largest=31).lines == lines


@example(words=["mmmmmmmmmmmmmm"] * 12)
@given(words=st.lists(st.text("abcdefghijklmnñáé", min_size=1, max_size=14), min_size=1, max_size=12))
def test_what_is_set_fits_its_box(words: list[str]) -> None:
    set_title = typesetting.fit(" ".join(words), box=(150, 100), largest=40)
    assert max(typesetting.width(line) for line in set_title.lines) * set_title.size <= 150.5
    assert len(set_title.lines) * set_title.size * 1.06 <= 100.5
    assert "".join(set_title.lines).replace("-", "").replace(" ", "") == "".join(words)


@pytest.mark.parametrize(
    ("title", "letter"),
    [
        ("El infinito en un junco", "I"),
        ("L'Écume des jours", "E"),
        ("1984", "1"),
        ("La", "L"),
        ("…", "·"),
        ("Œuvres", "Œ"),
    ],
)
def test_the_letter_of_a_cover_skips_articles_and_marks(title: str, letter: str) -> None:
    assert covers.first_letter(title) == letter


def test_a_shelf_of_spines_never_runs_over() -> None:
    drawn = etree.fromstring(str(spines((str(n), "Un título cualquiera") for n in range(200))))
    ends = [float(path.get("d").split("M")[1].split()[0]) for path in drawn.iter("path")]
    assert 30 < len(ends) < 200 and max(ends) < 1136


def test_the_dial_keeps_distance_and_bearing() -> None:
    north = Point(MADRID.latitude + 0.009, MADRID.longitude)
    dial = maps.dial(MADRID, [(north, True, "Norte")])
    assert dial is not None
    spot, reach = dial.spots[0], dial.rings[-1].km
    assert spot.x == pytest.approx(150, abs=0.5)
    assert 150 - spot.y == pytest.approx(MADRID.kilometres_to(north) / reach * maps.DIAL_RADIUS, abs=0.5)


def test_discs_on_the_dial_do_not_cover_each_other() -> None:
    dial = maps.dial(MADRID, [(MADRID, True, str(number)) for number in range(9)])
    assert dial is not None
    spots = dial.spots
    for one in spots:
        for other in spots:
            assert one is other or (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= (2 * maps.DISC) ** 2


def test_far_bookshops_have_no_dial() -> None:
    assert maps.dial(MADRID, [(Point(41.39, 2.17), True, "Barcelona")]) is None
    assert maps.dial(MADRID, []) is None


@pytest.mark.parametrize(
    ("code", "point", "inside"),
    [
        ("es", MADRID, True),
        ("es", Point(28.1, -15.41), True),
        ("es", Point(35.29, -2.94), True),
        ("fr", Point(48.85, 2.35), True),
        ("fr", Point(41.92, 8.74), True),
        ("fr", Point(16.27, -61.5), False),
        ("es", Point(48.85, 2.35), False),
    ],
)
def test_places_lie_on_the_outline_of_their_country(code: str, point: Point, inside: bool) -> None:
    found = maps.on_country(code, point)
    assert (found is not None) is inside
    if found:
        country = maps.COUNTRIES[code]
        assert 0 <= found[0] <= country.width and 0 <= found[1] <= country.height


@pytest.mark.parametrize("code", ["es", "fr"])
def test_the_outline_is_small_and_names_its_source(code: str) -> None:
    file = Path(maps.__file__).parent / "static" / "map" / f"{code}.svg"
    drawn = etree.parse(file).getroot()
    country = maps.COUNTRIES[code]
    assert drawn.get("viewBox") == f"0 0 {country.width} {country.height}"
    assert file.stat().st_size < 20_000
    assert drawn.findtext("{*}desc", "").strip()


def test_widths_cover_the_letters_of_our_languages() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyzáéíóúüñçàèùâêîôûëïœæß¿¡«»’":
        assert typesetting.width(letter) != typesetting.UNKNOWN / 100, letter

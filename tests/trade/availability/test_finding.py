"""Finding with filters, facets and a place: honest counts, nearest first among equals, something where nothing is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.services import Endpoints
from tests.cast import NOW
from tests.conftest import House, Template, make_house
from tests.storefront.conftest import POMPIER, REED, SOLITUDE, STRANGER, send_stock
from trade.availability import finding
from trade.availability.finding import Choice, Filters, Found, find
from trade.base.coordinates import Point
from trade.base.tenancy import PUBLIC
from trade.catalogue.actions import add_books
from trade.catalogue.rules import NewBook

MADRID, BARCELONA = Point(40.4168, -3.7038), Point(41.3874, 2.1686)
LOST = 9788499089515


@pytest.fixture(scope="module")
def library(
    endpoints: Endpoints, templates: dict[str, Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Alba (Madrid) and Boreal (Barcelona) with some books whose subtitle says "fundamental"."""
    with make_house("es", endpoints, templates, tmp_path_factory.mktemp("library")) as house:
        books = [
            NewBook(SOLITUDE, "Cien años de soledad", ("Gabriel García Márquez",), subtitle="Fundamental",
                    price_cents=1495, language="es", subject="Novela"),
            NewBook(REED, "El infinito en un junco", ("Irene Vallejo",), subtitle="Fundamental",
                    price_cents=2495, language="es", subject="Ensayo"),
            NewBook(STRANGER, "L'Étranger", ("Albert Camus",), subtitle="Fundamental", price_cents=700, language="fr",
                    subject="Novela"),
            NewBook(POMPIER, "L’Écume des jours", ("Boris Vian",), subtitle="Fundamental", price_cents=990,
                    language="fr", subject="Novela"),
            NewBook(LOST, "El libro que nadie tiene", ("Nadie",), subtitle="Fundamental", language="es"),
        ]  # fmt: skip
        with house.session() as session:
            add_books(session, books=books, at=NOW, source="test")
        send_stock(house, "alba", {SOLITUDE: 2, REED: 1})
        send_stock(house, "boreal", {SOLITUDE: 1, STRANGER: 4})
        yield house


def found_in(house: House, words: str = "fundamental", **options: object) -> Found:
    with house.session(PUBLIC) as session:
        return find(session, words=words, at=NOW, **options)  # type: ignore[arg-type]


def isbns(found: Found) -> list[int]:
    return [book.isbn for book in found.books]


def choices(found: Found, key: str) -> dict[str, int | None]:
    return {choice.value: choice.books for facet in found.facets if facet.key == key for choice in facet.choices}


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (Filters(), {SOLITUDE, REED, STRANGER, POMPIER, LOST}),
        (Filters(languages=("fr",)), {STRANGER, POMPIER}),
        (Filters(languages=("fr", "es"), subjects=("Ensayo",)), {REED}),
        (Filters(price_from=990, price_to=1495), {SOLITUDE, POMPIER}),
        (Filters(available="now"), {SOLITUDE, REED, STRANGER}),
        (Filters(available="near"), {SOLITUDE, REED}),
        (Filters(available="near", kilometres=600), {SOLITUDE, REED, STRANGER}),
        (Filters(available="near", languages=("fr",)), set()),
        (Filters(forms=("ebook",)), set()),
    ],
)
def test_filters_leave_what_they_say(library: House, filters: Filters, wanted: set[int]) -> None:
    found = found_in(library, near=MADRID, filters=filters)
    assert (set(isbns(found)), found.total, found.total_is_exact) == (wanted, len(wanted), True)


def test_facets_count_what_a_click_would_leave(library: House) -> None:
    found = found_in(library, near=MADRID)
    assert choices(found, "language") == {"es": 3, "fr": 2}
    assert choices(found, "subject") == {"Novela": 3, "Ensayo": 1}
    assert choices(found, "price") == {"0-999": 2, "1000-1999": 1, "2000-2999": 1}
    assert choices(found, "available") == {"now": 3, "near": 2}
    for key, name in (("language", "languages"), ("subject", "subjects")):
        for value, number in choices(found, key).items():
            assert found_in(library, filters=Filters(**{name: (value,)})).total == number  # type: ignore[arg-type]
    for value, number in choices(found, "available").items():
        assert found_in(library, near=MADRID, filters=Filters(available=value)).total == number


def test_a_chosen_value_stays_and_its_neighbours_keep_their_counts(library: House) -> None:
    found = found_in(library, filters=Filters(languages=("fr", "ca"), price_from=0, price_to=800))
    languages = next(facet.choices for facet in found.facets if facet.key == "language")
    assert set(languages) == {Choice("fr", "fr", 1, True), Choice("ca", "ca", 0, True)}
    prices = next(facet.choices for facet in found.facets if facet.key == "price")
    assert [choice for choice in prices if choice.chosen] == [Choice("0-800", "0-800", 1, True)]
    assert choices(found, "price")["0-999"] == 2


@pytest.mark.parametrize(("near", "first"), [(MADRID, REED), (BARCELONA, STRANGER)])
def test_of_equal_books_those_near_come_first(library: House, near: Point, first: int) -> None:
    assert first in isbns(found_in(library, near=near))[:2]
    assert isbns(found_in(library, near=near, limit=2)) == isbns(found_in(library, near=near))[:2]
    assert isbns(found_in(library, near=near, limit=2, offset=2)) == isbns(found_in(library, near=near))[2:4]


def test_the_exact_title_comes_first_though_nobody_has_it(library: House) -> None:
    assert isbns(found_in(library, "el libro que nadie tiene", near=MADRID))[0] == LOST


def test_each_book_tells_its_nearest_bookshop(library: House) -> None:
    found = found_in(library, "soledad", near=BARCELONA)
    assert found.nearest[SOLITUDE].offer.slug == "boreal"
    assert found.nearest[SOLITUDE].bookshops == 2
    assert LOST not in found_in(library).nearest


def test_of_more_than_are_looked_at_the_total_is_not_exact(library: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 3)
    found = found_in(library, filters=Filters(available="now"))
    assert (found.total_is_exact, found.total <= 3) == (False, True)
    assert choices(found, "available") == {"now": None}


def test_availability_is_not_counted_beyond_the_page(library: House) -> None:
    assert choices(found_in(library, limit=2), "available") == {"now": None}


def test_nothing_found_shows_what_comes_nearest(library: House) -> None:
    found = found_in(library, "soledad vallejo zzzz", near=MADRID)
    assert (found.total, found.books, found.facets) == (0, [], [])
    found = found_in(library, "soledad zzzzzzz", near=MADRID)
    assert [book.isbn for book in found.instead] == [SOLITUDE]
    assert found.nearest[SOLITUDE].offer.slug == "alba"
    assert found_in(library, "zzzzzzz", near=MADRID).instead == []


@pytest.mark.parametrize("words", ["", "  ", "%", "\x00", "a" * 3000, "9788499089510", "😀"])
def test_strange_words_are_harmless(library: House, words: str) -> None:
    assert found_in(library, words, near=MADRID, filters=Filters(available="near")).total == 0


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-5, -5), (10**9, 0), (20, 10**12)])
def test_pages_that_cannot_be_are_bounded(library: House, limit: int, offset: int) -> None:
    assert len(found_in(library, limit=limit, offset=offset).books) <= 100

"""Search: any writing, accents ignored, typing errors forgiven, honest totals, best first (F01, issue 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from tests.conftest import House
from trade.base.errors import NotFound, Refused
from trade.catalogue import actions, queries
from trade.catalogue.engines.keeping import read_books
from trade.catalogue.models import Author, Book, BookPrice
from trade.catalogue.rules import NewBook, typing_errors

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SOLEDAD, COLERA, LANDAZ, CASA, CASAS, PERFUME = (
    9788437604947,
    9788439704164,
    9788401242281,
    9788401341915,
    9788437604183,
    9788432216480,
)
BOOKS = [
    NewBook(SOLEDAD, "Cien años de soledad", ("García Márquez, Gabriel",), price_cents=1495, language="es"),
    NewBook(COLERA, "El amor en los tiempos del cólera", ("Gabriel García Márquez",), price_cents=1295),
    NewBook(LANDAZ, "Danza de la realidad, La", ("Alejandro Jodorowsky",), price_cents=1895),
    NewBook(CASA, "La casa de los espíritus", ("Isabel Allende",), price_cents=1095),
    NewBook(CASAS, "Casas muertas", ("Miguel Otero Silva",), price_cents=995),
    NewBook(PERFUME, "El perfume: Historia de un asesino", ("Patrick Süskind", "Patrick Süskind"), price_cents=1050),
]


@pytest.fixture(scope="module")
def library(shared_house: House) -> House:
    """A house with six more books."""
    with shared_house.session() as session:
        assert actions.add_books(session, books=BOOKS, at=NOW, source="test") == 6
    return shared_house


def titles(house: House, words: str, **options: object) -> list[str]:
    with house.session() as session:
        return [book.title for book in queries.search(session, words=words, **options).books]  # type: ignore[arg-type]


@pytest.mark.seed("F01")
@pytest.mark.parametrize(
    "words",
    [
        "Cien años de soledad",
        "CIEN ANOS DE SOLEDAD",
        "soledad cien",
        "soledad garcía",
        "García Márquez, Gabriel cien",
        "gabriel garcia marquez soled",
        "978-84-376-0494-7",
        "9788437604947",
        "ISBN 84-376-0494-X",
        "  Soledad!  ",
    ],
)
def test_a_book_is_found_by_any_writing(library: House, words: str) -> None:
    assert titles(library, words)[0] == "Cien años de soledad"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("la danza de la realidad", "La Danza de la realidad"),
        ("danza realidad", "La Danza de la realidad"),
        ("casa", "La casa de los espíritus"),
        ("casas", "Casas muertas"),
        ("suskind", "El perfume: Historia de un asesino"),
        ("colera", "El amor en los tiempos del cólera"),
    ],
)
def test_best_first(library: House, words: str, first: str) -> None:
    assert titles(library, words)[0] == first


@pytest.mark.parametrize(
    ("typed", "corrected", "first"),
    [
        ("cien anos de soledda", "cien anos de soledad", "Cien años de soledad"),
        ("gabirel garcia marqez cien", "gabriel garcia marquez cien", "Cien años de soledad"),
        ("sien años soledad", "cien anos soledad", "Cien años de soledad"),
        ("jodorowski danza", "jodorowsky danza", "La Danza de la realidad"),
        ("perfum asesinno", "perfume asesino", "El perfume: Historia de un asesino"),
        ("casa espiritos", "casa espiritus", "La casa de los espíritus"),
    ],
)
def test_typing_errors_are_forgiven_and_said(library: House, typed: str, corrected: str, first: str) -> None:
    with library.session() as session:
        found = queries.search(session, words=typed)
        assert (found.books[0].title, found.corrected) == (first, corrected)
        assert queries.search(session, words=typed, exact=True).total == 0, "the way back"


def test_the_known_word_is_kept_and_the_reading_with_most_books_wins(house: House) -> None:
    books = [
        NewBook(9788478884452, "Harry Potter y la piedra filosofal"),
        NewBook(9788478884957, "Harry Potter y la cámara secreta"),
        NewBook(9788467905649, "Barry Peter"),
        NewBook(9788420674209, "Peter Pan"),
        NewBook(9788420674216, "Peter Camenzind"),
        NewBook(9788420674223, "Peter Schlemihl"),
    ]
    with house.session() as session:
        actions.add_books(session, books=books, at=NOW, source="test")
    with house.session() as session:
        found = queries.search(session, words="harry poter")
        assert (found.corrected, found.total) == ("harry potter", 2)
        assert queries.search(session, words="barry potter").corrected == "harry potter", "a slip that is a word"


def test_what_is_right_is_not_corrected(library: House) -> None:
    with library.session() as session:
        assert queries.search(session, words="casa").corrected == ""


def test_totals_are_honest_and_pages_do_not_overlap(library: House) -> None:
    with library.session() as session:
        total = queries.search(session, words="garcia marquez").total
        pages = [queries.search(session, words="garcia marquez", limit=1, offset=n) for n in range(total + 1)]
        assert total == 2
        assert [page.total for page in pages] == [2] * 3
        assert len({book.isbn for page in pages for book in page.books}) == 2
        assert pages[-1].books == []


@pytest.mark.parametrize("words", ["", "   ", "!!", "xyzzyx quux", "9788437604180", "%", "_", "a%b", "' OR 1=1 --"])
def test_nothing_is_found_where_there_is_nothing(library: House, words: str) -> None:
    with library.session() as session:
        found = queries.search(session, words=words)
        assert (found.total, found.books) == (0, [])


def test_long_and_strange_searches_are_harmless(library: House) -> None:
    for words in ("a" * 5_000, "cien " * 500, "\x00soledad", "😀", "٩٧٨", "\\%_"):
        with library.session() as session:
            queries.search(session, words=words)


@pytest.mark.parametrize(
    ("typed", "meant", "errors"),
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("ab", "abc", 1), ("abcd", "abxd", 1), ("", "abc", 3)],
)
def test_typing_errors_are_counted(typed: str, meant: str, errors: int) -> None:
    assert typing_errors(typed, meant) == typing_errors(meant, typed) == errors


# --- putting books in ---


def test_books_are_set_upright_and_each_author_named_once(library: House) -> None:
    with library.session() as session:
        book = queries.book(session, isbn=PERFUME)
        assert [author.name for author in book.authors] == ["Patrick Süskind"]
        assert queries.book(session, isbn=SOLEDAD).authors[0].name == "Gabriel García Márquez"
        assert queries.book(session, isbn=LANDAZ).title == "La Danza de la realidad"


def test_adding_the_same_books_again_changes_nothing(house: House) -> None:
    def everything() -> tuple[object, ...]:
        with house.session() as session:
            words = sorted(read_books(session, session.scalars(select(Book.isbn))), key=lambda entry: entry.isbn)
            rows = [session.scalar(select(func.count()).select_from(model)) for model in (Book, Author, BookPrice)]
            return (*rows, words)

    seen = []
    for _ in range(2):
        with house.session() as session:
            actions.add_books(session, books=BOOKS, at=NOW, source="test")
        seen.append(everything())
    assert seen[0] == seen[1]


def test_a_changed_title_is_found_by_its_new_words_only(house: House) -> None:
    for title in ("Primera versión", "Segunda versión"):
        with house.session() as session:
            actions.add_books(session, books=[NewBook(CASAS, title)], at=NOW, source="test")
    with house.session() as session:
        assert queries.search(session, words="primera").total == 0
        assert queries.search(session, words="segunda").total == 1
        assert queries.search(session, words="version").total == 1


def test_prices_keep_their_history(house: House) -> None:
    with house.session() as session:
        actions.add_books(session, books=BOOKS, at=NOW, source="test")
        actions.set_price(session, isbn=CASA, cents=1195, at=NOW)
        actions.set_price(session, isbn=CASA, cents=1195, at=NOW)
        prices = session.scalars(select(BookPrice.cents).where(BookPrice.isbn == CASA).order_by(BookPrice.id)).all()
        assert prices == [1095, 1195]
        assert queries.book(session, isbn=CASA).price_cents == 1195


def test_what_cannot_be_is_refused(house: House) -> None:
    with house.session() as session:
        with pytest.raises(Refused, match="no category"):
            actions.add_books(session, books=[NewBook(CASA, "X", category="nothing")], at=NOW, source="test")
        with pytest.raises(NotFound):
            actions.set_price(session, isbn=1, cents=100, at=NOW)
        with pytest.raises(Refused, match="more than zero"):
            actions.set_price(session, isbn=SOLEDAD, cents=0, at=NOW)


def test_categories_come_in_order(house: House) -> None:
    with house.session() as session:
        actions.ensure_categories(session)
        keys = [category.key for category in queries.categories(session)]
    assert keys == ["fixed_price", "textbook", "imported", "non_book"]

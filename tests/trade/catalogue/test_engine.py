"""What the index answers: keys, order, counts, corrections, suggestions. No database."""

from __future__ import annotations

import pytest

from trade.catalogue.engines import Ask, Entry, Narrowed, Word
from trade.catalogue.engines.analysis import exact_keys, joined, name_keys, series_keys, telling, title_keys, typed_key
from trade.catalogue.engines.tantivy import BROAD, TantivyIndex, weight
from trade.catalogue.queries.meaning import meant
from trade.catalogue.queries.searching import answer

SOLITUDE, PAULA, HOUSE, SEA, BLEACH, COLLECTION, KING = range(9788400000001, 9788400000008)
BOOKS = [
    Entry(SOLITUDE, "Cien años de soledad", authors=("Gabriel García Márquez",), publisher="Cátedra", language="es",
          form="paperback", price_cents=1495, popularity=40, subject="Novela"),
    Entry(PAULA, "Paula", authors=("Isabel Allende",), language="es", form="ebook", price_cents=995, popularity=2),
    Entry(HOUSE, "La casa de los espíritus", authors=("Isabel Allende",), language="es", form="paperback",
          price_cents=1999, popularity=9),
    Entry(SEA, "La mer: histoire d'une passion", authors=("Antoine de Saint-Exupéry",), language="fr",
          price_cents=2000, popularity=1),
    Entry(BLEACH, "Bleach Volume 12", authors=("Tite Kubo",), language="en", popularity=5),
    Entry(COLLECTION, "Col·lecció particular", authors=("Quim Monzó",), language="ca", collection="Balancí 7"),
    Entry(KING, "Stephen King: una vida", authors=("Lisa Rogak",), language="es", popularity=300),
]  # fmt: skip


@pytest.fixture(scope="module")
def index() -> TantivyIndex:
    made = TantivyIndex()
    with made.writing(bulk=False) as writer:
        writer.replace((), BOOKS)
        writer.add_names("author", [("Isabel Allende", 11), ("Gabriel García Márquez", 40), ("Tite Kubo", 5)])
        writer.add_names("author", [("Isabel Allende", 11)])
        writer.add_names("publisher", [("Cátedra", 40)])
    return made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Cien años de soledad", ("cien", "anos", "soledad")),
        ("Os libros arden mal", ("libros", "arden", "mal")),
        ("De la", ("de", "la")),
        ("Fables Vol. 04", ("fables", "vol", "4")),
        ("000", ("0",)),
        ("", ()),
    ],
)
def test_words_that_tell(text: str, told: tuple[str, ...]) -> None:
    assert telling(text) == told


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("Saint-Exupéry", ["saintexupery"]),
        ("Jun'ichirō", ["junichiro"]),
        ("L’Étranger", ["letranger"]),
        ("J.K. Rowling", ["jk"]),
        ("Rowling", []),
    ],
)
def test_what_is_joined_is_one_word_too(text: str, one: list[str]) -> None:
    assert joined(text) == one


def test_keys_of_titles_and_names() -> None:
    assert title_keys("El perfume: Historia de un asesino") == ["perfume", "perfume historia asesino"]
    assert exact_keys("El perfume: Historia") == ["=el perfume", "=el perfume historia"]
    assert name_keys("Gabriel García Márquez") == ["=gabriel garcia marquez", "gabriel garcia marquez",
                                                   "garcia marquez", "marquez"]  # fmt: skip
    assert typed_key("La casa") == "casa" and typed_key("La ") == "la"


@pytest.mark.parametrize(
    ("title", "collection", "keys"),
    [
        ("Encuentro en el Ártico (Artemis Fowl #2)", "", {"#artemis fowl 2", "#artemis 2"}),
        ("Bleach Volume 12", "", {"#bleach 12"}),
        ("Death Note Vol. 05: Whiteout", "", {"#death note 5", "#death 5"}),
        ("El adivino", "Astérix 19", {"#asterix 19"}),
        ("Wyrd Sisters (Discworld #6; Witches #2)", "", {"#discworld 6", "#witches 2"}),
        ("Fahrenheit 451", "", set()),
        ("1984", "Letras", set()),
    ],
)
def test_series_are_known_by_their_number(title: str, collection: str, keys: set[str]) -> None:
    assert set(series_keys(title, collection)) == keys


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("soledad cien", SOLITUDE),
        ("garcía márquez, gabriel", SOLITUDE),
        ("catedra soledad", SOLITUDE),
        ("novela", SOLITUDE),
        ("mer saint exupery", SEA),
        ("saintexupery", SEA),
        ("Allende", HOUSE),
        ("bleach 12", BLEACH),
        ("bleach 012", BLEACH),
        ("coleccio particular", COLLECTION),
        ("col.leccio", COLLECTION),
        ("balanci 7", COLLECTION),
        ("9788400000", KING),
        ("978-84-00000", KING),
        ("espir", HOUSE),
        ("allende casas", HOUSE),
    ],
)
def test_the_first_answer(index: TantivyIndex, typed: str, first: int) -> None:
    assert answer(index, words=typed).hits.isbns[:1] == [first]


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("soledda", "soledad"),
        ("gabreil garcia marqez", "gabriel garcia marquez"),
        ("cienanos soledad", "cien anos soledad"),
        ("esp iritus", "espiritus"),
        ("cien anos de solefad", "cien anos de soledad"),
        ("isabel allennde pau", "isabel allende pau"),
        ("cien anos soledad garsya", "cien anos soledad garcia"),
    ],
)
def test_what_was_meant(index: TantivyIndex, typed: str, corrected: str) -> None:
    assert answer(index, words=typed).corrected == corrected
    assert answer(index, words=typed, exact=True).hits.total == 0


@pytest.mark.parametrize("typed", ["xyz", "qqqqqqqq", "pauxx", "zzz cien", "cien soledad garsya"])
def test_nothing_is_made_up(index: TantivyIndex, typed: str) -> None:
    assert meant(index, typed.split()) == []


def test_books_by_somebody_come_before_one_called_after_him() -> None:
    made = TantivyIndex()
    with made.writing(bulk=False) as writer:
        life = Entry(KING, "Gabriel García Márquez", authors=("Lisa Rogak",), popularity=40)
        emma = (Entry(PAULA, "Emma", authors=("Jane Austen",)), Entry(BLEACH, "Velos", authors=("Emma",)))
        writer.replace((), [BOOKS[0], life, *emma])
    assert answer(made, words="gabriel garcia marquez").hits.isbns == [SOLITUDE, KING]
    assert answer(made, words="gabriel garsia marquez").hits.isbns == [SOLITUDE, KING]
    assert answer(made, words="emma").hits.isbns == [PAULA, BLEACH], "a name of one word is rather a title"


def test_the_last_word_counts_as_it_stands_where_many_books_hold_it() -> None:
    made = TantivyIndex()
    with made.writing(bulk=False) as writer:
        writer.replace((), (Entry(number, f"Mar {number}") for number in range(1, 22)))
        writer.replace((), [Entry(99, "Marea alta", popularity=900)])
    assert answer(made, words="mar", limit=100).hits.total == 21
    assert answer(made, words="mare").hits.isbns == [99]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        (Narrowed(), {SOLITUDE, PAULA, HOUSE}),
        (Narrowed(forms=("ebook",)), {PAULA}),
        (Narrowed(forms=("ebook", "paperback")), {SOLITUDE, PAULA, HOUSE}),
        (Narrowed(languages=("fr",)), set()),
        (Narrowed(price_from=995, price_to=1495), {SOLITUDE, PAULA}),
        (Narrowed(price_from=996), {SOLITUDE, HOUSE}),
        (Narrowed(price_to=1998), {SOLITUDE, PAULA}),
        (Narrowed(subjects=("Novela",)), {SOLITUDE}),
    ],
)
def test_hits_are_narrowed(index: TantivyIndex, narrowed: Narrowed, found: set[int]) -> None:
    wanted = Ask(isbns=(SOLITUDE, HOUSE), narrowed=narrowed)
    hits = index.hits(wanted, limit=10, offset=0)
    assert (set(hits.isbns), hits.total, index.count(wanted)) == (found, len(found), len(found))


def test_facets_count_what_was_found(index: TantivyIndex) -> None:
    assert index.facets(Ask(isbns=(SOLITUDE, KING)), prices=[(0, 999), (1000, 1999), (2000, None)]) == {
        "language": {"es": 4, "ca": 1, "en": 1, "fr": 1},
        "subject": {"Novela": 1},
        "form": {"paperback": 2, "ebook": 1},
        "price": {"0-999": 1, "1000-1999": 2, "2000-": 1},
    }


def test_a_broad_search_shows_popular_books_first_and_every_book_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trade.catalogue.engines.tantivy.BROAD", 10)
    assert BROAD == 20_000
    made = TantivyIndex()
    with made.writing(bulk=False) as writer:
        writer.replace((), (Entry(number, f"Historia {number}", popularity=number % 20) for number in range(1, 200)))
        writer.replace((), [Entry(500, "Historia")])
    pages = [made.hits(Ask((Word("historia"),)), limit=30, offset=start) for start in range(0, 210, 30)]
    every = [isbn for page in pages for isbn in page.isbns]
    assert {page.total for page in pages} == {200}
    assert sorted(every) == sorted({*range(1, 200), 500})
    assert every[0] == 500, "the exact title, held by nobody"
    assert all(isbn % 20 >= 8 for isbn in every[1:100])


def test_what_is_written_again_replaces_what_was() -> None:
    made = TantivyIndex()
    for title in ("Primera", "Segunda"):
        with made.writing(bulk=False) as writer:
            writer.replace([1], [Entry(1, title)])
    assert [made.count(Ask((Word(word),))) for word in ("primera", "segunda")] == [0, 1]
    with made.writing(bulk=False) as writer:
        writer.replace([1], [])
    assert made.count(Ask((Word("segunda"),))) == 0


def test_an_error_while_writing_leaves_everything_as_it_was() -> None:
    made = TantivyIndex()
    with pytest.raises(RuntimeError), made.writing(bulk=False) as writer:
        writer.replace((), BOOKS)
        raise RuntimeError
    assert made.count(Ask((Word("soledad"),))) == 0


def test_popularity_is_a_factor_between_one_and_three() -> None:
    assert weight(0) == 0
    assert [weight(number) < weight(number + 1) < 6 for number in (0, 5, 1_000, 1_500)] == [True] * 4


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("ci", ["Cien años de soledad"]),
        ("gar", ["Gabriel García Márquez"]),
        ("garcía m", ["Gabriel García Márquez"]),
        ("marquez gab", []),
        ("garcia marquez gab", ["Gabriel García Márquez"]),
        ("la casa", ["La casa de los espíritus"]),
        ("casa de los espi", ["La casa de los espíritus"]),
        ("casa de los x", []),
        ("isa", ["Isabel Allende"]),
        ("cat", ["Cátedra"]),
        ("col·lec", ["Col·lecció particular"]),
        ("", []),
        ("???", []),
    ],
)
def test_suggestions(index: TantivyIndex, typed: str, texts: list[str]) -> None:
    assert [found.text for found in index.suggest(typed, limit=5)] == texts


def test_suggestions_tell_what_they_are(index: TantivyIndex) -> None:
    (title,) = index.suggest("cien", limit=5)
    assert (title.kind, title.by, title.isbn) == ("title", "Gabriel García Márquez", SOLITUDE)
    assert [(found.kind, found.isbn) for found in index.suggest("tite", limit=5)] == [("author", 0)]

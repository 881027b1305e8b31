"""How titles and names are compared, sorted and set upright."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.catalogue.rules import estimated_weight, fold, sort_key, upright_name, upright_title, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Cien Años de Soledad", "cien anos de soledad"),
        ("GARCÍA MÁRQUEZ, Gabriel", "garcia marquez gabriel"),
        ("L'Œuvre  au Noir", "l oeuvre au noir"),
        ("¿Quién te lo ha contado?", "quien te lo ha contado"),
        ("Straße, Åsne, Łódź, þorn", "strasse asne lodz thorn"),
        ("Cafe\u0301", "cafe"),
        ("جبران", "جبران"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=80))
def test_fold_is_done_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip() and "  " not in once


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("La casa de los espíritus", ["casa", "de", "espiritus"]),
        ("García Márquez, Gabriel", ["garcia", "marquez", "gabriel"]),
        ("La", ["la"]),
        ("", []),
    ],
)
def test_words_of_a_search_leave_articles_out(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("title", "key"),
    [("El túnel", "tunel"), ("L'Étranger", "etranger"), ("The Prophet", "prophet"), ("La", "la"), ("1984", "1984")],
)
def test_sort_key_leaves_the_article_out(title: str, key: str) -> None:
    assert sort_key(title) == key


@pytest.mark.parametrize(
    ("written", "upright"),
    [
        ("DANZA DE LA REALIDAD, LA", "LA DANZA DE LA REALIDAD"),
        ("Amant, L'", "L'Amant"),
        ("[Le ]Petit Prince", "Le Petit Prince"),
        ("[L']Étranger", "L'Étranger"),
        ("Hola, mundo", "Hola, mundo"),
        ("La caída", "La caída"),
        ("  dos   palabras ", "dos palabras"),
    ],
)
def test_titles_are_set_upright(written: str, upright: str) -> None:
    assert upright_title(written) == upright


@pytest.mark.parametrize(
    ("written", "upright"),
    [
        ("García Márquez, Gabriel", "Gabriel García Márquez"),
        ("Gabriel García Márquez", "Gabriel García Márquez"),
        ("King, Martin Luther, Jr.", "King, Martin Luther, Jr."),
        ("Voltaire", "Voltaire"),
    ],
)
def test_names_are_set_upright(written: str, upright: str) -> None:
    assert upright_name(written) == upright


@pytest.mark.parametrize(("pages", "grams"), [(0, 181), (100, 268), (384, 515)])
def test_weights_are_estimated_from_pages(pages: int, grams: int) -> None:
    assert estimated_weight(pages) == grams

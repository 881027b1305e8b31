"""Decisions about books: values in, values out."""

from trade.catalogue.rules.books import LANGUAGES_OF, NewBook, category_for, estimated_weight, set_upright
from trade.catalogue.rules.numbers import check_digit, hyphenated, isbn13, isbn_in
from trade.catalogue.rules.words import (
    ARTICLES,
    corrections,
    fold,
    forgiven,
    search_key,
    sort_key,
    typing_errors,
    upright_name,
    upright_title,
    words_of,
)

__all__ = [
    "ARTICLES",
    "LANGUAGES_OF",
    "NewBook",
    "category_for",
    "check_digit",
    "corrections",
    "estimated_weight",
    "fold",
    "forgiven",
    "hyphenated",
    "isbn13",
    "isbn_in",
    "search_key",
    "set_upright",
    "sort_key",
    "typing_errors",
    "upright_name",
    "upright_title",
    "words_of",
]

"""Reading the catalogue: finding books, and books by what they are."""

from trade.catalogue.queries.books import book, books, by_author, categories, count, isbns, newest, whole_book
from trade.catalogue.queries.invariants import invariants
from trade.catalogue.queries.searching import (
    DEEPEST,
    LARGEST_PAGE,
    LONGEST_SEARCH,
    Found,
    Searched,
    Suggestion,
    nearly,
    search,
    searched,
    suggest,
)

__all__ = [
    "DEEPEST",
    "LARGEST_PAGE",
    "LONGEST_SEARCH",
    "Found",
    "Searched",
    "Suggestion",
    "book",
    "books",
    "by_author",
    "categories",
    "count",
    "invariants",
    "isbns",
    "nearly",
    "newest",
    "search",
    "searched",
    "suggest",
    "whole_book",
]

"""A new book as whoever adds it tells it, its category and its weight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


def estimated_weight(pages: int) -> int:
    """Grams guessed from pages (181 + 0.87 a page, median error 92 g): always shown as an estimate."""
    return 181 + (87 * pages + 50) // 100


LANGUAGES_OF = {"ES": frozenset({"es", "ca", "gl", "eu"}), "FR": frozenset({"fr", "oc", "br", "co"})}
PREFIXES_OF = {"ES": ("97884", "97913"), "FR": ("9782", "97910")}
"""How ISBNs of the country's own publishers begin."""


def category_for(*, language: str, country: str) -> str:
    """The category that a book's language tells (A14): in another language it is imported, else of fixed price.

    Textbooks and things that are no books cannot be told from bare data; a feed or staff say so.
    """
    return "fixed_price" if language in LANGUAGES_OF[country] else "imported"


def category_of(
    *,
    isbn: int,
    language: str,
    not_a_book: bool,
    schoolbook: bool | None,
    free_price: bool,
    in_print: bool,
    country: str,
) -> str:
    """The price category (A14): what is no book, then textbooks, then imported books, else fixed price.

    Where the language is not known, the ISBN tells whether its publisher is of the country. In Spain textbooks have a
    free price, and so have out-of-print books, old ones and those for bibliophiles (Ley 10/2007, articles 10 and 11):
    a free price makes a textbook only where nobody says whether it is one (``schoolbook``: None), of a book in print
    in a language of the country.
    """
    if not_a_book:
        return "non_book"
    if schoolbook:
        return "textbook"
    ours = str(isbn).startswith(PREFIXES_OF[country]) if not language else language in LANGUAGES_OF[country]
    if not ours:
        return "imported"
    is_textbook = free_price and in_print and schoolbook is None and country == "ES"
    return "textbook" if is_textbook else "fixed_price"


@dataclass(frozen=True, slots=True)
class NewBook:
    """What a catalogue feed says of one book; the price holds VAT. ``forthcoming_on``: the day it is published."""

    isbn: int
    title: str
    authors: tuple[str, ...] = ()
    subtitle: str = ""
    publisher: str = ""
    year: int | None = None
    language: str = ""
    pages: int | None = None
    weight_grams: int | None = None
    weight_is_estimate: bool = False
    subject: str = ""
    collection: str = ""
    category: str = "fixed_price"
    price_cents: int | None = None
    price_is_sample: bool = False
    forthcoming_on: date | None = None

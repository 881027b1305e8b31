"""A new book as whoever adds it tells it, its category and its weight."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trade.catalogue.rules.words import upright_name, upright_title


def estimated_weight(pages: int) -> int:
    """Grams guessed from pages (181 + 0.87 a page, median error 92 g): always shown as an estimate."""
    return 181 + (87 * pages + 50) // 100


LANGUAGES_OF = {"ES": frozenset({"es", "ca", "gl", "eu"}), "FR": frozenset({"fr", "oc", "br", "co"})}


def category_for(*, language: str, country: str) -> str:
    """The category that a book's data tell (A14): in another language it is imported, else of fixed price.

    Textbooks and things that are no books cannot be told from bare data; staff say so.
    """
    return "fixed_price" if language in LANGUAGES_OF[country] else "imported"


@dataclass(frozen=True, slots=True)
class NewBook:
    """What a catalogue feed says of one book; the price holds VAT."""

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


def set_upright(book: NewBook) -> NewBook:
    """The book with its title and names as they are spoken, each author once."""
    authors = tuple(dict.fromkeys(upright_name(name) for name in book.authors if name.strip()))
    return replace(book, title=upright_title(book.title), subtitle=" ".join(book.subtitle.split()), authors=authors)

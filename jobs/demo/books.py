"""The sample catalogue: real books; price, weight and category are samples (marked as such)."""

from __future__ import annotations

from config.seeding import sample_books
from jobs.demo.chance import number, one_of
from trade.catalogue.rules import NewBook, category_for, check_digit, estimated_weight

ENDINGS = (90, 95, 50, 0)
TEXTBOOK_EVERY = 40
REGISTRATION_GROUP = {"ES": "97884", "FR": "97827"}


def books(country: str) -> list[NewBook]:
    """Every sample book as a catalogue feed of that country would tell it."""
    return [_book(row, country) for row in sample_books()]


def _book(row: dict[str, str], country: str) -> NewBook:
    isbn, pages = int(row["isbn"]), int(row["pages"] or 0)
    return NewBook(
        isbn=isbn,
        title=row["title"],
        authors=tuple(row["authors"].split(" | ")),
        publisher=row["publisher"],
        year=int(row["year"]),
        language=row["language"],
        pages=pages or None,
        weight_grams=estimated_weight(pages) if pages else None,
        weight_is_estimate=True,
        category=_category(isbn, row["language"], country),
        price_cents=_price(isbn, pages),
        price_is_sample=True,
    )


def _category(isbn: int, language: str, country: str) -> str:
    told = category_for(language=language, country=country)
    is_textbook = told == "fixed_price" and number(f"textbook:{isbn}", TEXTBOOK_EVERY) == 0
    return "textbook" if is_textbook else told


def _price(isbn: int, pages: int) -> int:
    """Cents: longer books cost more, up to some 45 EUR."""
    euros = min(6 + pages // 45 + number(f"price:{isbn}", 4), 45)
    return euros * 100 + one_of(f"cents:{isbn}", ENDINGS)


def unknown_isbn(purpose: str, country: str) -> int:
    """An ISBN of the country that the catalogue does not know."""
    twelve = f"{REGISTRATION_GROUP[country]}{number(purpose, 10_000_000):07}"
    return int(f"{twelve}{check_digit(twelve)}")

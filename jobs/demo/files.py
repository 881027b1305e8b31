"""The sample bookshops' stock files, as their software would write them: catalogue titles and 5 % unknown ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from jobs.demo.books import unknown_isbn
from jobs.demo.chance import number
from trade.base.money import net_of
from trade.catalogue.rules import NewBook, hyphenated

PER_CENT = 100
UNKNOWN_SHARE = 5
OWN_LANGUAGE_BONUS = 35
OFF = (80, 88, 91, 110, 115, 125)
"""Prices that are off, in per cent of the network's."""
SOLD_A_DAY = 50
"""One title in so many differs from one day to the next: 2 %."""


@dataclass(frozen=True)
class Item:
    """One line of a sample file: copies, and the bookshop's price with VAT in cents."""

    isbn: int
    copies: int
    cents: int


@dataclass(frozen=True)
class SampleFile:
    """A stock file ready to be sent."""

    format: str
    name: str
    data: bytes


def stock_file(slug: str, books: Sequence[NewBook], *, country: str, day: date, vat_rate: int) -> SampleFile:
    """The stock of one bookshop on one day; from day to day 2 % of it changes."""
    items = _items(slug, books, country, day)
    code = number(f"{slug}:code", 10_000)
    if number(f"{slug}:format", 3) == 0:
        return SampleFile("model_csv", f"{slug}.csv", _model_csv(items))
    if country == "FR":
        return SampleFile("art_asc", f"{code:04}_ART.asc", _art_asc(items, code, day))
    return SampleFile("cegald", f"CEGALD-{code:04}.TXT", _cegald(items, slug, code, day, vat_rate))


def broken_off(file: SampleFile) -> SampleFile:
    """The file as if its export had stopped half-way: the network holds it."""
    lines = file.data.split(b"\r\n")
    return replace(file, data=b"\r\n".join([*lines[: len(lines) // 2], b""]))


def _items(slug: str, books: Sequence[NewBook], country: str, day: date) -> list[Item]:
    share = 20 + number(f"{slug}:share", 35)
    items = [item for book in books if (item := _item(slug, book, share, day))]
    unknown = [
        Item(unknown_isbn(f"{slug}:{place}", country), 1 + place % 3, 1_000 + 50 * place)
        for place in range(len(items) * UNKNOWN_SHARE // PER_CENT)
    ]
    return items + unknown


def _item(slug: str, book: NewBook, share: int, day: date) -> Item | None:
    """The line of a book, if the bookshop has it that day."""
    chance = number(f"{slug}:{book.isbn}", 2**60)
    chance, of_having = divmod(chance, PER_CENT)
    if of_having >= share + (0 if book.category == "imported" else OWN_LANGUAGE_BONUS):
        return None
    chance, copies = divmod(chance, 4)
    today = number(f"{slug}:{book.isbn}:{day}", 3 * SOLD_A_DAY)
    copies = 1 + copies if today >= 3 else today
    return Item(book.isbn, copies, _price(book.price_cents or 0, chance % 300)) if copies else None


def _price(cents: int, chance: int) -> int:
    """Mostly the network's price; one title in thirty is off, one in a hundred has none."""
    if chance < 3:
        return 0
    return cents * OFF[chance % len(OFF)] // PER_CENT if chance < 13 else cents


def _lines(first: Sequence[str], items: Sequence[Item], write: Callable[[Item], str]) -> bytes:
    return "".join(f"{line}\r\n" for line in [*first, *map(write, items)]).encode("cp1252")


def _cegald(items: Sequence[Item], slug: str, code: int, day: date, vat_rate: int) -> bytes:
    sender = f"L{9_990_000 + code:07}"
    address = f"{slug}@mostrador.example"[:50].ljust(50)
    first = (
        f"INCEGALD02{sender}LIB00022{len(items):05}".ljust(75) + "FANDE",
        f"I{address}{'sinli@red.example':<50}CEGALD02".ljust(117),
        f"C{slug[:40]:<40}{day:%Y%m%d}EUR",
    )
    return _lines(
        first, items, lambda item: f"D{hyphenated(item.isbn):<17}{item.copies:06}{net_of(item.cents, vat_rate):010}"
    )


def _art_asc(items: Sequence[Item], code: int, day: date) -> bytes:
    first = (f"EXTRACTION STOCK DU {day:%d/%m/%Y}",)
    return _lines(first, items, lambda item: f"{code:04}{item.isbn}{item.copies:04}{item.cents:010}")


def _model_csv(items: Sequence[Item]) -> bytes:
    def price(cents: int) -> str:
        return f"{cents // 100},{cents % 100:02}" if cents else ""

    return _lines(("isbn;quantity;price",), items, lambda item: f"{item.isbn};{item.copies};{price(item.cents)}")

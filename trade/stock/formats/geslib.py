"""Geslib INTER files, as the Spanish shop software Geslib writes them: one INITIAL, then numbered changes.

Fields are parted by "|", the first is the kind of record; latin-1 or UTF-8, decimal comma. Of use here are GP4
(articles: number, ISBN, stock, price with VAT; actions A add, M modify, B delete), B (copies of an article) and B2
(copies at one of several counters, which add up where a file has no B). Copies are told by Geslib's own article
numbers, so a change can be read only by what earlier files said: that is the format's memory. A file whose first line
is ``I`` is the INITIAL one, the whole inventory. The others hold only what moved and are read strictly in the order
of their numbers (INTER00123). One line of the reading is one article that the file speaks of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import zstandard

from trade.base.errors import Refused
from trade.base.listening import counted
from trade.base.raw_text import decode
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.stock.quick import Lines, lines_in
from trade.stock.rules import (
    MAX_QUANTITY,
    Entry,
    Header,
    Memory,
    Reading,
    Rejected,
    price_of,
    quantity_of,
    reading_of,
    refusal,
)
from trade.stock.samples import MAGAZINE, SHELF, Sample
from trade.stock.sheet import Line

NAME = "geslib"
TITLE = N_("Geslib, INTER files")
VAT_INCLUDED = True
WHOLE_INVENTORY = False
NUMBERED = True

_RECORDS = ("GP4|", "B|", "B2|")
_KINDS = re.compile(r"^[A-Z0-9]{1,6}\|")
_NUMBER = re.compile(r"INTER[^0-9]{0,12}([0-9]{1,9})", re.IGNORECASE)
_PRICE = re.compile(r"^([0-9]{1,6})(?:,([0-9]{1,2})0{0,4})?$")
_ACTION, _ARTICLE, _ISBN, _EAN, _STOCK, _RETAIL = 1, 2, 6, 7, 16, 29


@dataclass(frozen=True, slots=True)
class Article:
    """What is known of one of the shop's articles: ISBN, copies in all and by counter, price with VAT in cents."""

    isbn: int
    quantity: int = 0
    price: int | None = None
    counters: Mapping[str, int] = field(default_factory=dict)

    def at_counter(self, counter: str, copies: int, *, in_all: bool) -> Article:
        """The article with the copies of one counter; they add up to ``quantity`` unless that was told ``in_all``."""
        counters = {**self.counters, counter: copies}
        known = self.quantity if in_all else min(sum(counters.values()), MAX_QUANTITY)
        return replace(self, quantity=known, counters=counters)


@dataclass
class _File:
    """A file as it is being read: all articles known so far, and where and how this file speaks of them."""

    articles: dict[str, Article]
    touched: dict[str, int] = field(default_factory=dict)
    gone: dict[str, Article] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)
    told_in_all: set[str] = field(default_factory=set)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    damaged: list[Rejected] = field(default_factory=list)


def number_of(name: str) -> int | None:
    """The number of a file by its name: INTER00123.TXT is the 123rd."""
    found = _NUMBER.search(name)
    return int(found[1]) if found else None


def read(data: bytes, *, name: str = "", before: Memory | None = None) -> Reading:
    """The articles that a file speaks of. ``before`` is what the last applied file of the bookshop left behind.

    Raises Refused where it is no INTER file, and where it is not the next one in order.
    """
    lines = lines_in(decode(data))
    first = next(iter(lines), (1, ""))[1].strip()
    if not _KINDS.match(f"{first}|"):
        raise Refused(N_("Line 1: a Geslib INTER file begins with the code of a record and “|”; this one does not."))
    whole = first.rstrip("|") == "I"
    number = number_of(name)
    if not whole:
        _in_order(number, before)
    known = {} if whole or before is None else _remembered(before.data)
    file = _File(known)
    _read_records(lines, file)
    memory = Memory(number, _kept(file.articles))
    reading = reading_of(Header(whole=whole), _entries(file))
    return replace(reading, memory=memory)


def samples() -> tuple[Sample, ...]:
    """An INITIAL file, and the changes of the next day: copies were sold of one title, the other was deleted."""
    (first, copies, price), (second, few, cheap) = SHELF
    articles = ((1, first, copies, price), (2, second, few, cheap), (3, MAGAZINE, 1, 550))
    initial = "".join(f"{line}\r\n" for line in ("I|", *(_made(*article) for article in articles), f"B|1|{copies}|"))
    changes = f"B|1|{copies - 1}|\r\nGP4|B|2|\r\n"
    return (
        Sample("INTER00001.TXT", initial.encode("latin-1"), SHELF, refuses=1),
        Sample("INTER00002.TXT", changes.encode("latin-1"), ((first, copies - 1, price), (second, 0, None))),
    )


def _made(article: int, barcode: int, copies: int, cents: int) -> str:
    """The record of an added article."""
    cells = [""] * 62
    cells[:8] = ["GP4", "A", str(article), "TÍTULO", "AUTOR", "1", "", str(barcode)]
    cells[_STOCK], cells[_RETAIL], cells[_RETAIL + 1] = str(copies), f"{cents // 100},{cents % 100:02}", "L0"
    return "|".join(cells)


def _in_order(number: int | None, before: Memory | None) -> None:
    if before is None:
        raise Refused(N_("This file tells only what changed. Export an INITIAL file from Geslib and send it first."))
    if number is None:
        raise Refused(N_("Keep the name that Geslib gave the file (INTER and its number): the order matters."))
    if before.number is None:
        return
    if number <= before.number:
        raise Refused(
            N_("This is file %(number)s and file %(last)s was already read: an older one would undo it."),
            number=number,
            last=before.number,
        )
    if number > before.number + 1:
        raise Refused(
            N_("File %(missing)s comes before file %(number)s: send it first, then this one again."),
            missing=before.number + 1,
            number=number,
        )


def _read_records(lines: Lines, file: _File) -> None:
    for number, line in counted(lines, of=len(lines)):
        if not line.startswith(_RECORDS):
            if not _KINDS.match(line):
                reason = Refused(N_("The line begins with no code of a record."))
                file.damaged.append(refusal(number, line, reason))
            continue
        cells = line.split("|")
        try:
            _record(number, line, cells, file)
        except Refused as refused:
            file.damaged.append(refusal(number, line, refused))


def _record(number: int, line: str, cells: list[str], file: _File) -> None:
    kind = cells[0]
    place = {"GP4": _ARTICLE, "B": 1, "B2": 2}[kind]
    article = cells[place].strip() if place < len(cells) else ""
    if not article or len(article) > 20:
        raise Refused(N_("The number of the article is missing."))
    if kind == "GP4":
        _article(number, line, cells, article, file)
        return
    copies = _copies(cells[place + 1] if place + 1 < len(cells) else "")
    if article not in file.articles:
        if article not in file.rejected:
            unknown = Refused(
                N_("No file has described article %(article)s yet: export an INITIAL file."), article=article
            )
            file.rejected[article] = refusal(number, line, unknown)
        return
    if kind == "B2":
        in_all = article in file.told_in_all
        file.articles[article] = file.articles[article].at_counter(cells[1].strip()[:20], copies, in_all=in_all)
    else:
        file.told_in_all.add(article)
        file.articles[article] = replace(file.articles[article], quantity=copies)
    file.touched[article] = number


def _article(number: int, line: str, cells: list[str], article: str, file: _File) -> None:
    action = cells[_ACTION].strip()
    if action not in {"A", "M", "B"}:
        raise Refused(N_("“%(action)s” is no action; A, M and B are."), action=action[:10])
    old = file.articles.pop(article, None)
    file.rejected.pop(article, None)
    file.touched.pop(article, None)
    file.told_in_all.discard(article)
    if old is not None:
        file.left.add(old.isbn)
    if action == "B":
        if old is not None:
            file.gone[article], file.touched[article] = old, number
        return
    file.gone.pop(article, None)
    try:
        file.articles[article] = Article(_isbn(cells), _copies(_cell(cells, _STOCK)), _price(_cell(cells, _RETAIL)))
        file.touched[article] = number
    except Refused as refused:
        file.rejected[article] = refusal(number, line, refused)


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _isbn(cells: list[str]) -> int:
    """The barcode where it is a book's, else the ISBN field. Raises Refused with what is wrong with the barcode."""
    try:
        return isbn13(_cell(cells, _EAN) or _cell(cells, _ISBN))
    except Refused as refused:
        try:
            return isbn13(_cell(cells, _ISBN))
        except Refused:
            raise refused from None


def _copies(field: str) -> int:
    """Copies; Geslib goes below zero where more was sold than had been entered, which is none left."""
    text = field.strip()
    if text.startswith("-") and text[1:].isdecimal() and text.isascii():
        return 0
    return quantity_of(text or "0")


def _price(field: str) -> int | None:
    if not field:
        return None
    found = _PRICE.match(field)
    if not found:
        raise Refused(N_("“%(price)s” is no price with the decimal mark “%(mark)s”."), price=field[:40], mark=",")
    return price_of(f"{found[1]}{(found[2] or '').ljust(2, '0')}")


def _entries(file: _File) -> Iterator[Entry]:
    """One line an article that the file speaks of, in its order.

    Where other articles of the same ISBN are known whose copies did not move, the first line carries them too, so
    that the lines of an ISBN always add up to all its copies.
    """
    entries: list[Entry] = [*file.rejected.values(), *file.damaged]
    told = (file.articles.get(article) or file.gone.get(article) for article in file.touched)
    moved = {article.isbn for article in told if article is not None} | file.left
    others = dict.fromkeys(moved, 0)
    for article, known in file.articles.items():
        if known.isbn in others and article not in file.touched:
            others[known.isbn] += known.quantity
    for article, number in file.touched.items():
        now = file.articles.get(article)
        said = now or replace(file.gone[article], quantity=0, price=None)
        entries.append(Line(number, said.isbn, said.quantity + others.pop(said.isbn, 0), said.price))
    last = max(file.touched.values(), default=0)
    entries += [Line(last, isbn, copies, None) for isbn, copies in others.items()]
    return iter(sorted(entries, key=lambda entry: entry.number))


def _kept(articles: dict[str, Article]) -> bytes:
    rows = {code: (known.isbn, known.quantity, known.price, known.counters) for code, known in articles.items()}
    return zstandard.compress(json.dumps(rows, separators=(",", ":")).encode())


def _remembered(data: bytes) -> dict[str, Article]:
    return {code: Article(*known) for code, known in json.loads(zstandard.decompress(data)).items()}

"""The catalogue parsers under fire: what they give is sane, every line and every product is accounted for."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from functools import partial
from types import ModuleType

from lxml import etree

from tests.bench.onix import product
from tests.fuzz.running import Parser, damaged, keepable
from trade.base.raw_text import streamed_lines
from trade.catalogue.clients import document
from trade.catalogue.formats import (
    HEAD,
    onix,
    recognised,
    sinli_campre,
    sinli_estado,
    sinli_libros,
    titelive,
)
from trade.catalogue.records import BookRecord, CatalogueEntry, NotABook, RejectedRecord

MOST_CENTS = 100_000_000_000
WORDS = (
    *("", "0", "-1", "9" * 40, "1e9", "NaN", "١٢٣", "📚", "é", "00", "03", "04", "05", "88", "15", "93", "20", "22"),
    *("9788437604947", "978-84-376-0494-7", "2000100182000", "20270230", "2027-01-01", "10000,01", "WORLD", "ES FR"),
    *(
        "<p>x</p>",
        "&amp;lt;b&amp;gt;",
        "http://example.org/x.jpg",
        "\u00ad",
        "x" * 5_000,
        "1" * 5_000,
        "0" * 9 + "123456",
        "ED",
        "BC",
        "ZE",
    ),
)
NAMES = ("Text", "Price", "TitleText", "IDValue", "Product", "Header", "Subject", "b244", "ONIXMessage", "MainSubject")


def sane(entries: list[CatalogueEntry]) -> None:
    """What is true of everything that a reader gives."""
    for entry in entries:
        assert entry.place >= 1
        assert keepable(entry), "the database keeps no such text"
        if isinstance(entry, RejectedRecord):
            assert str(entry.reason) and len(entry.excerpt) <= 80
        elif isinstance(entry, NotABook):
            assert 0 < len(entry.code) <= 20
        else:
            _sane_book(entry)


def _sane_book(book: BookRecord) -> None:
    digits = f"{book.isbn:013d}"
    assert len(digits) == 13 and digits.startswith(("978", "979")) and not digits.startswith(("9790", "978978"))
    assert sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10 == 0
    assert book.action != "full" or book.title
    for price in book.prices or ():
        assert 0 <= price.cents <= MOST_CENTS and (price.vat_rate is None or 0 <= price.vat_rate <= 3_000)
    for size in (book.pages, book.width_mm, book.height_mm, book.thickness_mm, book.weight_grams, book.edition):
        assert size is None or 0 < size < 1_000_000
    assert len(book.description or "") <= 20_000
    assert book.cover_url is None or book.cover_url.lower().startswith(("http://", "https://"))


def read(module: ModuleType, data: bytes, *, counted: Callable[[bytes], int] | None = None) -> None:
    """A whole file; ``counted`` tells how many entries it must give. The same bytes give the same entries."""
    entries = list(module.read(io.BytesIO(data)))
    sane(entries)
    assert len({entry.place for entry in entries}) == len(entries), "a record was read twice"
    assert counted is None or len(entries) == counted(data), "a record was swallowed"
    assert entries == list(module.read(io.BytesIO(data)))


def sinli_lines(data: bytes) -> int:
    """Lines that are not blank, behind the identification and the header."""
    lines = [raw.removeprefix(b"\xef\xbb\xbf") for _, raw in streamed_lines(io.BytesIO(data), longest=8_000)]
    lines = [line for line in lines if line.strip(b"\x00\x1a \t\r\n")]
    heading = 3 if len(lines) > 1 and lines[1].startswith(b"I") else 2
    return max(len(lines) - heading, 0)


def products(data: bytes) -> int:
    """Products right below the message, by the whole tree."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    if onix.name_of(root.tag) == "Product":
        return 1
    return sum(1 for child in root if isinstance(child.tag, str) and onix.name_of(child.tag) == "Product")


def bent_xml(data: bytes, chance: random.Random) -> bytes:
    """A message that is still XML: elements emptied, filled, doubled, moved, renamed; else plain damage."""
    if chance.random() < 0.3:
        return damaged(data, chance)
    root = etree.fromstring(data)
    for _ in range(chance.randint(1, 12)):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        element, other = chance.choice(elements), chance.choice(elements)
        accident = chance.randrange(6)
        if accident == 0:
            element.text = chance.choice(WORDS)
        elif accident == 1 and element is not root:
            element.getparent().remove(element)
        elif accident == 2 and element is not root:
            element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))
        elif accident == 3 and element is not root and other not in element.iter():
            other.append(element)
        elif accident == 4:
            element.tag = chance.choice(NAMES)
        else:
            element.set(chance.choice(("dateformat", "textformat", "release")), chance.choice(WORDS)[:20])
    return bytes(etree.tostring(root, encoding=chance.choice(("UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII"))))


def any_feed(data: bytes) -> None:
    """Whatever a file begins like."""
    sane(list(recognised(data[:HEAD]).read(io.BytesIO(data))))


# --- good files to damage -----------------------------------------------------------------------------


def sinli(document_: str, version: str, *lines: str) -> bytes:
    day = "20270115E" if document_ == "CAMPRE" else "E"
    first = f"IN{document_:<6}{version}LIB00069L1234567".ljust(75) + "FANDE"
    second = f"I{'a@example.org':<50}{'b@example.org':<50}{document_:<6}{version}".ljust(117)
    return "".join(f"{line}\r\n" for line in (first, second, f"C{'X':<40}{day}", *lines)).encode("cp1252")


def libros(version: str, **changed: str) -> str:
    told = {"ean": "9788437604947", "title": "Rayuela, La", "authors": "CORTÁZAR, JULIO", "state": "0", "product": "10"}
    told |= {"net": "0000001442", "gross": "0000001500", "vat": "00400", "price_type": "F", "published": "032024"}
    told |= {"weight": "000310", "on_sale": "20240401", "long_summary": "<p>Uno &#x0201C;dos&#x0201D;</p>"} | changed
    columns = sinli_libros.LAYOUTS[version].columns
    return "".join(told.get(column.name, "").ljust(column.length)[: column.length] for column in columns)


PRICE = f"D{'978-84-376-0494-7':<17}{'9788437604947':<33}0000001442000000150000400{'RAYUELA, LA':<50}F"
STATE = f"E{'978-84-376-0494-7':<17}{'9788437604947':<33}{'RAYUELA, LA':<50}420270301"
DAILY = (
    "9782070360024~2070360024~l'étranger~ETRANGER~3012~1~folio~2~~7,50~GALLIMARD~SODIS~01/12/1971~P~1~191~17,8~10,8~"
    "1,2~120~~1~~camus, albert~x~y~5,50~Romans~~~~~~1~~~~~~0~~~~~~"
)
MESSAGE = b'<ONIXMessage release="3.0"><Header><DefaultCurrencyCode>EUR</DefaultCurrencyCode></Header>%b</ONIXMessage>'
DELETED = (
    b"<Product><NotificationType>05</NotificationType><ProductIdentifier><ProductIDType>15</ProductIDType>"
    b"<IDValue>9788437604947</IDValue></ProductIdentifier></Product>"
)


def _lines(*lines: str) -> tuple[bytes, ...]:
    return tuple(line.encode("cp1252") for line in lines)


_LIBROS = tuple(sinli("LIBROS", version, libros(version), libros(version)) for version in sinli_libros.LAYOUTS)
_ONIX = (MESSAGE % (product(1) + DELETED + product(2)), product(3), MESSAGE % b"")

PARSERS = [
    Parser(
        "onix",
        partial(read, onix, counted=products),
        _ONIX,
        b'<ONIXMessage release="3.0">',
        (product(1), DELETED),
        damage=bent_xml,
        cost=4,
    ),
    Parser(
        "sinli_libros", partial(read, sinli_libros), _LIBROS, sinli("LIBROS", "08"), _lines(libros("08"), PRICE), cost=4
    ),
    Parser(
        "sinli_campre",
        partial(read, sinli_campre, counted=sinli_lines),
        (sinli("CAMPRE", "03", PRICE, PRICE),),
        sinli("CAMPRE", "03"),
        _lines(PRICE, PRICE[:76], PRICE + " " * 900, PRICE.replace("LA", "\\D1A"), "I", ""),
        cost=2,
    ),
    Parser(
        "sinli_estado",
        partial(read, sinli_estado, counted=sinli_lines),
        (sinli("ESTADO", "04", STATE, STATE),),
        sinli("ESTADO", "04"),
        _lines(STATE, STATE[:102], PRICE, ""),
        cost=2,
    ),
    Parser(
        "titelive", partial(read, titelive), (_lines(DAILY + "\r\n")[0] * 3,), b"", _lines(DAILY, DAILY[:-1]), cost=2
    ),
    Parser("catalogue_feed", any_feed, (*_ONIX, *_LIBROS, (DAILY + "\r\n").encode("latin-1")), cost=2),
    Parser("service_answer", partial(document, "DILVE"), (MESSAGE % DELETED, b"<a/>"), damage=bent_xml),
]

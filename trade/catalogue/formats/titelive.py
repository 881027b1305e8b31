"""The daily catalogue file of Tite-Live (``QuotidienJJ.tit``), the practical source of book data in France.

One record a line, parted by ``~``, latin-1, decimal comma, dates dd/mm/yyyy (01/01/2070: unknown). There are two
layouts, of 45 and of 62 elements and the line's end. Each line is a whole record, new or changed. Positions and codes
as pass Culture documents them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from trade.base.errors import Refused
from trade.base.languages import language_of
from trade.base.money import cents_of
from trade.base.plain import tidy
from trade.base.raw_text import streamed_lines
from trade.base.text import N_
from trade.catalogue.formats import book_or_other, rejected, spoken_name
from trade.catalogue.records import Availability, BookRecord, CatalogueEntry, Contributor, Form, NotABook, Price
from trade.catalogue.rules import upright_title

NAME = "titelive"
TITLE = N_("Tite-Live, daily file")
SOURCE_KIND = "bibliography"

_OF_45 = {
    "ean": 0, "isbn": 1, "title": 2, "csr": 4, "availability": 5, "collection": 6, "number": 7, "price": 9,
    "publisher": 10, "distributor": 11, "published": 12, "support": 13, "pages": 15, "height": 16, "width": 17,
    "thickness": 18, "weight": 19, "authors": 23, "vat": 26, "shelf": 27, "translator": 28, "original": 29,
    "schoolbook": 39,
}  # fmt: skip
_OF_62 = {
    "ean": 0, "title": 1, "csr": 2, "availability": 3, "collection": 4, "number": 5, "price": 6, "publisher": 7,
    "distributor": 8, "published": 9, "support": 10, "pages": 12, "height": 13, "width": 14, "thickness": 15,
    "weight": 16, "authors": 17, "vat": 20, "translator": 21, "original": 22, "schoolbook": 27, "clil": 58,
}  # fmt: skip
_LAYOUTS: Mapping[int, Mapping[str, int]] = {45: _OF_45, 46: _OF_45, 62: _OF_62, 63: _OF_62}

_AVAILABILITY: Mapping[str, Availability] = {
    "": Availability.AVAILABLE,
    "0": Availability.AVAILABLE,
    "1": Availability.AVAILABLE,
    "2": Availability.FORTHCOMING,
    "3": Availability.REPRINTING,
    "4": Availability.SHORT_TERM_OUT,
    "5": Availability.NOT_OURS,
    "6": Availability.SOLD_OUT,
    "7": Availability.SHORT_TERM_OUT,  # "lacking without a date", documented as the same as 4
    "8": Availability.REPLACED,
    "9": Availability.DISCONTINUED,
}
# Supports that are books. Every other code is another thing: CD, DVD, box, calendar, object, stationery, poster,
# review (R), reader (LT), digital content (EB).
_FORMS: Mapping[str, Form | None] = {
    **dict.fromkeys(("", "T", "TL"), None),
    "M": Form.PAPERBACK,
    "P": Form.POCKET,
    "BD": Form.COMIC,
    "BL": Form.HARDBACK,
    "C": Form.MAP,
    "LE": Form.EBOOK,
    **dict.fromkeys(("LA", "LC", "LD", "LR", "LV"), Form.OTHER_BOOK),
}
_LONGEST_LINE = 64_000
_MOST_CENTS = 1_000_000
_MOST_VAT = 3_000
_LARGEST = 99_999
_UNKNOWN_YEAR = 2070
_UNRELEASED = "xxx"
_FIRST = re.compile(rb"^(?:\xef\xbb\xbf)?[0-9]{8,13}~")
_AMOUNT = re.compile(r"^([0-9]{1,7})(?:[.,]([0-9]{1,4}))?$")
_DAY = re.compile(r"^([0-9]{2})/([0-9]{2})/([0-9]{4})")


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a daily file: a barcode, then as many elements as a layout has."""
    line, end, _ = head.lstrip(b"\r\n").partition(b"\n")
    if not _FIRST.match(line):
        return False
    return line.count(b"~") + 1 in _LAYOUTS or (not end and line.count(b"~") >= 20)


def read(stream: BinaryIO) -> Iterator[CatalogueEntry]:
    """One record for each line. Raises Refused where the first line is none of a daily file."""
    begun = False
    for number, raw in streamed_lines(stream, longest=_LONGEST_LINE):
        line = _decoded(raw).strip("\r\n\x00\x1a ")
        if not line:
            continue
        elements = line.split("~")
        if not begun and not (len(elements) in _LAYOUTS and elements[0].strip().isdigit()):
            raise Refused(N_("Line %(line)s is no record of Tite-Live: 46 elements parted by “~”."), line=number)
        begun = True
        try:
            yield _entry(number, elements)
        except Refused as refused:
            yield rejected(number, refused, line)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _entry(number: int, elements: list[str]) -> BookRecord | NotABook:
    if len(elements) not in _LAYOUTS:
        raise Refused(N_("The line has %(count)s elements; 46 or 63 are expected."), count=len(elements))
    told = {name: tidy(elements[place]) for name, place in _LAYOUTS[len(elements)].items()}
    title = upright_title(told["title"])
    isbn = book_or_other(number, title, told["ean"], told.get("isbn", ""))
    if isinstance(isbn, NotABook):
        return isbn
    support = told["support"].upper()
    if support not in _FORMS:
        return NotABook(number, f"Tite-Live {support[:4]}")
    if not title:
        raise Refused(N_("The title is missing."))
    if title.lower() == told["authors"].lower() == _UNRELEASED:
        raise Refused(N_("The book is not announced yet: its title is “xxx”."))
    return BookRecord(
        isbn,
        number,
        title=title,
        contributors=_contributors(told),
        publisher=told["publisher"],
        collection=told["collection"],
        collection_number=told["number"].lstrip("0"),
        published_on=_day(told["published"]),
        original_language=language_of(told["original"]),
        pages=_whole(told["pages"]),
        height_mm=_millimetres(told["height"]),
        width_mm=_millimetres(told["width"]),
        thickness_mm=_millimetres(told["thickness"]),
        weight_grams=_whole(told["weight"]),
        form=_FORMS[support],
        subjects=tuple((scheme, told[scheme]) for scheme in ("csr", "clil") if told.get(scheme, "").strip("0")),
        subject_text=told.get("shelf") or None,
        prices=_prices(told),
        availability=_availability(told["availability"]),
        schoolbook=told["schoolbook"] == "1",
        supplier=told["distributor"] or None,
    )


def _contributors(told: Mapping[str, str]) -> tuple[Contributor, ...]:
    roles = (("authors", "author"), ("translator", "translator"))
    names = [(spoken_name(name), role) for field, role in roles for name in told[field].split(";")]
    return tuple(Contributor(name, role) for name, role in dict.fromkeys(names) if name)


def _availability(code: str) -> Availability:
    if code not in _AVAILABILITY:
        raise Refused(N_("“%(code)s” is no code of availability; 1 to 9 are."), code=code[:10])
    return _AVAILABILITY[code]


def _prices(told: Mapping[str, str]) -> tuple[Price, ...]:
    cents = cents_of(_decimal(told["price"]))
    if cents > _MOST_CENTS:
        raise Refused(N_("The price %(price)s is above 10,000 EUR: its field has shifted."), price=told["price"][:20])
    rate = cents_of(_decimal(told["vat"]))
    return (Price(cents, True, rate if 0 < rate <= _MOST_VAT else None),) if cents else ()


def _decimal(text: str) -> Decimal:
    found = _AMOUNT.match(text or "0")
    if not found:
        raise Refused(N_("“%(typed)s” is not a number. Write it like 12 or 12,5."), typed=text[:40])
    return Decimal(f"{found[1]}.{found[2] or 0}")


def _whole(text: str, *, times: int = 1) -> int | None:
    number = int(_decimal(text) * times)
    return number if 0 < number <= _LARGEST else None


def _millimetres(text: str) -> int | None:
    return _whole(text, times=10)


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    if not found or int(found[3]) >= _UNKNOWN_YEAR:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None

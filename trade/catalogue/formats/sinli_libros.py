"""SINLI LIBROS, versions 05 to 10: whole records of books (SINLI manuals of 2015 and 2020, history of versions).

Header ``C``: supplier and currency. The lines of books have no letter: they begin with the EAN. All versions agree
up to column 670; behind it the URL moved (05 and 06 at 671, since 07 at the end) and came summaries (08: 1,125
characters, 09: 1,108 in the manual and 1,125 in real files), IBIC (06), Thema (09) and product safety (10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from trade.base import sinli
from trade.base.errors import Refused
from trade.base.fixed_width import Layout
from trade.base.languages import language_of
from trade.base.plain import plain_text, shortened, tidy
from trade.base.text import N_
from trade.catalogue.formats import book_or_other, rejected, spoken_name
from trade.catalogue.formats.sinli_estado import STATES
from trade.catalogue.records import (
    Availability,
    BookRecord,
    CatalogueEntry,
    Contributor,
    Form,
    NotABook,
    Price,
    SafetyContact,
)
from trade.catalogue.rules import upright_title

NAME = "sinli_libros"
TITLE = N_("SINLI LIBROS, book records")
SOURCE_KIND = "supplier"

_NUMBERS = (("ean", 18), ("isbn", 17), ("of_work", 17), ("of_volume", 17), ("of_part", 17), ("reference", 15))
_WORDS = (("title", 80), ("subtitle", 80), ("authors", 150), ("country", 2), ("prefix", 8), ("publisher", 40))
_MAKE = (("binding", 2), ("language", 3), ("edition", 2), ("published", 6), ("pages", 4), ("width", 4), ("height", 4))
_TRADE = (("cdu", 20), ("keywords", 80), ("state", 1), ("product", 2), ("net", 10), ("gross", 10), ("vat", 5))
_FIRST = (*_NUMBERS, *_WORDS, *_MAKE, *_TRADE)
_SERIES = (("collection", 40), ("number", 10), ("volume", 4), ("image", 1))
_PEOPLE = (("cover_artist", 150), ("illustrators", 150), ("colour_plates", 5), ("translators", 150))
_BODY = (("original_language", 3), ("thickness", 3), ("weight", 6))
_READERS = (("audience", 3), ("level", 1), ("stage", 15), ("year", 80), ("school_subject", 80))
_AFTER = (*_PEOPLE, *_BODY, *_READERS)
_IBIC = (("ibic_version", 3), ("ibic", 50))
_DATES = (("on_sale", 8), ("in_stock", 8))

_UNTIL_05 = (*_FIRST, ("price_type", 1), *_SERIES, ("url", 99), *_AFTER, ("regions", 36), ("summary", 255))
_UNTIL_07 = (*_FIRST, ("price_type", 1), *_SERIES, *_AFTER, ("regions", 36), ("summary", 255), *_IBIC)
_THEMA = (("ibic_mapped", 1), ("thema_version", 3), ("thema", 50), ("thema_mapped", 1))
_UNTIL_09 = (*_FIRST, ("price_type", 1), *_SERIES, *_AFTER, ("regions", 53), *_IBIC, *_THEMA, *_DATES, ("url", 199))
_SAFETY = (
    ("contact", 165),
    *(("warning1", 5), ("warning2", 100), ("warning3", 100), ("warning4", 100), ("warning5", 100)),
    *(("sheet", 170), ("conformity", 170), ("new_prefix", 8)),
)

LAYOUTS: Mapping[str, Layout] = {
    "05": sinli.layout("LIBROS05", *_UNTIL_05),
    "06": sinli.layout("LIBROS06", *_UNTIL_05, *_IBIC, *_DATES),
    "07": sinli.layout("LIBROS07", *_UNTIL_07, *_DATES, ("url", 199)),
    "08": sinli.layout("LIBROS08", *_UNTIL_07, *_DATES, ("url", 199), ("long_summary", 1125)),
    "09": sinli.layout("LIBROS09", *_UNTIL_09, ("long_summary", 1125)),
    "10": sinli.layout("LIBROS10", *_UNTIL_09, ("long_summary", 1108), *_SAFETY),
}
"""The lines of books by version."""

# One software writes version 08 without the type of price and without the second date: 2,991 characters.
_SHORT_08 = sinli.layout(
    "LIBROS08",
    *(*_FIRST, *_SERIES, *_AFTER, ("regions", 36), ("summary", 255), *_IBIC),
    *(("on_sale", 8), ("url", 199), ("long_summary", 1125)),
)
_SHORTEST = 614
_HEADER = sinli.layout("C", ("record", 1), ("supplier", 40), ("currency", 1))

# Versions 05 and 06 stand by the table of 2007, without print on demand.
_STATES = {version: {**STATES, "6": Availability.NOT_OURS} if version < "07" else STATES for version in LAYOUTS}
_BINDINGS: Mapping[str, Form] = {
    "01": Form.HARDBACK,
    "02": Form.HARDBACK,
    "03": Form.PAPERBACK,
    "04": Form.POCKET,
    "08": Form.PAPERBACK,
    **dict.fromkeys(("05", "06", "07", "09", "10"), Form.OTHER_BOOK),
}
_AUDIO = "20"
_OTHER_THINGS = frozenset({"30", "40", "50", "60"})
_TEXTBOOKS = "300"
_CENTIMETRES = 50
_HEAVIEST = 30_000
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp)\b|foto|portada|cover", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a LIBROS message."""
    return sinli.opens(head, "LIBROS")


def read(stream: BinaryIO) -> Iterator[CatalogueEntry]:
    """One record for each line of a book. Raises Refused for another document, version or currency."""
    lines = sinli.numbered_lines(stream)
    message, (number, line) = sinli.begin(lines, document="LIBROS", versions=frozenset(LAYOUTS))
    if not line.startswith("C"):
        raise Refused(N_("Line %(line)s: the header “C” of the message is missing."), line=number)
    supplier = _supplier(line)
    for number, line in lines:
        if line.startswith("C") and len(line.rstrip()) <= _HEADER.width:
            supplier = _supplier(line)
            continue
        try:
            yield entry_of(number, _cut(line, message.version), message.version, supplier)
        except Refused as refused:
            yield rejected(number, refused, line)


def _supplier(line: str) -> str:
    header = sinli.cut(line, _HEADER, shortest=2)
    if header["currency"] not in "E ":
        raise Refused(N_("The prices of this message are not in euros."))
    return tidy(header["supplier"])


def _cut(line: str, version: str) -> dict[str, str]:
    if version == "08" and len(line) == _SHORT_08.width:
        return sinli.cut(line, _SHORT_08, shortest=_SHORT_08.width)
    return sinli.cut(line, LAYOUTS[version], shortest=_SHORTEST)


def entry_of(number: int, fields: dict[str, str], version: str, supplier: str) -> BookRecord | NotABook:
    """The record that the fields of a line give. Raises Refused where they cannot be a book's."""
    title = upright_title(tidy(fields["title"]))
    isbn = book_or_other(number, title, fields["ean"], fields["isbn"])
    if isinstance(isbn, NotABook):
        return isbn
    product = fields["product"].strip()
    if product in _OTHER_THINGS:
        return NotABook(number, f"SINLI {product}")
    if not title:
        raise Refused(N_("The title is missing."))
    record = BookRecord(
        isbn,
        number,
        title=title,
        title_is_rough=title.isupper() and " " in title,
        subtitle=tidy(fields["subtitle"]),
        contributors=_contributors(fields),
        publisher=tidy(fields["publisher"]),
        collection=tidy(fields["collection"]),
        collection_number=_number(fields["number"]) or _number(fields["volume"]),
        edition=_edition(fields["edition"]),
        published_on=_month(fields["published"]),
        on_sale_on=sinli.day(fields.get("on_sale", "")),
        language=language_of(fields["language"]),
        original_language=language_of(fields["original_language"]),
        pages=sinli.whole(fields["pages"]),
        form=Form.AUDIO if product == _AUDIO else _BINDINGS.get(fields["binding"].strip().zfill(2)),
        prices=_prices(fields),
        availability=_STATES[version].get(fields["state"]),
        available_on=sinli.day(fields.get("in_stock", "")),
        description=_description(fields),
        keywords=tuple(filter(None, map(tidy, fields["keywords"].split("/")))),
        subjects=_subjects(fields),
        cover_url=_cover(fields),
        safety=_safety(fields),
        schoolbook=_schoolbook(fields),
        supplier=supplier or None,
    )
    return _measured(record, fields)


def _contributors(fields: dict[str, str]) -> tuple[Contributor, ...]:
    roles = (("authors", "author"), ("translators", "translator"), ("illustrators", "illustrator"))
    named = [(spoken_name(name), role) for field, role in roles for name in fields[field].split("/")]
    return tuple(Contributor(name, role) for name, role in dict.fromkeys(named) if name.strip(" .0"))


def _number(text: str) -> str:
    return tidy(text).lstrip("0")


def _edition(text: str) -> int | None:
    digits = re.match(r"[0-9]{1,4}(?![0-9])", text.strip())
    return int(digits[0]) or None if digits else None


def _month(text: str) -> date | None:
    month, year = sinli.whole(text[:2]) or 1, sinli.whole(text[2:])
    return date(year, month, 1) if year and 1400 < year < 2100 and month <= 12 else None


def _prices(fields: dict[str, str]) -> tuple[Price, ...]:
    amount = sinli.amount(net=fields["net"], gross=fields["gross"], rate=fields["vat"])
    if amount is None:
        return ()
    free = fields.get("price_type") == "L"
    return (Price(amount.cents, amount.vat_included, amount.vat_rate, "free" if free else "fixed"),)


def _description(fields: dict[str, str]) -> str:
    for field in (fields.get("long_summary", ""), fields.get("summary", "")):
        text = plain_text(field)
        if text:
            return text if field.endswith(" ") else shortened(text)
    return ""


def _subjects(fields: dict[str, str]) -> tuple[tuple[str, str], ...]:
    told = [("thema", fields.get("thema", "")), ("ibic", fields.get("ibic", "")), ("cdu", fields["cdu"])]
    return tuple((scheme, code) for scheme, codes in told for code in map(tidy, codes.split(";")) if code)


def _cover(fields: dict[str, str]) -> str | None:
    url = fields.get("url", "").strip()
    told = url.lower().startswith(("http://", "https://")) and " " not in url
    return url if told and (fields["image"] not in ("N", " ") or _PICTURE.search(url)) else None


def _safety(fields: dict[str, str]) -> SafetyContact | None:
    url = tidy(fields.get("contact", ""))
    told = (*(f"warning{number}" for number in range(1, 6)), "sheet", "conformity")
    warnings = tuple(filter(None, (tidy(fields.get(name, "")) for name in told)))
    return SafetyContact(tidy(fields["publisher"]), url=url, warnings=warnings) if url or warnings else None


def _schoolbook(fields: dict[str, str]) -> bool | None:
    if fields["audience"] == _TEXTBOOKS or any(fields[name].strip(" 0") for name in ("stage", "year")):
        return True
    return False if sinli.whole(fields["audience"]) else None


def _measured(record: BookRecord, fields: dict[str, str]) -> BookRecord:
    width, height = sinli.whole(fields["width"]), sinli.whole(fields["height"])
    if width and height and width < _CENTIMETRES and height < _CENTIMETRES:
        width, height = 10 * width, 10 * height  # software that writes centimetres where millimetres belong
    weight = sinli.whole(fields["weight"])
    return replace(
        record,
        width_mm=width,
        height_mm=height,
        thickness_mm=sinli.whole(fields["thickness"]),
        weight_grams=weight if weight and weight <= _HEAVIEST else None,
    )

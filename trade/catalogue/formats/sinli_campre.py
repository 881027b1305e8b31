"""SINLI CAMPRE, versions 02 and 03: prices of books that change on a day (SINLI manual, May 2020).

Header ``C``: supplier, the day from which the prices hold, currency. Then a line ``D`` for each book. Version 03 has
titles of 50 characters, 02 of 40; some software leaves title and price type out, or pads lines to 1,255 characters.
Titles are in capitals and cut: any other title is better.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from trade.base import sinli
from trade.base.errors import Refused
from trade.base.plain import tidy
from trade.base.text import N_
from trade.catalogue.formats import book_or_other, rejected
from trade.catalogue.records import BookRecord, CatalogueEntry, NotABook, Price
from trade.catalogue.rules import upright_title

NAME = "sinli_campre"
TITLE = N_("SINLI CAMPRE, price changes")
SOURCE_KIND = "supplier"

_HEADER = sinli.layout("C", ("record", 1), ("supplier", 40), ("day", 8), ("currency", 1))
_TITLES = {"02": 40, "03": 50}
_LINES = {
    version: sinli.layout(
        f"CAMPRE{version}",
        *(("record", 1), ("isbn", 17), ("ean", 18), ("reference", 15), ("net", 10), ("gross", 10), ("vat", 5)),
        *(("title", length), ("price_type", 1)),
    )
    for version, length in _TITLES.items()
}
_SHORTEST = 76


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a CAMPRE message."""
    return sinli.opens(head, "CAMPRE")


def read(stream: BinaryIO) -> Iterator[CatalogueEntry]:
    """One update of a price for each line. Raises Refused for another document, version, currency or no day."""
    lines = sinli.numbered_lines(stream)
    message, (number, line) = sinli.begin(lines, document="CAMPRE", versions=frozenset(_LINES))
    supplier, since = _header(number, line)
    for number, line in lines:
        try:
            yield _record(number, sinli.cut(line, _LINES[message.version], shortest=_SHORTEST), supplier, since)
        except Refused as refused:
            yield rejected(number, refused, line)


def _header(number: int, line: str) -> tuple[str, date | None]:
    if not line.startswith("C"):
        raise Refused(N_("Line %(line)s: the header “C” of the message is missing."), line=number)
    header = sinli.cut(line, _HEADER, shortest=49)
    if header["currency"] not in "E ":
        raise Refused(N_("The prices of this message are not in euros."))
    since = sinli.day(header["day"])
    if since is None and header["day"].strip(" 0"):
        raise Refused(
            N_("Line %(line)s: “%(date)s” is no date; YYYYMMDD is expected."), line=number, date=header["day"]
        )
    return tidy(header["supplier"]), since


def _record(number: int, fields: dict[str, str], supplier: str, since: date | None) -> BookRecord | NotABook:
    if fields["record"] != "D":
        raise Refused(N_("The line begins with “%(record)s”; lines of books begin with “D”."), record=fields["record"])
    title = upright_title(tidy(fields["title"]))
    isbn = book_or_other(number, title, fields["ean"], fields["isbn"])
    if isinstance(isbn, NotABook):
        return isbn
    amount = sinli.amount(net=fields["net"], gross=fields["gross"], rate=fields["vat"])
    if amount is None:
        raise Refused(N_("The line names no price."))
    free = fields["price_type"] == "L"
    price = Price(amount.cents, amount.vat_included, amount.vat_rate, "free" if free else "fixed", valid_from=since)
    return BookRecord(
        isbn,
        number,
        action="update",
        title=title or None,
        title_is_rough=bool(title),
        prices=(price,),
        supplier=supplier or None,
    )

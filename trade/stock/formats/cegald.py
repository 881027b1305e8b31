"""SINLI CEGALD version 02, the daily availability report of Spanish bookshops (SINLI manual, May 2020).

One message a file: two identification lines, a header C, then a line D for each title in stock. The whole
inventory is sent each time; prices are without VAT, in cents.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from trade.base.errors import Refused
from trade.base.fixed_width import Column, Layout
from trade.base.plain import tidy
from trade.base.raw_text import decode
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.stock.quick import BLANK, Found, Lines, are_digits, isbn_of, letters, lines_in, read_by, value_of
from trade.stock.rules import MAX_PRICE, MAX_QUANTITY, Entry, Header, Reading, price_of, quantity_of, refusal
from trade.stock.samples import DAY, MAGAZINE, SHELF, Sample
from trade.stock.sheet import NO_PRICE, Line

NAME = "cegald"
TITLE = N_("SINLI CEGALD, version 02")
VAT_INCLUDED = False
WHOLE_INVENTORY = True

# Letters written as escapes ("\\D1" for an N with tilde) make the header longer, so its date is found from the end.
_MESSAGE = re.compile(r"^I.(?P<document>.{6})(?P<version>.{2})(?P<sender>.{8})")
_HEADER = re.compile(r"^C.*?(?P<date>[0-9]{8}| {8})(?P<currency>[A-Z]{3})?\s*$")

TITLE_LINE = Layout(
    "D",
    (
        Column("record", 1, 1),
        Column("isbn", 2, 17),
        Column("quantity", 19, 6),
        Column("price", 25, 10, may_be_absent=True),
    ),
)


def read(data: bytes) -> Reading:
    """The header and the lines of a CEGALD message. Raises Refused where it is another message or damaged."""
    lines = lines_in(decode(data))
    head = iter(lines)
    sender = _sender(*next(head, (1, "")))
    number, line = next(head, (2, ""))
    if line.startswith("I"):
        number, line = next(head, (3, ""))
    header = _header(number, line, sender)
    return read_by(lines.after(number), _normal, _entry, header)


def samples() -> tuple[Sample, ...]:
    """The report of a bookshop; its prices are without VAT. A magazine is among its lines."""
    head = (
        "INCEGALD02LIB99999RED0000000001".ljust(75) + "FANDE",
        f"I{'stock@libreria.example':<50}{'stock@red.example':<50}CEGALD02".ljust(117),
        f"C{'Librería de muestra':<40}{DAY:%Y%m%d}EUR",
    )
    lines = [f"D{isbn:<17}{copies:06}{cents:010}" for isbn, copies, cents in (*SHELF, (MAGAZINE, 1, 550))]
    return (Sample("CEGALD.TXT", "\r\n".join([*head, *lines, ""]).encode("cp1252"), SHELF, refuses=1),)


def _sender(number: int, line: str) -> str:
    found = _MESSAGE.match(line)
    if not found:
        raise Refused(N_("Line %(line)s: a SINLI message begins with a line “I”; this file does not."), line=number)
    if found["document"] != "CEGALD":
        raise Refused(
            N_("This is a SINLI message “%(document)s”; the stock report is called CEGALD."),
            document=found["document"].strip(),
        )
    if found["version"] != "02":
        raise Refused(
            N_("This is CEGALD version %(version)s; version 02 is read. Change it in your software."),
            version=found["version"],
        )
    return tidy(found["sender"])


def _header(number: int, line: str, sender: str) -> Header:
    found = _HEADER.match(line.ljust(52))
    if not found:
        raise Refused(N_("Line %(line)s: the header “C” with the date of the stock is missing."), line=number)
    if found["currency"] not in (None, "EUR"):
        raise Refused(N_("The prices of this file are in %(currency)s; send them in EUR."), currency=found["currency"])
    if not found["date"].strip():
        return Header(None, sender)
    try:
        day = date(int(found["date"][:4]), int(found["date"][4:6]), int(found["date"][6:]))
    except ValueError:
        raise Refused(
            N_("Line %(line)s: “%(date)s” is no date; YYYYMMDD is expected."), line=number, date=found["date"]
        ) from None
    return Header(day, sender)


def _normal(lines: Lines) -> Found:
    """Lines of 34 bytes: D, an ISBN with hyphens or blanks, six digits, a blank or digit, nine digits."""
    columns = letters(lines, lines.starts, TITLE_LINE.width)
    isbn, right = isbn_of(columns[:, 1:18])
    copies, cents = value_of(columns[:, 18:24]), value_of(columns[:, 25:34])
    right &= (lines.lengths == TITLE_LINE.width) & (columns[:, 0] == ord("D"))
    right &= are_digits(columns[:, 18:24]).all(axis=1) & are_digits(columns[:, 25:34]).all(axis=1)
    right &= (columns[:, 24] == BLANK) & (copies <= MAX_QUANTITY) & (cents <= MAX_PRICE)
    return Found(right, isbn, copies, np.where(cents == 0, NO_PRICE, cents))


def _entry(number: int, line: str) -> Entry:
    try:
        return _title(number, line)
    except Refused as refused:
        return refusal(number, line, refused)


def _title(number: int, line: str) -> Line:
    if not line.startswith("D"):
        raise Refused(N_("The line begins with “%(record)s”; lines of titles begin with “D”."), record=line[:1])
    fields = TITLE_LINE.cut(line)
    isbn = isbn13(fields["isbn"])
    return Line(number, isbn, quantity_of(fields["quantity"]), price_of(fields["price"]))

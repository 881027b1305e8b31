"""SINLI ESTADO, versions 03 and 04: books whose availability has changed (SINLI manual, May 2020).

Header ``C``: the sender's name. Then a line ``E`` for each book: its state and the day from which it can be served
(9999, 1999-99-99 and the like mean "unknown"). Version 04 adds print on demand and joins 6 and 7 of version 03.
State 5, "sustituye edición antigua", is said of the new edition: it can be had. No state says that a book was replaced.
Titles are in capitals and cut: any other title is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from trade.base import sinli
from trade.base.errors import Refused
from trade.base.plain import tidy
from trade.base.text import N_
from trade.catalogue.formats import book_or_other, rejected
from trade.catalogue.records import Availability, BookRecord, CatalogueEntry, NotABook
from trade.catalogue.rules import upright_title

NAME = "sinli_estado"
TITLE = N_("SINLI ESTADO, changes of availability")
SOURCE_KIND = "supplier"

STATES: Mapping[str, Availability] = dict(
    zip(
        "0123456789",
        (
            Availability.AVAILABLE,
            Availability.SHORT_TERM_OUT,
            Availability.OUT_INDEFINITELY,
            Availability.REPRINTING,
            Availability.FORTHCOMING,
            Availability.AVAILABLE,
            Availability.PRINT_ON_DEMAND,
            Availability.NOT_OURS,
            Availability.SOLD_OUT,
            Availability.DISCONTINUED,
        ),
        strict=True,
    )
)
"""The table of states that LIBROS, ESTADO, ENVIO and Cegal en Red share."""

# Until 2013, 6 was "not of our list" and 7 "unknown".
_STATES = {"03": {**STATES, "6": Availability.NOT_OURS}, "04": STATES}
_LINE = sinli.layout(
    "E",
    *(("record", 1), ("isbn", 17), ("ean", 18), ("reference", 15), ("title", 50), ("state", 1), ("day", 8)),
)
_SHORTEST = 102
_WAITED_FOR = (Availability.SHORT_TERM_OUT, Availability.REPRINTING, Availability.FORTHCOMING)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is an ESTADO message."""
    return sinli.opens(head, "ESTADO")


def read(stream: BinaryIO) -> Iterator[CatalogueEntry]:
    """One update of the availability for each line. Raises Refused for another document or version."""
    lines = sinli.numbered_lines(stream)
    message, (number, line) = sinli.begin(lines, document="ESTADO", versions=frozenset(_STATES))
    if not line.startswith("C"):
        raise Refused(N_("Line %(line)s: the header “C” of the message is missing."), line=number)
    supplier = tidy(line[1:41])
    for number, line in lines:
        try:
            yield _record(number, sinli.cut(line, _LINE, shortest=_SHORTEST), supplier, _STATES[message.version])
        except Refused as refused:
            yield rejected(number, refused, line)


def _record(
    number: int, fields: dict[str, str], supplier: str, states: Mapping[str, Availability]
) -> BookRecord | NotABook:
    if fields["record"] != "E":
        raise Refused(N_("The line begins with “%(record)s”; lines of books begin with “E”."), record=fields["record"])
    title = upright_title(tidy(fields["title"]))
    isbn = book_or_other(number, title, fields["ean"], fields["isbn"])
    if isinstance(isbn, NotABook):
        return isbn
    if fields["state"] not in states:
        raise Refused(N_("“%(state)s” is no state of a book; 0 to 9 are."), state=fields["state"])
    state = states[fields["state"]]
    return BookRecord(
        isbn,
        number,
        action="update",
        title=title or None,
        title_is_rough=bool(title),
        availability=state,
        available_on=sinli.day(fields["day"]) if state in _WAITED_FOR else None,
        supplier=supplier or None,
    )

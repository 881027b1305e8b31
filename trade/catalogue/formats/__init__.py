"""One file or package per catalogue feed, found by being here.

A module describes itself by ``NAME``, ``TITLE`` and ``SOURCE_KIND`` (who tends to send it: supplier, publisher or
bibliography), and offers ``recognises(head) -> bool`` for the first bytes of a file and ``read(stream)``, which
yields one entry a record: a BookRecord, a NotABook or a RejectedRecord. A file that is not of this format raises
Refused before the first entry; one that is damaged further on raises Refused where it breaks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from types import ModuleType

from trade.base import sinli
from trade.base.errors import Refused
from trade.base.plain import tidy
from trade.base.registry import adapters
from trade.base.text import N_
from trade.catalogue.records import NotABook, RejectedRecord
from trade.catalogue.rules import isbn13, upright_name

HEAD = 4_096
"""How many of a file's first bytes tell its format."""

_EXCERPT = 80
# An EAN-13 with or without its five-digit add-on, a UPC or an EAN-8; printed music (979-0) is no book either.
_BARCODE = re.compile(r"^([0-9]{13})(?:[0-9]{5})?$|^([0-9]{12}|[0-9]{8})$")
_DISPLAY = re.compile(r"^(?:PACK |BOX )?EXPOSITOR\b", re.IGNORECASE)
_ROMAN = re.compile(r"^[IVX]{2,}$")
_PARTICLES = frozenset(
    {"de", "del", "la", "las", "los", "el", "y", "e", "i", "da", "do", "dos", "das", "di"}
    | {"van", "von", "der", "den", "le", "du", "des", "et", "and"}
)
_BOOKS = ("978", *(f"979{group}" for group in range(1, 10)))


@lru_cache(maxsize=1)
def formats() -> Mapping[str, ModuleType]:
    """Every catalogue format by its name."""
    return adapters(sys.modules[__name__])


def recognised(head: bytes) -> ModuleType:
    """The format of a file by its first bytes. Raises Refused, saying what it is where that can be told."""
    for module in formats().values():
        if module.recognises(head):
            return module
    sinli.refuse_others(head)
    raise Refused(N_("This file begins like no catalogue feed: SINLI, ONIX and Tite-Live files are read."))


def book_or_other(place: int, title: str, *numbers: str) -> int | NotABook:
    """The ISBN of the first number that is one, or what else the record is: a display, a magazine, a game.

    An ISBN that is mistyped is no other thing: it is Refused, as is a record without any number.
    """
    refused: Refused | None = None
    barcodes = [found[1] or found[2] for number in numbers if (found := _BARCODE.match(number.strip()))]
    if _DISPLAY.match(title):
        return NotABook(place, barcodes[0] if barcodes else "EXPOSITOR")
    for number in numbers:
        if number.strip(" 0"):
            try:
                return isbn13(number)
            except Refused as refusal:
                refused = refused or refusal
    for barcode in barcodes:
        if not barcode.startswith(_BOOKS):
            return NotABook(place, barcode)
    raise refused or Refused(N_("The ISBN is missing."))


def spoken_name(name: str) -> str:
    """A name as it is spoken, in small letters where it was shouted: "SANDBERG, SHERYL" -> "Sheryl Sandberg"."""
    spoken = upright_name(tidy(name))
    if not spoken.isupper() or " " not in spoken:
        return spoken
    words = (_quiet(word, first=place == 0) for place, word in enumerate(spoken.split()))
    return " ".join(words)


def _quiet(word: str, *, first: bool) -> str:
    if "." in word or _ROMAN.match(word):
        return word
    if word.lower() in _PARTICLES and not first:
        return word.lower()
    return "-".join(part.capitalize() for part in word.split("-"))


def rejected(place: int, refused: Refused, record: str) -> RejectedRecord:
    """The refusal of one record with the beginning of it."""
    return RejectedRecord(place, refused.text, tidy(record)[:_EXCERPT])

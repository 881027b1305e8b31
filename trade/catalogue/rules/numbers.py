"""ISBNs in any writing."""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum import isbn as numbering

from trade.base.errors import Refused
from trade.base.text import N_

_LABEL = re.compile(r"^\s*(?:e-?)?(?:isbn|ean)(?:[-\s]?1[03])?\s*[:.]?\s*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-‐-―−­⁃﹣－]+")
_SPREADSHEET_TEXT = re.compile(r'^="?([0-9Xx]+)"?$')
_CUT_BY_SPREADSHEET = re.compile(r"^[0-9][.,][0-9]+[Ee]\+?[0-9]+$")
_THIRTEEN = re.compile(r"^([0-9]{13})(?:[0-9]{5}|\.0+)?$")
_TEN = re.compile(r"^([0-9]{9}[0-9Xx])(?:\.0+)?$")


def isbn13(writing: str) -> int:
    """The ISBN-13 meant by any writing of it: hyphens, spaces, "ISBN" before it, ten digits, a five-digit add-on.

    Only ASCII digits count. Refused, with the reason, are: other barcodes (magazines begin with 977), music
    (979-0), wrong check digits, and group 978-978, which in this trade is a doubled prefix.
    """
    bare = _bare(writing)
    thirteen = _THIRTEEN.match(bare)
    if thirteen:
        return _checked(thirteen.group(1))
    ten = _TEN.match(bare)
    if ten:
        return _from_ten(ten.group(1).upper())
    raise _not_an_isbn(writing, bare)


def isbn_in(words: str) -> int | None:
    """The ISBN that a reader's search consists of, or None where it is words."""
    try:
        return isbn13(words)
    except Refused:
        return None


@lru_cache(maxsize=20_000)
def hyphenated(isbn: int) -> str:
    """The ISBN as it is printed: 9788437604947 -> 978-84-376-0494-7."""
    return str(numbering.format(str(isbn)))


def check_digit(twelve: str) -> int:
    """The thirteenth digit of an EAN whose first twelve are given."""
    return -(sum(map(int, twelve[::2])) + 3 * sum(map(int, twelve[1::2]))) % 10


def _bare(writing: str) -> str:
    bare = _SEPARATORS.sub("", _LABEL.sub("", writing))
    spreadsheet = _SPREADSHEET_TEXT.match(bare)
    return spreadsheet.group(1) if spreadsheet else bare


def _checked(digits: str) -> int:
    if digits.startswith("977"):
        raise Refused(N_("%(number)s is the barcode of a magazine, not of a book."), number=digits)
    if not digits.startswith(("978", "979")):
        raise Refused(N_("%(number)s is not a book: ISBNs begin with 978 or 979."), number=digits)
    if digits.startswith("9790"):
        raise Refused(N_("%(number)s is printed music (ISMN), not a book."), number=digits)
    if int(digits[12]) != check_digit(digits[:12]):
        raise Refused(N_("%(number)s has a wrong check digit: one of its digits is mistyped."), number=digits)
    if digits.startswith("978978"):
        raise Refused(N_("%(number)s repeats the prefix 978: its real digits were lost."), number=digits)
    return int(digits)


def _from_ten(ten: str) -> int:
    total = sum((10 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(ten))
    if total % 11:
        raise Refused(N_("%(number)s has a wrong check digit: one of its digits is mistyped."), number=ten)
    twelve = f"978{ten[:9]}"
    return _checked(f"{twelve}{check_digit(twelve)}")


def _not_an_isbn(writing: str, bare: str) -> Refused:
    shown = writing.strip()[:40]
    if not shown:
        return Refused(N_("The ISBN is missing."))
    if _CUT_BY_SPREADSHEET.match(bare):
        return Refused(N_("“%(writing)s” was cut by a spreadsheet: format the column as text."), writing=shown)
    return Refused(N_("“%(writing)s” is not an ISBN: it has 13 digits, or 10."), writing=shown)

"""ISBNs in any writing, the normal form in which titles and names are compared, and typing errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
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

_LETTERS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
ARTICLES = frozenset(
    {"el", "la", "los", "las", "lo", "un", "una", "unos", "unas"}
    | {"le", "les", "l", "une", "des", "els", "the", "a", "an"}
)
_INVERTED = re.compile(r"^(?P<rest>.+), (?P<article>[A-Za-zÀ-ÿ]{1,4}['’]?)$")
_BRACKETED = re.compile(r"^\[(?P<article>[A-Za-zÀ-ÿ]{1,4}['’]?) ?\]\s*(?P<rest>.+)$")


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


def fold(text: str) -> str:
    """Lower case without accents and punctuation, words parted by one space: the form that is compared."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS))
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def words_of(text: str) -> list[str]:
    """The folded words of a search, without articles unless nothing else is left."""
    words = fold(text).split()
    return [word for word in words if word not in ARTICLES] or words


def sort_key(title: str) -> str:
    """What a title is sorted by: folded, its leading article left out ("La casa" under C)."""
    words = fold(title).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ARTICLES else words)


def upright_title(title: str) -> str:
    """A title with its article in front: "Danza de la realidad, La" and "[La ]Danza" -> "La Danza ..."."""
    title = " ".join(title.split())
    found = _INVERTED.match(title) or _BRACKETED.match(title)
    if not found or fold(found["article"]) not in ARTICLES:
        return title
    joint = "" if found["article"].endswith(("'", "’")) else " "
    return f"{found['article']}{joint}{found['rest']}"


def upright_name(name: str) -> str:
    """A name as it is spoken: "García Márquez, Gabriel" -> "Gabriel García Márquez"."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2 and all(parts):
        return f"{parts[1]} {parts[0]}"
    return " ".join(name.split())


def estimated_weight(pages: int) -> int:
    """Grams guessed from pages (181 + 0.87 a page, median error 92 g): always shown as an estimate."""
    return 181 + (87 * pages + 50) // 100


LANGUAGES_OF = {"ES": frozenset({"es", "ca", "gl", "eu"}), "FR": frozenset({"fr", "oc", "br", "co"})}


def category_for(*, language: str, country: str) -> str:
    """The category that a book's data tell (A14): in another language it is imported, else of fixed price.

    Textbooks and things that are no books cannot be told from bare data; staff say so.
    """
    return "fixed_price" if language in LANGUAGES_OF[country] else "imported"


@dataclass(frozen=True, slots=True)
class NewBook:
    """What a catalogue feed says of one book; the price holds VAT."""

    isbn: int
    title: str
    authors: tuple[str, ...] = ()
    subtitle: str = ""
    publisher: str = ""
    year: int | None = None
    language: str = ""
    pages: int | None = None
    weight_grams: int | None = None
    weight_is_estimate: bool = False
    subject: str = ""
    collection: str = ""
    category: str = "fixed_price"
    price_cents: int | None = None
    price_is_sample: bool = False


def set_upright(book: NewBook) -> NewBook:
    """The book with its title and names as they are spoken, each author once."""
    authors = tuple(dict.fromkeys(upright_name(name) for name in book.authors if name.strip()))
    return replace(book, title=upright_title(book.title), subtitle=" ".join(book.subtitle.split()), authors=authors)


def search_key(*, title: str, subtitle: str, authors: Iterable[str]) -> str:
    """The words a search looks at, folded, with a blank at both ends."""
    return f" {fold(' '.join((title, subtitle, *authors)))} "


# --- typing errors -----------------------------------------------------------------------------------


def forgiven(word: str) -> int:
    """How many typing errors a word of that length may hold: none up to 3 letters, one up to 6, else two."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def typing_errors(typed: str, meant: str) -> int:
    """Letters left out, added, changed, or two neighbours swapped, to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        last, before, row = before, row, [i]
        for j, other in enumerate(meant, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def corrections(typed: str, known: Iterable[tuple[str, int]]) -> list[str]:
    """The known words that may have been meant, likeliest first: fewest errors, then in most books."""
    most = forgiven(typed)
    near = [(typing_errors(typed, word), -books, word) for word, books in known if abs(len(word) - len(typed)) <= most]
    return [word for errors, _, word in sorted(near) if 0 < errors <= most]

"""The normal form in which titles and names are compared, and typing errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LETTERS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
ARTICLES = frozenset(
    {"el", "la", "los", "las", "lo", "un", "una", "unos", "unas"}
    | {"le", "les", "l", "une", "des", "els", "the", "a", "an"}
)
_GEMINATE = re.compile(r"(?<=[^\W\d]l)[\u00b7\u2022\u2027\u2219.](?=l[^\W\d])", re.IGNORECASE)
_INVERTED = re.compile(r"^(?P<rest>.+), (?P<article>[A-Za-zÀ-ÿ]{1,4}['’]?)$")
_BRACKETED = re.compile(r"^\[(?P<article>[A-Za-zÀ-ÿ]{1,4}['’]?) ?\]\s*(?P<rest>.+)$")


class _Folded(dict[int, str]):
    """Each character as it is compared, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold().translate(_LETTERS))
        folded = self[code] = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
        return folded


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Lower case without accents and punctuation, words parted by one space: the form that is compared.

    The raised point of Catalan parts no words, in any writing of it (col·lecció, col.lecció: colleccio).
    """
    if "l" in text or "L" in text or "\u0140" in text:
        text = _GEMINATE.sub("", text.replace("\u0140", "l\u00b7").replace("\u013f", "L\u00b7"))
    return " ".join(text.translate(_FOLDED).split())


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

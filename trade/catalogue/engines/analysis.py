"""Words and keys, made alike of what is written in the catalogue and of what is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from trade.catalogue.rules import ARTICLES, fold

SMALL = (
    ARTICLES
    | {"de", "del", "al", "y", "e", "o", "u", "en", "con", "por", "para", "que", "i", "amb", "per", "dels", "als"}
    | {"d", "s", "t", "m", "j", "n", "c", "qu", "et", "du", "au", "aux", "ou", "os", "as", "do", "da", "dos", "das"}
    | {"eta", "ta", "of", "and", "in", "to", "for", "on", "at", "by"}
)
"""Words that nobody is found by: they count only where nothing else is asked for."""
BEGINNINGS = 4
FULL, SERIES = "=", "#"
"""Mark a whole name among parts of names, a title with its small words, a series with its number."""
SHORT, LONGEST_PREFIX = 3, 10
"""Typeahead: beginnings of up to so many letters are kept for what is asked for most; and for every book."""
_JOINED = re.compile(r"[^\W_]+(?:['’‐\-·.&][^\W_]+)+")
_NUMBERED = re.compile(
    r"(?P<series>[^()\[\]:;]*?)[,\s]*(?:#|\bn[º°.]|\b(?:vol(?:ume|umen)?|tom[eo]|t|book|libro|livre|part[ei]?)\b\.?)"
    r"\s*(?P<number>\d{1,4})\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"#\s?\d|(?:vol|tom|book|libro|livre|part)[a-z]*\.?\s\d|\b(?:t|n[º°.])\.?\s?\d", re.IGNORECASE)
_JOINTS = frozenset("'’‐-·.&")
_MAIN = re.compile(r"\s*[(\[:/=]|\s[-–—]\s")


@lru_cache(maxsize=10_000)
def words(text: str) -> tuple[str, ...]:
    """The folded words, numbers without leading noughts ("Vol. 04" is 4)."""
    found = fold(text).split()
    if "0" in text:
        found = [word.lstrip("0") or "0" if word[0] == "0" and word.isdigit() else word for word in found]
    return tuple(found)


@lru_cache(maxsize=10_000)
def telling(text: str) -> tuple[str, ...]:
    """The words that tell something, or all of them where they are small words only."""
    every = words(text)
    return tuple([word for word in every if word not in SMALL]) or every


def joined(text: str) -> list[str]:
    """What stands together by hyphen, point or apostrophe as one word too: Saint-Exupéry, Jun'ichirō, S.A."""
    if _JOINTS.isdisjoint(text):
        return []
    return [fold(found).replace(" ", "") for found in _JOINED.findall(text)]


def title_keys(title: str) -> list[str]:
    """A title by its telling words, and the same without subtitle, series and translation."""
    keys = {" ".join(telling(title)), " ".join(telling(_MAIN.split(title, maxsplit=1)[0]))}
    return sorted(key for key in keys if key)


def exact_keys(title: str) -> list[str]:
    """A title with its small words (marked), and without subtitle."""
    return sorted({FULL + " ".join(words(part)) for part in (title, _MAIN.split(title, maxsplit=1)[0])})


def series_keys(title: str, collection: str) -> list[str]:
    """Series and number, the series by all of its words and by its first one: "(Artemis Fowl #2)", "Bleach Vol. 12"."""
    keys = {" ".join(telling(collection))} if collection[-1:].isdigit() else set()
    for found in _NUMBERED.finditer(title) if _DIGITS.search(title) else ():
        told = telling(found["series"])
        number = found["number"].lstrip("0") or "0"
        keys |= {" ".join([*words_, number]) for words_ in (told, told[:1]) if words_}
    return sorted(SERIES + key for key in keys)


def beginnings(title: str) -> list[str]:
    """The first telling word of a title, the first two, and so on."""
    told = telling(title)[:BEGINNINGS]
    return [" ".join(told[:number]) for number in range(1, len(told) + 1)]


def name_key(told: Iterable[str]) -> str:
    """A name whatever the order of its words."""
    return " ".join(sorted(told))


def name_keys(name: str) -> list[str]:
    """A name in full (marked) and without its first words: Gabriel García Márquez, García Márquez, Márquez."""
    told = telling(name)
    return [FULL + name_key(told), *sorted({name_key(told[start:]) for start in range(len(told))})]


def typed_key(text: str) -> str:
    """What typeahead compares: folded, without the first article unless it stands alone."""
    first, _, rest = " ".join(words(text)).partition(" ")
    return rest if rest and first in ARTICLES else f"{first} {rest}".strip()


def typed_name_keys(name: str) -> list[str]:
    """A name from each of its words on, and with the first one last, as in lists."""
    told = words(name)
    starts = [" ".join(told[start:]) for start in range(len(told))]
    return starts + ([" ".join([*told[1:], told[0]])] if len(told) > 1 else [])


def prefixes(keys: Iterable[str], *, popular: bool) -> list[str]:
    """The beginnings of keys that typeahead looks up."""
    shortest = 1 if popular else SHORT + 1
    return list({key[:length] for key in keys for length in range(shortest, min(len(key), LONGEST_PREFIX) + 1)})

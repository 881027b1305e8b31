"""Set titles into lines for covers and spines, without a browser.

Widths are hundredths of an em of Source Serif 4 at weight 600, the face the covers are drawn with;
letters with marks count as their base letter.
"""

from __future__ import annotations

import math
import unicodedata
from typing import NamedTuple

WIDTHS = {
    **dict(zip("abcdefghijklm", (55, 63, 53, 62, 54, 37, 57, 65, 34, 31, 62, 34, 96), strict=True)),
    **dict(zip("nopqrstuvwxyz", (65, 59, 63, 61, 48, 48, 37, 64, 58, 85, 58, 59, 50), strict=True)),
    **dict(zip("ABCDEFGHIJKLM", (71, 67, 66, 74, 63, 61, 72, 81, 39, 39, 73, 62, 93), strict=True)),
    **dict(zip("NOPQRSTUVWXYZ", (76, 74, 64, 74, 71, 56, 65, 76, 71, 102, 68, 67, 59), strict=True)),
    **dict.fromkeys("0123456789", 55),
    **dict.fromkeys(".,:;!¡·", 31),
    **dict(zip(" '’-–?¿&()«»", (23, 21, 24, 34, 53, 43, 43, 74, 38, 38, 57, 57), strict=True)),
    **dict(zip("æœßøÆŒØ", (83, 91, 66, 59, 94, 97, 74), strict=True)),
}
UNKNOWN = 70
SHORT_LINE_PENALTY = 0.8
LONGEST_WORD = 10.0


class Setting(NamedTuple):
    """Lines of text and the type size, in the drawing's units, at which they fit their box."""

    lines: tuple[str, ...]
    size: float


def width(text: str) -> float:
    """Width of `text` in em."""
    letters = unicodedata.normalize("NFD", text)
    return sum(WIDTHS.get(c, UNKNOWN) for c in letters if not unicodedata.combining(c)) / 100


def balanced(words: list[str], count: int) -> tuple[str, ...]:
    """Break `words` into `count` lines whose longest is as short as can be."""
    best: dict[tuple[int, int], tuple[float, tuple[str, ...]]] = {}

    def cut(start: int, lines: int) -> tuple[float, tuple[str, ...]]:
        if (start, lines) not in best:
            best[start, lines] = choose(start, lines)
        return best[start, lines]

    def choose(start: int, lines: int) -> tuple[float, tuple[str, ...]]:
        if lines == 1:
            line = " ".join(words[start:])
            return width(line), (line,)
        options = []
        for stop in range(start + 1, len(words) - lines + 2):
            line = " ".join(words[start:stop])
            rest_width, rest = cut(stop, lines - 1)
            options.append((max(width(line), rest_width), (line, *rest)))
        return min(options, key=lambda option: option[0])

    return cut(0, count)[1]


def fit(text: str, *, box: tuple[float, float], largest: float, leading: float = 1.06, most: int = 6) -> Setting:
    """Set `text` as large as fits `box` (width, height), trying one to `most` balanced lines.

    A line of one or two letters costs a fifth of the size, so that "Y" or "de" seldom stands alone.
    """
    words = [part for word in text.split() for part in broken(word)] or ["·"]
    best, best_score = Setting((" ".join(words),), 0.0), -1.0
    for count in range(1, min(most, len(words)) + 1):
        lines = balanced(words, count)
        size = min(largest, box[0] / max(map(width, lines)), box[1] / (count * leading))
        lonely = count > 1 and any(len(line) <= 2 for line in lines)
        score = size * (SHORT_LINE_PENALTY if lonely else 1) * 0.96**count
        if score > best_score:
            # Rounded down: half a tenth too much, times many letters, would run over the box.
            best, best_score = Setting(lines, math.floor(size * 10) / 10), score
    return best


def broken(word: str) -> list[str]:
    """Halve a word too long for any line, with a hyphen."""
    if width(word) <= LONGEST_WORD:
        return [word]
    middle = len(word) // 2
    return [word[:middle] + "-", *broken(word[middle:])]


def shortened(text: str, *, em: float) -> str:
    """Return `text` cut at a word so that it is at most `em` wide, with an ellipsis when cut."""
    if width(text) <= em:
        return text
    words = text.split()
    while len(words) > 1 and width(" ".join(words)) > em - 0.9:
        words.pop()
    kept = " ".join(words).rstrip(",;:")
    while len(kept) > 1 and width(kept) > em - 0.9:
        kept = kept[:-1]
    return kept + "…"

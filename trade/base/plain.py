"""Texts that came from outside made plain: no markup, no control characters, no stray blanks.

PostgreSQL stores no NUL and XML no control characters; trade feeds hold both, and HTML in every dialect.
"""

from __future__ import annotations

import html
import re

import nh3

LONGEST = 20_000
"""Characters of a description that are kept; the longest real ones have about 8,000."""

# Some software marks a word parted at a line's end with STX; U+00AD is the soft hyphen of typography.
_JOINS = dict.fromkeys((0x02, 0xAD, 0xFEFF, 0x200B))
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h[1-6]|/tr|/ul|/ol)\b[^<>]{0,200}>", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n+")


def tidy(text: str) -> str:
    """A text on one line: no control characters, single blanks, none at its ends."""
    if text.isprintable():
        return " ".join(text.split())
    return " ".join(_CONTROLS.sub(" ", text.translate(_JOINS)).split())


def plain_text(markup: str, *, longest: int = LONGEST) -> str:
    """The words of HTML, XHTML or plain text: paragraphs parted by a newline, entities read, everything else gone.

    Scripts and styles go with what is in them. Text that is longer is cut at a word, with an ellipsis.
    """
    if not markup.strip():
        return ""
    if markup.isprintable() and "<" not in markup and "&" not in markup:
        lines = " ".join(markup[: 4 * longest].split())
    else:
        lines = _without_markup(markup[: 4 * longest])
    return lines if len(lines) <= longest else shortened(lines[: longest - 1])


def _without_markup(markup: str) -> str:
    # Feeds escape their HTML once more than they should; the cleaner escapes what is left.
    broken = _BREAKS.sub("\n", html.unescape(markup).translate(_JOINS))
    words = _CONTROLS.sub(" ", html.unescape(nh3.clean(broken, tags=set(), link_rel=None)))
    words = _EMPTY_LINES.sub("\n", _BLANKS.sub(" ", words)).strip()
    return "\n".join(line.strip() for line in words.split("\n"))


def shortened(cut: str) -> str:
    """A text that ends in the middle: back to its last whole word, and an ellipsis."""
    whole, blank, _ = cut.rstrip().rpartition(" ")
    return f"{(whole if blank else cut).rstrip(' ,;:.-')}…"

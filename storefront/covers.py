"""Typographic covers: the picture of a book that has none, drawn from its ISBN, title and author.

The ISBN decides composition, colours and detail (SHA-1), so a title keeps its cover everywhere.
Source: the storefront's design notes, "Covers"; requirement F01 and section 2.4 of the journey.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from storefront.typesetting import Setting, fit, shortened, width


class Palette(NamedTuple):
    ground: str
    ink: str
    accent: str


PALETTES = (
    Palette("#1f4d3a", "#f4ecdc", "#d9b457"),
    Palette("#a3402d", "#fbf1e2", "#f2c79b"),
    Palette("#22375f", "#f3eee3", "#b7c9e6"),
    Palette("#dcac48", "#2b2118", "#8a3b1c"),
    Palette("#efe5cf", "#26231f", "#a6402d"),
    Palette("#57284a", "#f8eae1", "#e3a998"),
    Palette("#93adb3", "#17262b", "#f3f0e5"),
    Palette("#e5b9aa", "#3a1f1d", "#8f2d28"),
    Palette("#23221f", "#f4ecdc", "#cf6240"),
    Palette("#b8c4a0", "#202d18", "#38511f"),
    Palette("#dfe2dc", "#1c2d40", "#2d5c8c"),
    Palette("#c8703b", "#2b1109", "#fdf1de"),
)
LIGHT = frozenset({"#efe5cf", "#dfe2dc", "#b8c4a0", "#e5b9aa"})
"""Grounds on which the accent can be read, so that a framed title takes it."""
PAPER = "#fdf8ec"
ARTICLES = frozenset(
    [
        "el",
        "la",
        "los",
        "las",
        "lo",
        "un",
        "una",
        "unos",
        "unas",
        "le",
        "les",
        "l",
        "un",
        "une",
        "des",
        "du",
        "the",
        "a",
        "an",
    ]
)


class Book(NamedTuple):
    """What a composition needs: words set for a cover, colours, and a number for the details."""

    title: str
    author: str
    colours: Palette
    detail: int
    key: str


def digest(isbn: str) -> int:
    """Return the number that decides how the book of this ISBN looks."""
    return int(hashlib.sha1(isbn.encode(), usedforsecurity=False).hexdigest(), 16)


def palette(isbn: str) -> Palette:
    """Return the colours of the book of this ISBN: ground, ink and accent."""
    return PALETTES[digest(isbn) // 7 % 12]


@lru_cache(maxsize=4096)
def cover(isbn: str, title: str, author: str = "", *, decorative: bool = False) -> Markup:
    """Draw the cover as inline SVG, 200 x 300 units.

    `decorative` hides it from readers of screens, for places where title and author stand beside it.
    """
    number = digest(isbn)
    book = Book(cover_title(title), author, palette(isbn), number // 97, isbn)
    name = ", ".join(part for part in (title, author) if part)
    label = Markup('aria-hidden="true"') if decorative else Markup('role="img" aria-label="{}"').format(name)
    drawing = COMPOSITIONS[number % 6](book)
    return Markup(
        '<svg class="cover" viewBox="0 0 200 300" {}><path fill="{}" d="M0 0h200v300H0z"/>{}'
        '<path d="M6 0v300" stroke="#000" stroke-opacity=".14"/></svg>'
    ).format(label, book.colours.ground, drawing)


def cover_title(title: str) -> str:
    """Drop what a cover does not carry: series in brackets, and the subtitle of a long title."""
    bare = re.sub(r"\s*[(\[].*?[)\]]\s*", " ", title).strip() or title
    head = re.split(r"\s*[:/]\s|\s[–—]\s", bare)[0]
    return shortened(head if len(bare) > 40 and len(head) >= 3 else bare, em=46)


def title_lines(
    setting: Setting, *, x: float, y: float, fill: str, anchor: str = "start", leading: float = 1.06
) -> Markup:
    """Place the set lines; `y` is the first baseline."""
    spans = Markup("").join(
        Markup('<tspan x="{:g}" y="{:g}">{}</tspan>').format(x, round(y + i * setting.size * leading, 1), line)
        for i, line in enumerate(setting.lines)
    )
    return Markup('<text font-weight="600" font-size="{:g}" fill="{}" text-anchor="{}">{}</text>').format(
        setting.size, fill, anchor, spans
    )


def author_line(
    book: Book, *, x: float, y: float, size: float, fill: str, box: float, anchor: str = "start", italic: bool = False
) -> Markup:
    """Place the author on one line, smaller or cut when the name is long."""
    if not book.author:
        return Markup("")
    fitting = min(size, max(8.5, box / width(book.author)))
    text = shortened(book.author, em=box / fitting)
    style = Markup(' font-style="italic"') if italic else Markup("")
    return Markup('<text x="{:g}" y="{:g}" font-size="{:g}" fill="{}" text-anchor="{}"{}>{}</text>').format(
        x, y, round(fitting, 1), fill, anchor, style, text
    )


def last_baseline(setting: Setting, y: float, leading: float = 1.06) -> float:
    return y + (len(setting.lines) - 1) * setting.size * leading


def frame(book: Book) -> Markup:
    """Double frame, everything centred, one of three ornaments."""
    ground, ink, accent = book.colours
    title_ink = accent if ground in LIGHT else ink
    set_title = fit(book.title, box=(146, 128), largest=42, leading=1.1)
    first = 148 - (len(set_title.lines) - 1) * set_title.size * 0.55
    ornaments = (
        Markup('<path stroke="{}" stroke-width="1.6" d="M70 238h60M80 245h40M90 252h20"/>'),
        Markup('<path fill="{}" d="M100 236l8 10-8 10-8-10z"/>'),
        Markup('<path stroke="{}" stroke-width="6" stroke-linecap="round" d="M86 246h0M100 246h0M114 246h0"/>'),
    )
    return Markup("{}{}{}{}").format(
        Markup(
            '<path fill="none" stroke="{}" stroke-width="2" d="M13 13h174v274H13z"/>'
            '<path fill="none" stroke="{}" d="M18 18h164v264H18z"/>'
        ).format(ink, title_ink),
        author_line(book, x=100, y=48, size=14, fill=ink, box=150, anchor="middle"),
        title_lines(set_title, x=100, y=round(first, 1), fill=title_ink, anchor="middle", leading=1.1),
        ornaments[book.detail % 3].format(title_ink),
    )


def block(book: Book) -> Markup:
    """Flat colour, a large title, a short rule."""
    set_title = fit(book.title, box=(164, 168), largest=40)
    first = 20 + set_title.size
    rule = last_baseline(set_title, first) + 18
    return Markup("{}{}{}").format(
        title_lines(set_title, x=20, y=round(first, 1), fill=book.colours.ink),
        Markup('<path fill="{}" d="M20 {:g}h36v4H20z"/>').format(book.colours.accent, round(rule, 1)),
        author_line(book, x=20, y=280, size=15, fill=book.colours.ink, box=164),
    )


def arch(book: Book) -> Markup:
    """Rings or a setting sun over a horizon, in three places."""
    ground, ink, accent = book.colours
    middle = (50, 100, 150)[book.detail % 3]
    if book.detail // 3 % 2:
        shape = Markup('<circle cx="{}" cy="88" r="54" fill="{}"/><path fill="{}" d="{}"/>').format(
            middle, accent, ground, "".join(f"M0 {92 + 10 * i}h200v{2 + i}H0z" for i in range(5))
        )
    else:
        rings = "".join(half_ring(middle, outer, outer - 9 + outer // 30) for outer in (28, 48, 68, 88, 108, 126))
        shape = Markup('<path fill="{}" d="{}M{} 165a12 12 0 0 1 24 0z"/>').format(accent, rings, middle - 12)
    set_title = fit(book.title, box=(168, 76), largest=31, leading=1.08)
    first = 178 + set_title.size
    return Markup("{}{}{}{}").format(
        shape,
        Markup('<path stroke="{}" stroke-width="1.5" d="M0 165.5h200"/>').format(accent),
        title_lines(set_title, x=18, y=round(first, 1), fill=ink, leading=1.08),
        author_line(book, x=18, y=282, size=14, fill=ink, box=166, italic=True),
    )


def half_ring(middle: int, outer: int, inner: int) -> str:
    """The path of a half ring that stands on the horizon."""
    gap = outer - inner
    return f"M{middle - outer} 165a{outer} {outer} 0 0 1 {2 * outer} 0h-{gap}a{inner} {inner} 0 0 0-{2 * inner} 0z"


def pasted_label(book: Book) -> Markup:
    """One of four patterns with a pasted paper label."""
    ground, _, accent = book.colours
    patterns = (
        Markup('<path stroke="{}" stroke-width="2" d="M5 0v14"/>'),
        Markup('<circle cx="4" cy="4" r="2.6" fill="{}"/>'),
        Markup('<path fill="none" stroke="{}" stroke-width="1.8" d="M0 9l7-6 7 6"/>'),
        Markup('<path fill="none" stroke="{}" stroke-width="1.8" d="M0 7q3.5-7 7 0t7 0"/>'),
    )
    kind = book.detail % 4
    step = (10, 15, 14, 14)[kind]
    dark = ground if luminance(ground) < 0.2 else book.colours.ink
    set_title = fit(book.title, box=(120, 92), largest=25, leading=1.1)
    text_height = len(set_title.lines) * set_title.size * 1.1
    height = round(text_height + (52 if book.author else 34), 1)
    first = 62 + set_title.size
    return Markup("{}{}{}{}").format(
        Markup(
            '<pattern id="p{0}" width="{1}" height="{1}" patternUnits="userSpaceOnUse">{2}</pattern>'
            '<path fill="url(#p{0})" d="M0 0h200v300H0z"/>'
        ).format(book.key, step, patterns[kind].format(accent)),
        Markup(
            '<path fill="{}" d="M26 46h148v{}H26z"/><path fill="none" stroke="{}" d="M31.5 51.5h137v{:g}h-137z"/>'
        ).format(PAPER, height, dark, round(height - 11, 1)),
        title_lines(set_title, x=100, y=round(first, 1), fill="#26231f", anchor="middle", leading=1.1),
        author_line(
            book, x=100, y=round(46 + height - 20, 1), size=12.5, fill="#4a463f", box=124, anchor="middle", italic=True
        ),
    )


def luminance(colour: str) -> float:
    """Relative luminance of a #rrggbb colour, 0 to 1 (WCAG 2.2)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def initial(book: Book) -> Markup:
    """A huge first letter, articles skipped."""
    set_title = fit(book.title, box=(170, 66), largest=29)
    first = 16 + set_title.size
    author_y = last_baseline(set_title, first) + 20
    top = author_y + 14 if book.author else author_y
    letter = first_letter(book.title)
    size = round(min(188 / width(letter), (296 - top) / 0.67), 1)
    return Markup("{}{}{}").format(
        title_lines(set_title, x=18, y=round(first, 1), fill=book.colours.ink),
        author_line(book, x=18, y=round(author_y, 1), size=13, fill=book.colours.ink, box=168, italic=True),
        Markup(
            '<text x="103" y="294" font-weight="600" font-size="{:g}" fill="{}" text-anchor="middle">{}</text>'
        ).format(size, book.colours.accent, letter),
    )


def first_letter(title: str) -> str:
    """Return the capital, without its mark, of the title's first word that is not an article."""
    words = [word for word in re.split(r"[\s'’]+", title) if any(c.isalnum() for c in word)]
    named = [word for word in words if word.casefold() not in ARTICLES] or words or [title or "·"]
    letter = next((c for c in named[0] if c.isalnum()), "·").upper()[0]
    return unicodedata.normalize("NFD", letter)[0]


def bands(book: Book) -> Markup:
    """Stripes of nine heights under the title."""
    ground, ink, accent = book.colours
    set_title = fit(book.title, box=(170, 92), largest=33)
    first = 18 + set_title.size
    author_y = last_baseline(set_title, first) + 21
    top = max(148, author_y + 16)
    heights = [4, 8, 4, 14, 6, 26, 10, 4, 18]
    shift = book.detail % 9
    heights = heights[shift:] + heights[:shift]
    stripes, y = {accent: "", ink: ""}, top
    for i in range(40):
        height = heights[i % 9]
        if y + height > 300:
            break
        stripes[ink if i % 4 == 2 else accent] += f"M0 {y:g}h200v{height}H0z"
        y += height + 5
    drawn = Markup("").join(Markup('<path fill="{}" d="{}"/>').format(colour, path) for colour, path in stripes.items())
    return Markup("{}{}{}").format(
        title_lines(set_title, x=18, y=round(first, 1), fill=ink),
        author_line(book, x=18, y=round(author_y, 1), size=14, fill=ink, box=168),
        drawn,
    )


COMPOSITIONS: tuple[Callable[[Book], Markup], ...] = (frame, block, arch, pasted_label, initial, bands)

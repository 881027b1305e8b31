"""A shelf of spines: the titles a bookshop has, as one drawing, coloured like their covers."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from storefront.covers import cover_title, digest, palette
from storefront.typesetting import shortened, width

WIDTH = 1136
HEIGHT = 105


def spines(books: Iterable[tuple[str, str]]) -> Markup:
    """Draw (ISBN, title) pairs side by side until the shelf is full; each spine's measures come from its ISBN."""
    drawn, x = [], 4
    for isbn, title in books:
        number = digest(isbn)
        thick, tall = 17 + number % 23, 74 + number // 23 % 32
        if x + thick > WIDTH:
            break
        drawn.append(spine(isbn, title, x, thick, tall))
        x += thick + (16 if number // 736 % 9 == 0 else 1)
    return Markup('<svg viewBox="0 0 {} {}" preserveAspectRatio="xMinYMax slice" aria-hidden="true">{}</svg>').format(
        WIDTH, HEIGHT, Markup("").join(drawn)
    )


def spine(isbn: str, title: str, x: int, thick: int, tall: int) -> Markup:
    """One spine: ground, two bands, and the title where it can be read."""
    ground, ink, accent = palette(isbn)
    top = HEIGHT - tall
    size = min(thick * 0.5, 13.0, (tall - 34) / max(width(cover_title(title)), 0.1))
    words = Markup("")
    if size < 6.5 and thick >= 20:
        size = 6.5
    if size >= 6.5:
        words = Markup(
            '<text transform="translate({:g} {:g}) rotate(90)" font-size="{:g}" font-weight="600" fill="{}"'
            ' text-anchor="middle">{}</text>'
        ).format(
            round(x + thick / 2 - size * 0.33, 1),
            round(top + tall / 2, 1),
            round(size, 1),
            ink,
            shortened(cover_title(title), em=(tall - 34) / size),
        )
    return Markup(
        '<path fill="{}" d="M{} {}h{}v{}h-{}z"/><path fill="{}" d="M{} {}h{}v2H{}zM{} {}h{}v2H{}z"/>{}'
    ).format(ground, x, top, thick, tall, thick, accent, x, top + 10, thick, x, x, HEIGHT - 14, thick, x, words)

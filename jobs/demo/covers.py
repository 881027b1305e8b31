"""Sample covers, drawn from title and author: no picture of anybody."""

from __future__ import annotations

import textwrap
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from config.settings import ROOT
from jobs.demo.chance import one_of
from trade.catalogue.rules import NewBook

WIDTH, HEIGHT, MARGIN = 400, 600, 36
COLOURS: Final = ("#1f4d3a", "#7a2e2e", "#2b3f6b", "#5b4a1f", "#4a2c5e", "#235a66")
PAPER: Final = "#f6f1e6"
FONTS: Final = ROOT / "web" / "static" / "fonts"


def cover(book: NewBook, *, label: str) -> bytes:
    """A cover of plain colour with title, first author and a label that says that it is a sample."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), one_of(f"cover:{book.isbn}", COLOURS))
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle((MARGIN / 2, MARGIN / 2, WIDTH - MARGIN / 2, HEIGHT - MARGIN / 2), outline=PAPER, width=2)
    _write(drawing, 70, book.title, size=40, letters=16, lines=6)
    _write(drawing, 440, book.authors[0] if book.authors else "", size=26, letters=24, lines=2)
    _write(drawing, 545, label, size=16, letters=40, lines=1)
    output = BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


def _write(drawing: ImageDraw.ImageDraw, top: int, words: str, *, size: int, letters: int, lines: int) -> None:
    wrapped = "\n".join(textwrap.wrap(words, letters, max_lines=lines, placeholder=" …"))
    font = ImageFont.truetype(str(FONTS / "source-serif-4-latin-600-normal.woff2"), size)
    drawing.multiline_text((MARGIN, top), wrapped, fill=PAPER, font=font, spacing=8)

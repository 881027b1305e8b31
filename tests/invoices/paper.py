"""Looking into a made PDF, and a catalogue that shows which words pass through it."""

from __future__ import annotations

from gettext import NullTranslations
from io import BytesIO

import pikepdf
from pypdf import PdfReader


class Marked(NullTranslations):
    """Turns every message into ``[message]``, so that a word left untranslated stands out."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return f"[{singular if number == 1 else plural}]"


def text_of(pdf: bytes) -> str:
    """All text of the PDF, its lines joined."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Each font's name without its subset tag, and whether its file is embedded."""
    found = {}
    with pikepdf.open(BytesIO(pdf)) as document:
        for font in document.objects:
            if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/FontDescriptor":
                name = str(font.FontName).rpartition("+")[2].rstrip(",")
                found[name] = any(key in font for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found

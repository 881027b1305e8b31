"""Codes of the catalogue in the reader's words: languages, forms, what became of an edition."""

from __future__ import annotations

from babel import Locale
from babel.core import UnknownLocaleError
from flask_babel import get_locale

from trade.base.text import N_
from trade.catalogue.records import Form
from web.words import gettext as _

FORMS = {
    Form.PAPERBACK: N_("Paperback"),
    Form.HARDBACK: N_("Hardback"),
    Form.POCKET: N_("Pocket edition"),
    Form.COMIC: N_("Comic"),
    Form.EBOOK: N_("E-book"),
    Form.AUDIO: N_("Audiobook"),
    Form.MAP: N_("Map"),
    Form.OTHER_BOOK: N_("Other format"),
}
ROLES = {
    "translator": N_("Translation"),
    "illustrator": N_("Illustrations"),
    "editor": N_("Edited by"),
    "narrator": N_("Read by"),
    "other": N_("With"),
}
THEMA = {
    "A": N_("Arts"),
    "C": N_("Language and linguistics"),
    "D": N_("Biography, literature and criticism"),
    "F": N_("Fiction"),
    "G": N_("Reference"),
    "J": N_("Society and social sciences"),
    "K": N_("Economics and business"),
    "L": N_("Law"),
    "M": N_("Medicine"),
    "N": N_("History"),
    "P": N_("Mathematics and science"),
    "Q": N_("Philosophy and religion"),
    "R": N_("Earth and environment"),
    "S": N_("Sports"),
    "T": N_("Technology and agriculture"),
    "U": N_("Computing"),
    "V": N_("Health and personal development"),
    "W": N_("Lifestyle, hobbies and travel"),
    "X": N_("Comics and graphic novels"),
    "Y": N_("Children and teenagers"),
}
"""The first letters of Thema 1.5, the trade's own subject scheme (EDItEUR)."""


def form_name(code: str) -> str:
    """What kind of book it is; empty where that is not known."""
    return next((_(words) for form, words in FORMS.items() if form == code), "")


def language_name(code: str) -> str:
    """A language in the reader's language, with a capital."""
    try:
        name = (Locale.parse(code).get_display_name(get_locale()) or code) if code else ""
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]


def subject_name(told: str) -> str:
    """A subject in words: a feed's own text as it is, a Thema code by its first letter with the code behind."""
    scheme, parted, code = told.partition(":")
    words = THEMA.get(code[:1]) if parted and scheme == "thema" else None
    return f"{_(words)} ({code})" if words else told

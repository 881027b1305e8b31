"""Codes of the catalogue in the reader's words: languages, forms, what became of an edition."""

from __future__ import annotations

from babel import Locale
from babel.core import UnknownLocaleError
from flask_babel import get_locale
from flask_babel import gettext as _

from trade.base.text import N_
from trade.catalogue.records import Form

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

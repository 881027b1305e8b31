"""What sources say of a book, in words: fields, and values as people read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext

from trade.base.text import N_
from trade.catalogue.queries.telling import Told
from web.language import day, isbn, money, number, percent

FIELDS = {
    "title": N_("Title"),
    "rough_title": N_("Title in capitals or cut"),
    "subtitle": N_("Subtitle"),
    "contributors": N_("Contributors"),
    "publisher": N_("Publisher"),
    "imprint": N_("Imprint"),
    "collection": N_("Series"),
    "collection_number": N_("Number in the series"),
    "edition": N_("Edition"),
    "published_on": N_("Published"),
    "year": N_("Year"),
    "language": N_("Language"),
    "original_language": N_("Original language"),
    "pages": N_("Pages"),
    "width_mm": N_("Width"),
    "height_mm": N_("Height"),
    "thickness_mm": N_("Thickness"),
    "weight_grams": N_("Weight"),
    "estimated_grams": N_("Weight, estimated"),
    "form": N_("Binding or form"),
    "subjects": N_("Subject codes"),
    "subject_text": N_("Subject"),
    "schoolbook": N_("Textbook"),
    "category": N_("Price category"),
    "prices": N_("Prices"),
    "price_is_sample": N_("Sample price"),
    "availability": N_("Availability"),
    "available_on": N_("Available from"),
    "on_sale_on": N_("On sale from"),
    "replaced_by": N_("Replaced by"),
    "supplier": N_("Distributor"),
    "safety": N_("Product safety contact"),
    "description": N_("Description"),
    "keywords": N_("Keywords"),
    "cover_url": N_("Address of the cover"),
}
WORDS = {
    "available": N_("Available"),
    "short_term_out": N_("Out for a short time"),
    "out_indefinitely": N_("Out, no date"),
    "reprinting": N_("Being reprinted"),
    "forthcoming": N_("Forthcoming"),
    "replaced": N_("Replaced by a new edition"),
    "print_on_demand": N_("Printed on demand"),
    "not_ours": N_("Not in the list"),
    "sold_out": N_("Sold out"),
    "discontinued": N_("Discontinued"),
    "recalled": N_("Recalled"),
    "paperback": N_("Paperback"),
    "hardback": N_("Hardback"),
    "pocket": N_("Pocket book"),
    "comic": N_("Comic"),
    "ebook": N_("E-book"),
    "audio": N_("Audiobook"),
    "map": N_("Map"),
    "other_book": N_("Other book"),
    "author": N_("author"),
    "translator": N_("translator"),
    "illustrator": N_("illustrator"),
    "editor": N_("editor"),
    "narrator": N_("narrator"),
    "other": N_("other"),
    "fixed": N_("fixed price"),
    "free": N_("free price, what the bookshop pays"),
    "recommended": N_("recommended"),
    "fixed_price": N_("Fixed-price books"),
    "textbook": N_("Textbooks"),
    "imported": N_("Imported books"),
    "non_book": N_("Other articles"),
}
SHORTENED = 400


def in_order(fields: Sequence[Told]) -> list[Told]:
    """The fields that say something, as a record is read."""
    places = {name: place for place, name in enumerate(FIELDS)}
    told = [field for field in fields if field.value or any(value for _, value in field.others)]
    return sorted(told, key=lambda field: places.get(field.name, len(places)))


def field_name(told: Told) -> str:
    """What a field is called."""
    return gettext(FIELDS[told.name]) if told.name in FIELDS else told.name


def word(code: str) -> str:
    """A code in words, where there are such."""
    return gettext(WORDS[code]) if code in WORDS else code


def shown(name: str, value: Any) -> str:
    """The value of a field as people read it."""
    if value in ("", [], None):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return SHOWN.get(name, str)(value)


def price(told: dict[str, Any]) -> str:
    """One price of a statement with its days, VAT and kind."""
    parts = [money(told["cents"])]
    parts += [gettext("without VAT")] if told.get("net") else []
    parts += [gettext("VAT %(rate)s", rate=percent(told["rate"]))] if "rate" in told else []
    parts += [gettext("from %(day)s", day=_day(told["from"]))] if "from" in told else []
    parts += [gettext("until %(day)s", day=_day(told["until"]))] if "until" in told else []
    return ", ".join([*parts, word(told["kind"])])


def _day(plain: str) -> str:
    return day(date.fromisoformat(plain))


def _people(people: Sequence[Sequence[str]]) -> str:
    return "; ".join(name if role == "author" else f"{name} ({word(role)})" for name, role in people)


def _safety(contact: dict[str, Any]) -> str:
    return " · ".join(filter(None, [*(contact.get(part, "") for part in ("name", "address", "email", "url"))]))


def _short(text: str) -> str:
    return text if len(text) <= SHORTENED else f"{text[:SHORTENED]}…"


def _millimetres(value: int) -> str:
    return gettext("%(length)s mm", length=number(value))


def _grams(value: int) -> str:
    return gettext("%(grams)s g", grams=number(value))


SHOWN: dict[str, Callable[[Any], str]] = {
    "contributors": _people,
    "published_on": _day,
    "available_on": _day,
    "on_sale_on": _day,
    "width_mm": _millimetres,
    "height_mm": _millimetres,
    "thickness_mm": _millimetres,
    "weight_grams": _grams,
    "estimated_grams": _grams,
    "form": word,
    "availability": word,
    "category": word,
    "replaced_by": isbn,
    "subjects": lambda pairs: ", ".join(f"{scheme} {code}" for scheme, code in pairs),
    "keywords": ", ".join,
    "prices": lambda prices: "\n".join(map(price, prices)),
    "safety": _safety,
    "description": _short,
}

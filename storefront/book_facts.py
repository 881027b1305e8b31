"""The record of a book in a reader's words: facts, what became of the edition, price, whom to ask about its safety."""

from __future__ import annotations

from typing import NamedTuple

from storefront.links import book_path, search_path
from storefront.wording import ROLES, form_name, language_name, subject_name
from trade.base.text import N_
from trade.catalogue.models import Book, BookDetail
from trade.catalogue.records import Availability
from trade.catalogue.rules import hyphenated
from web.language import number, short_day
from web.words import gettext as _

STATES = {
    Availability.SHORT_TERM_OUT: N_("The publisher is out of stock for some weeks."),
    Availability.REPRINTING: N_("The publisher is reprinting it."),
    Availability.OUT_INDEFINITELY: N_("Out of print for now; copies may be left in bookshops."),
    Availability.SOLD_OUT: N_("Sold out at the publisher; copies may be left in bookshops."),
    Availability.DISCONTINUED: N_("The publisher no longer makes it; copies may be left in bookshops."),
    Availability.RECALLED: N_("The publisher has recalled this book: no bookshop may sell it."),
    Availability.REPLACED: N_("There is a newer edition of this book."),
}
PRICE_NOTES = {
    "fixed": N_("The same price in every bookshop, VAT included"),
    "free": N_("Free price: set by the network, VAT included"),
    "recommended": N_("Recommended price, VAT included"),
}


class Fact(NamedTuple):
    """A line of the record; ``url`` leads to more of the same, ``note`` says how sure the value is."""

    name: str
    value: str
    url: str = ""
    note: str = ""


class State(NamedTuple):
    """What became of the edition, and where to go on."""

    words: str
    bad: bool = False
    url: str = ""
    link: str = ""


class Safety(NamedTuple):
    """Who answers for the product (Regulation (EU) 2023/988, article 19)."""

    name: str
    address: str
    email: str
    url: str
    warnings: list[str]


def facts(book: Book) -> list[Fact]:
    """The record in few lines; what is not known is left out."""
    detail = book.detail or BookDetail()
    lines = [
        Fact(_("Publisher"), book.publisher, search_path(book.publisher), imprint(book, detail)),
        Fact(_("Collection"), collection(book), search_path(book.collection)),
        *people(book),
        Fact(_("Published"), short_day(book.published_on) if book.published_on else str(book.year or "")),
        Fact(_("Edition"), _("%(number)s.", number=detail.edition) if (detail.edition or 0) > 1 else ""),
        Fact(_("Format"), form_name(book.form)),
        Fact(_("Pages"), number(book.pages) if book.pages else ""),
        Fact(_("Size"), size(detail)),
        Fact(_("Weight"), f"{number(book.weight_grams)}\u00a0g" if book.weight_grams else "", note=estimate(book)),
        Fact(_("Language"), language_name(book.language)),
        Fact(_("Original language"), original(book, detail)),
        Fact(_("Subjects"), subject_name(book.subject or book.subject_code), search_path(book.subject)),
        Fact(_("ISBN"), hyphenated(book.isbn)),
    ]
    return [line for line in lines if line.value]


def imprint(book: Book, detail: BookDetail) -> str:
    """The imprint where it is not the publisher itself."""
    return detail.imprint if detail.imprint and detail.imprint != book.publisher else ""


def collection(book: Book) -> str:
    """The collection with the number in it."""
    if not book.collection or not book.collection_number:
        return book.collection
    return _("%(collection)s, no. %(number)s", collection=book.collection, number=book.collection_number)


def people(book: Book) -> list[Fact]:
    """Who translated, drew, edited or read it."""
    found: dict[str, list[str]] = {}
    for person in book.contributors:
        if person.role in ROLES:
            found.setdefault(person.role, []).append(person.name)
    return [Fact(_(ROLES[role]), ", ".join(names)) for role, names in found.items()]


def size(detail: BookDetail) -> str:
    """Width, height and thickness in centimetres, as far as they are told."""
    if not (detail.width_mm and detail.height_mm):
        return ""
    measures = [detail.width_mm, detail.height_mm, *([detail.thickness_mm] if detail.thickness_mm else [])]
    return " × ".join(str(number(measure / 10)) for measure in measures) + "\u00a0cm"


def estimate(book: Book) -> str:
    """That the weight was guessed from the pages."""
    return _("estimate") if book.weight_is_estimate else ""


def original(book: Book, detail: BookDetail) -> str:
    """The language it was written in, where that is another one."""
    code = detail.original_language or ""
    return language_name(code) if code and code != book.language else ""


def state_of(book: Book) -> State | None:
    """What the reader should know of the edition; None for a book that is simply sold."""
    if book.availability == Availability.FORTHCOMING:
        day = book.on_sale_on or book.available_on or book.published_on
        return State(_("On sale from %(day)s.", day=short_day(day)) if day else _("It is not published yet."))
    words = next((_(text) for state, text in STATES.items() if state == book.availability), "")
    if not words:
        return None
    if book.availability == Availability.REPRINTING and book.available_on:
        words = _("The publisher is reprinting it; expected on %(day)s.", day=short_day(book.available_on))
    link = (book_path(book.replaced_by), _("See the newer edition")) if book.replaced_by else ("", "")
    return State(words, book.availability == Availability.RECALLED, *link)


def price_note(book: Book) -> str:
    """What kind of price it is."""
    return _(PRICE_NOTES.get(book.price_kind, PRICE_NOTES["fixed"]))


def safety_of(book: Book) -> Safety | None:
    """The contact for product safety; None where no source tells one."""
    told = book.detail.safety if book.detail else {}
    if not told or not told.get("name"):
        return None
    return Safety(
        str(told["name"]),
        str(told.get("address") or ""),
        str(told.get("email") or ""),
        web_address(str(told.get("url") or "")),
        [str(warning) for warning in told.get("warnings") or ()],
    )


def web_address(text: str) -> str:
    """An address that may be a link; empty for anything else a feed may hold."""
    return text if text.startswith(("https://", "http://")) else ""


def paragraphs(book: Book) -> list[str]:
    """The description, each paragraph for itself; feeds are kept as plain text."""
    text = book.detail.description if book.detail else ""
    return [" ".join(part.split()) for part in text.split("\n") if part.strip()]

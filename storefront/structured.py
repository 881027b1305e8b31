"""What search engines read of a book: schema.org Book with the offers of bookshops, as JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from storefront.links import absolute
from storefront.shown import BookShown, OfferShown
from trade.availability.rules import Label
from trade.catalogue.models import Book
from trade.catalogue.records import Availability, Form
from web.database import profile

FORMATS = {
    Form.PAPERBACK: "Paperback",
    Form.POCKET: "Paperback",
    Form.HARDBACK: "Hardcover",
    Form.EBOOK: "EBook",
    Form.AUDIO: "AudiobookFormat",
    Form.COMIC: "GraphicNovel",
}
STATES = {
    Label.ON_SHELF: "InStock",
    Label.SHORT_TERM: "BackOrder",
    Label.PRINT_ON_DEMAND: "MadeToOrder",
    Label.OTHER_BOOKSHOP: "BackOrder",
    Label.PRESALE: "PreOrder",
    Label.DELEGATED: "InStock",
}
SCHEMA = "https://schema.org/"
MOST = 5


def book_data(book: Book, told: BookShown, offers: Sequence[OfferShown]) -> dict[str, Any]:
    """A book for machines; what is not known is left out."""
    address = absolute("public.book", isbn=told.isbn)
    data = {
        "@context": SCHEMA.rstrip("/"),
        "@type": ["Book", "Product"],
        "@id": address,
        "url": address,
        "name": book.title,
        "alternativeHeadline": book.subtitle,
        "author": [{"@type": "Person", "name": author.name} for author in book.authors],
        "isbn": told.isbn,
        "gtin13": told.isbn,
        "bookFormat": next((SCHEMA + name for form, name in FORMATS.items() if form == book.form), ""),
        "inLanguage": book.language,
        "numberOfPages": book.pages,
        "datePublished": book.published_on.isoformat() if book.published_on else str(book.year or ""),
        "publisher": {"@type": "Organization", "name": book.publisher} if book.publisher else None,
        "about": book.subject,
        "description": book.detail.description if book.detail else "",
        "image": absolute_of(told.image),
        "offers": [offer_data(book, offer, address) for offer in offers[:MOST]] if for_sale(book) else [],
    }
    return {name: value for name, value in data.items() if value}


def for_sale(book: Book) -> bool:
    """Whether there is anything to offer: a price, and no recall."""
    return bool(book.price_cents) and book.availability != Availability.RECALLED


def offer_data(book: Book, offer: OfferShown, address: str) -> dict[str, Any]:
    """One bookshop's offer."""
    cents = book.price_cents or 0
    return {
        "@type": "Offer",
        "url": address,
        "price": f"{cents // 100}.{cents % 100:02d}",
        "priceCurrency": profile().currency,
        "availability": SCHEMA + STATES[Label(offer.label.key)],
        "itemCondition": f"{SCHEMA}NewCondition",
        "seller": {
            "@type": "BookStore",
            "name": offer.name,
            "url": absolute("public.bookshop", slug=offer.slug),
        },
    }


def absolute_of(path: str) -> str:
    """A path of ours as a whole address; empty for none."""
    return absolute("public.home").rstrip("/") + path.removeprefix(url_for("public.home").rstrip("/")) if path else ""

"""What a source says of a book, as plain values that are kept as they were said; ``None`` is not said at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import zstandard

from trade.base.money import gross_of
from trade.catalogue.records import Availability, BookRecord, Price
from trade.catalogue.rules.books import NewBook
from trade.catalogue.rules.words import upright_name, upright_title

Said = dict[str, Any]
"""One source's statement: field -> plain value. Prices are :func:`plain_price`, pairs are lists of two.

A title that is cut or in capitals (CAMPRE, ESTADO) is said as ``rough_title``: it never stands in a better one's way.
"""

CURRENCY: Final = "EUR"
MOST_PRICES: Final = 24
LONGEST_TEXT: Final = 20_000

AS_THEY_ARE: Final = (
    "publisher", "imprint", "collection", "collection_number", "edition", "language", "original_language", "pages",
    "width_mm", "height_mm", "thickness_mm", "weight_grams", "form", "subject_text", "availability", "replaced_by",
    "cover_url", "schoolbook", "supplier",
)  # fmt: skip
DAYS: Final = ("published_on", "on_sale_on", "available_on")


def said_in(record: BookRecord, *, country: str) -> Said:
    """The statement of a record. Prices in other currencies or for other countries are as if not said."""
    said: Said = {}
    for name in AS_THEY_ARE:
        value = getattr(record, name)
        if value is not None:
            said[name] = value
    for name in DAYS:
        day = getattr(record, name)
        if day is not None:
            said[name] = day.isoformat()
    if record.title is not None:
        said["rough_title" if record.title_is_rough else "title"] = upright_title(record.title)
    if record.subtitle is not None:
        said["subtitle"] = " ".join(record.subtitle.split())
    if record.description is not None:
        said["description"] = record.description.strip()[:LONGEST_TEXT]
    if record.contributors is not None:
        told_names = ((upright_name(person.name), person.role) for person in record.contributors)
        said["contributors"] = [list(pair) for pair in dict.fromkeys(told_names) if pair[0]]
    if record.subjects is not None:
        said["subjects"] = [list(pair) for pair in dict.fromkeys(record.subjects)]
    if record.keywords is not None:
        said["keywords"] = list(dict.fromkeys(word for word in record.keywords if word))
    if record.safety is not None:
        contact = record.safety
        told = {"name": contact.name, "address": contact.address, "email": contact.email, "url": contact.url}
        said["safety"] = told | {"warnings": list(contact.warnings)}
    if record.prices is not None:
        ours = [price for price in record.prices if _concerns(price, country)]
        if ours or not record.prices:
            said["prices"] = [plain_price(price, announced=record.action == "update") for price in ours][:MOST_PRICES]
    return said


def said_by(book: NewBook) -> Said:
    """The statement that a book added by hand makes."""
    plain = {
        "title": upright_title(book.title),
        "subtitle": " ".join(book.subtitle.split()),
        "contributors": [[name, "author"] for name in dict.fromkeys(map(upright_name, book.authors)) if name],
        "publisher": book.publisher,
        "year": book.year,
        "language": book.language,
        "pages": book.pages,
        "subject_text": book.subject,
        "collection": book.collection,
        "category": book.category,
        "estimated_grams" if book.weight_is_estimate else "weight_grams": book.weight_grams,
        "price_is_sample": book.price_is_sample,
        "prices": None if book.price_cents is None else [plain_price(Price(book.price_cents), announced=False)],
    }
    if book.forthcoming_on is not None:
        plain |= {"availability": str(Availability.FORTHCOMING), "on_sale_on": book.forthcoming_on.isoformat()}
    return {name: value for name, value in plain.items() if value is not None}


def plain_price(price: Price, *, announced: bool) -> dict[str, Any]:
    """A price as plain values; ``announced`` where it came alone, as news of a coming day."""
    told: dict[str, Any] = {"cents": price.cents, "kind": price.kind}
    if not price.vat_included:
        told["net"] = True
    if price.vat_rate is not None:
        told["rate"] = price.vat_rate
    if price.valid_from is not None:
        told["from"] = price.valid_from.isoformat()
        told |= {"announced": True} if announced else {}
    if price.valid_until is not None:
        told["until"] = price.valid_until.isoformat()
    return told


def _concerns(price: Price, country: str) -> bool:
    if price.currency != CURRENCY or f"-{country}" in price.territories:
        return False
    named = [territory for territory in price.territories if not territory.startswith("-")]
    return not named or country in named


def combined(before: Said | None, said: Said, *, action: str) -> Said:
    """What a source says now, after it said ``before``: all anew (full), or only what it names (update).

    Dated prices that were announced by themselves outlive a full record that knows no dates: SINLI LIBROS tells the
    price of today while CAMPRE has told that of next month.
    """
    if not before:
        return said
    if action == "update":
        now = before | said
        if "prices" in said and said["prices"]:
            now["prices"] = _joined_prices(before.get("prices", []), said["prices"])
        return now
    coming = [price for price in before.get("prices", ()) if price.get("announced")]
    if coming and said.get("prices") and not any("from" in price for price in said["prices"]):
        return said | {"prices": _joined_prices(said["prices"], coming)}
    return said


def _joined_prices(before: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both lists in the order of their dates, the new price where both name the same day and kind."""
    known = {(price.get("from", ""), price["kind"], price.get("net", False)): price for price in [*before, *more]}
    dates = {price.get("from", "") for price in more}
    newest = {(price.get("from", ""), price["kind"], price.get("net", False)) for price in more}
    kept = [price for key, price in known.items() if key[0] not in dates or key in newest]
    return sorted(kept, key=lambda price: str(price.get("from", "")))[-MOST_PRICES:]


def gross_cents(price: Mapping[str, Any], *, usual_rate: int) -> int:
    """The price with VAT: made gross once, half up, by its own rate or the usual one (per ten thousand)."""
    cents: int = price["cents"]
    return gross_of(cents, price.get("rate", usual_rate)) if price.get("net") else cents


def day_of(plain: str | None) -> date | None:
    """A day of a statement."""
    return date.fromisoformat(plain) if plain else None


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def written(said: Said) -> bytes:
    """A statement as bytes, always the same for the same statement."""
    return _encode(said).encode()


def digest_of(plain: bytes) -> int:
    """A number that tells two statements apart (64 bits, signed as PostgreSQL's)."""
    return int.from_bytes(hashlib.blake2b(plain, digest_size=8).digest(), "big", signed=True)


def squeezed(plain: bytes) -> bytes:
    """A written statement as it is kept: some 600 bytes for a book with a summary."""
    return zstandard.compress(plain, level=3)


def opened(kept: bytes) -> Said:
    """The statement that is kept."""
    said: Said = json.loads(zstandard.decompress(kept))
    return said

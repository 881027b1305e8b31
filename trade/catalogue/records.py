"""What a catalogue feed says of one book, whatever its format: the one shape that all readers give.

Amounts are cents, lengths millimetres, weights grams, rates per ten thousand. ``None`` means that the feed does not
say; an empty text or tuple means that it says "none". Sources: SINLI manual (May 2020), ONIX 2.1-3.1, Tite-Live.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from trade.base.text import Text


class Availability(StrEnum):
    """The one internal availability code of all dialects (domain.md 3.5)."""

    AVAILABLE = "available"
    SHORT_TERM_OUT = "short_term_out"
    OUT_INDEFINITELY = "out_indefinitely"
    REPRINTING = "reprinting"
    FORTHCOMING = "forthcoming"
    REPLACED = "replaced"
    PRINT_ON_DEMAND = "print_on_demand"
    NOT_OURS = "not_ours"
    SOLD_OUT = "sold_out"
    DISCONTINUED = "discontinued"
    RECALLED = "recalled"


class Form(StrEnum):
    """What kind of thing it is; readers filter by it."""

    PAPERBACK = "paperback"
    HARDBACK = "hardback"
    POCKET = "pocket"
    COMIC = "comic"
    EBOOK = "ebook"
    AUDIO = "audio"
    MAP = "map"
    OTHER_BOOK = "other_book"
    NOT_A_BOOK = "not_a_book"


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person or body and the part taken: author, translator, illustrator, editor, narrator, other."""

    name: str
    role: str = "author"


@dataclass(frozen=True, slots=True)
class Price:
    """A price from a day on. ``vat_rate`` per ten thousand.

    ``kind``: fixed (by law), recommended, or free. A free price is what the bookshop pays its supplier (SINLI's
    cession price, VAT as told): the bookshop sets its own, so it is never charged to a reader.
    ``territories`` are countries (or "ES-CN") where it holds, "-US" where it does not; empty: everywhere.
    """

    cents: int
    vat_included: bool = True
    vat_rate: int | None = None
    kind: Literal["fixed", "free", "recommended"] = "fixed"
    currency: str = "EUR"
    valid_from: date | None = None
    valid_until: date | None = None
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SafetyContact:
    """Who answers for the product's safety (GPSR 2023/988, article 19), and its warnings."""

    name: str
    address: str = ""
    email: str = ""
    url: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BookRecord:
    """One book as one feed tells it. ``place`` is the line or record number, for messages.

    ``action``: full (replaces what this source said before), update (only what is given), delete (the source no
    longer speaks for it). ``subjects`` are (scheme, code): thema, bic, ibic, clil, csr, cdu, bisac.
    """

    isbn: int
    place: int
    action: Literal["full", "update", "delete"] = "full"
    title: str | None = None
    title_is_rough: bool = False
    subtitle: str | None = None
    contributors: tuple[Contributor, ...] | None = None
    publisher: str | None = None
    imprint: str | None = None
    collection: str | None = None
    collection_number: str | None = None
    edition: int | None = None
    published_on: date | None = None
    on_sale_on: date | None = None
    language: str | None = None
    original_language: str | None = None
    pages: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    thickness_mm: int | None = None
    weight_grams: int | None = None
    form: Form | None = None
    subjects: tuple[tuple[str, str], ...] | None = None
    subject_text: str | None = None
    keywords: tuple[str, ...] | None = None
    description: str | None = None
    prices: tuple[Price, ...] | None = None
    availability: Availability | None = None
    available_on: date | None = None
    replaced_by: int | None = None
    cover_url: str | None = None
    safety: SafetyContact | None = None
    schoolbook: bool | None = None
    supplier: str | None = None


@dataclass(frozen=True, slots=True)
class NotABook:
    """A record of something else: it is kept out of the catalogue and counted. ``code`` says what it is.

    The code is the barcode where it cannot be a book's, else the word of the feed (an ONIX product form).
    """

    place: int
    code: str


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that cannot be taken, why, and its beginning as it stands in the file; it stops nothing."""

    place: int
    reason: Text
    excerpt: str


CatalogueEntry = BookRecord | NotABook | RejectedRecord

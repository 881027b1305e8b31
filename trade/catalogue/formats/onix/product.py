"""One product of ONIX as one entry: a whole record, an update of what is given, or the end of a record.

An update of release 3.x replaces whole blocks: what a given block leaves out is empty, what another block would tell
is not said. Release 2.1 has no blocks: there an update says what it says.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Literal

from trade.base.errors import Refused
from trade.base.languages import language_of
from trade.base.text import N_
from trade.catalogue.formats import book_or_other
from trade.catalogue.formats.onix import codes, describing, trading
from trade.catalogue.formats.onix.dates import date_in, day_of
from trade.catalogue.formats.onix.tags import Part
from trade.catalogue.formats.onix.trading import Defaults
from trade.catalogue.records import Availability, BookRecord, CatalogueEntry, Form, NotABook, RejectedRecord

_EXCERPT = 80
_COMICS = {"thema": "X", "bic": "FX", "bisac": "CGN", "clil": "3771"}
_BLOCKS = ("DescriptiveDetail", "CollateralDetail", "PublishingDetail", "RelatedMaterial", "ProductSupply")

Said = dict[str, Any]


def entry_of(product: Part, place: int, defaults: Defaults) -> CatalogueEntry:
    """The entry of a product. A test message and a record that cannot be taken are rejected with their reason."""
    kind = product.text("NotificationType")
    try:
        if kind in codes.TESTS:
            raise Refused(N_("This is a test record."))
        if kind not in codes.FULL | codes.UPDATES | codes.DELETES:
            raise Refused(N_("“%(kind)s” is no kind of notification."), kind=kind[:20])
        isbn = book_or_other(place, "", *_numbers(product))
        if isinstance(isbn, NotABook):
            return isbn
        if kind in codes.DELETES:
            return BookRecord(isbn, place, action="delete")
        return _record(product, isbn, place, "update" if kind in codes.UPDATES else "full", defaults)
    except Refused as refused:
        return RejectedRecord(place, refused.text, _beginning(product))


def _beginning(product: Part) -> str:
    numbers = " ".join(_numbers(product))
    return f"{product.text('RecordReference')} {numbers}".strip()[:_EXCERPT]


def _numbers(product: Part) -> list[str]:
    """The product's numbers, the likeliest first: ISBN-13, EAN-13, ISBN-10, then its own elements of release 2.0."""
    told = {part.text("ProductIDType"): part.text("IDValue") for part in product.all("ProductIdentifier")}
    known = [told[kind] for kind in ("15", "03", "02") if told.get(kind)]
    return known or [text for name in ("EAN13", "ISBN") if (text := product.text(name))]


def _record(
    product: Part, isbn: int, place: int, action: Literal["full", "update"], defaults: Defaults
) -> BookRecord | NotABook:
    in_blocks = any(product.has(block) for block in _BLOCKS)
    described = product.first("DescriptiveDetail") if in_blocks else product
    said: Said = {}
    if described is not None:
        said |= _described(described, defaults)
    if said.get("form") is Form.NOT_A_BOOK and described is not None:
        return NotABook(place, f"ONIX {described.text('ProductForm')[:10]}")
    said |= _blocks(product) if in_blocks else _flat(product)
    said |= _traded(product, defaults, whole_block=in_blocks and action == "update")
    record = BookRecord(isbn, place, action=action, **said)
    if action == "full" and not record.title:
        raise Refused(N_("The title is missing."))
    return record if in_blocks or action == "full" else _without_empty(record)


def _without_empty(record: BookRecord) -> BookRecord:
    """An update of release 2.1: what it leaves out it does not say."""
    silent = {field.name: None for field in fields(record) if getattr(record, field.name) in ("", ())}
    return replace(record, **silent)  # type: ignore[arg-type]


def _described(described: Part, defaults: Defaults) -> Said:
    title, subtitle = describing.titles(described)
    collection, number = describing.collection(described)
    languages = {part.text("LanguageRole"): part.text("LanguageCode") for part in reversed(described.all("Language"))}
    spoken = languages.get("01") or described.text("LanguageOfText") or defaults.language
    subjects = describing.subjects(described)
    edition = described.text("EditionNumber")
    details = frozenset(described.texts("ProductFormDetail"))
    contents = described.texts("PrimaryContentType") or described.texts("ProductContentType")
    return {
        "title": title or None,
        "title_is_rough": title.isupper() and " " in title,
        "subtitle": subtitle,
        "contributors": describing.contributors(described),
        "collection": collection,
        "collection_number": number,
        "edition": int(edition) or None if edition.isascii() and edition.isdigit() and len(edition) < 5 else None,
        "language": language_of(spoken),
        "original_language": language_of(languages.get("02") or described.text("OriginalLanguage")),
        "pages": describing.pages(described),
        "height_mm": describing.measure(described, "01"),
        "width_mm": describing.measure(described, "02"),
        "thickness_mm": describing.measure(described, "03"),
        "weight_grams": describing.measure(described, "08"),
        "form": codes.form_of(
            described.text("ProductForm").upper(),
            details=details,
            composition=described.text("ProductComposition"),
            contents=frozenset(contents),
            comic=any(code.startswith(_COMICS.get(scheme, "-")) for scheme, code in subjects[:3]),
        ),
        "subjects": subjects,
        "subject_text": describing.subject_text(described),
        "keywords": describing.keywords(described),
        "schoolbook": True if any(pair[0] == "thema" and pair[1].startswith("YP") for pair in subjects) else None,
    }


def _blocks(product: Part) -> Said:
    said: Said = {}
    described, collateral = product.first("DescriptiveDetail"), product.first("CollateralDetail")
    if collateral is not None:
        said["description"] = describing.description(collateral, "TextContent", "TextType", ("03", "02", "01"))
        said["cover_url"] = describing.cover(collateral)
    publishing = product.first("PublishingDetail")
    if publishing is not None:
        warnings = describing.warnings(described) if described is not None else ()
        dates = {part.text("PublishingDateRole"): date_in(part) for part in reversed(publishing.all("PublishingDate"))}
        said |= _published(publishing)
        said["published_on"] = dates.get("01") or dates.get("11")
        said["on_sale_on"] = dates.get("02")
        said["safety"] = describing.safety(publishing, warnings)
    related = product.first("RelatedMaterial")
    if related is not None:
        said["replaced_by"] = _replaced_by(related)
    return said


def _flat(product: Part) -> Said:
    return {
        **_published(product),
        "description": describing.description(product, "OtherText", "TextTypeCode", ("03", "01", "02")),
        "cover_url": describing.cover(product),
        "published_on": day_of(product.text("PublicationDate")),
        "replaced_by": _replaced_by(product),
    }


def _published(publishing: Part) -> Said:
    houses = sorted(publishing.all("Publisher"), key=lambda part: part.text("PublishingRole") not in ("01", ""))
    publisher = next((name for part in houses if (name := part.text("PublisherName"))), "")
    return {"publisher": publisher, "imprint": publishing.text("Imprint", "ImprintName")}


def _replaced_by(related: Part) -> int | None:
    for part in related.all("RelatedProduct"):
        codes_of = part.texts("ProductRelationCode") or part.texts("RelationCode")
        if "05" in codes_of:
            try:
                number = book_or_other(0, "", *_numbers(part))
            except Refused:
                continue
            return number if isinstance(number, int) else None
    return None


def _traded(product: Part, defaults: Defaults, *, whole_block: bool) -> Said:
    said: Said = {}
    supplied = any(True for _ in trading.supplies(product))
    if supplied:
        prices = trading.prices_of(product, defaults)
        said["prices"] = () if prices is None and whole_block else prices
        said["available_on"] = trading.available_on(product)
        said["supplier"] = trading.supplier_of(product)
        if embargo := trading.embargo(product):
            said["on_sale_on"] = embargo
    availability = trading.availability_of(product)
    # An update of the publisher's block alone says nothing of what suppliers have, unless the book is gone.
    if availability is not None and (supplied or not whole_block or availability is not Availability.AVAILABLE):
        said["availability"] = availability
    return said

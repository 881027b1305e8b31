"""What a product is: title, people, collection, subjects, measures, texts. Releases 2.1 and 3.x side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from trade.base.plain import plain_text, tidy
from trade.catalogue.formats import spoken_name
from trade.catalogue.formats.onix import codes
from trade.catalogue.formats.onix.tags import Part
from trade.catalogue.records import Contributor, SafetyContact
from trade.catalogue.rules import upright_title

MOST = 200
"""Contributors, subjects or keywords of one product that are read."""

_MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}
_GRAMS = {"gr": Decimal(1), "g": Decimal(1), "kg": Decimal(1000), "oz": Decimal("28.3495"), "lb": Decimal("453.592")}
_NUMBER = re.compile(r"^[0-9]{1,7}(?:[.,][0-9]{1,6})?$")
_BISAC_THEME = re.compile(r"^[A-Z]{2}[0-9]{3}$")
_APOSTROPHES = ("'", "’")


def joined_title(part: Part) -> str:
    """A title out of its whole text, or its prefix and the rest: "The" + "Long Weekend", "L'" + "Étranger"."""
    whole = part.text("TitleText")
    if whole:
        return upright_title(whole)
    prefix, rest = part.text("TitlePrefix"), part.text("TitleWithoutPrefix")
    return f"{prefix}{'' if prefix.endswith(_APOSTROPHES) else ' '}{rest}".strip()


def titles(described: Part) -> tuple[str, str]:
    """Title and subtitle. A volume that only has a number is called after its collection."""
    for detail in (*_typed(described, "TitleDetail"), *_typed(described, "Title")):
        elements = detail.all("TitleElement") or [detail]
        own = [part for part in elements if part.text("TitleElementLevel") in ("", "01")]
        above = [part for part in elements if part not in own]
        title = next(filter(None, map(joined_title, own)), "")
        subtitle = next((text for part in own if (text := part.text("Subtitle"))), "")
        if not title:
            title = next(filter(None, map(joined_title, above)), "")
            number = next((text for part in own if (text := part.text("PartNumber"))), "")
            title = f"{title}, {number}" if title and number else title
        if title:
            return title, subtitle
    return described.text("DistinctiveTitle"), described.text("Subtitle")


def _typed(described: Part, name: str) -> list[Part]:
    """The composites of the distinctive title (type 01) first, then untyped ones."""
    found = [part for part in described.all(name) if part.text("TitleType") in ("01", "00", "")]
    return sorted(found, key=lambda part: part.text("TitleType") != "01")


def contributors(described: Part) -> tuple[Contributor, ...]:
    """The people and bodies with their roles, in the order of the title page."""
    numbered = sorted(described.all("Contributor")[:MOST], key=_place)
    people = [
        Contributor(name, codes.role_of(role))
        for part in numbered
        if (name := _name(part))
        for role in (part.texts("ContributorRole") or [""])[:5]
    ]
    return tuple(dict.fromkeys(people))


def _place(part: Part) -> int:
    number = part.text("SequenceNumber")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else MOST


def _name(part: Part) -> str:
    spoken = part.text("PersonName")
    if not spoken:
        names = ("NamesBeforeKey", "PrefixToKey", "KeyNames", "NamesAfterKey")
        spoken = " ".join(filter(None, (part.text(name) for name in names)))
    return spoken_name(spoken or part.text("PersonNameInverted") or part.text("CorporateName"))


def collection(described: Part) -> tuple[str, str]:
    """Title of the publisher's collection, and the product's number in it."""
    for part in sorted(described.all("Collection"), key=lambda part: part.text("CollectionType") != "10"):
        elements = list(part.each("TitleDetail", "TitleElement"))
        above = [element for element in elements if element.text("TitleElementLevel") != "01"]
        title = next(filter(None, map(joined_title, above)), "")
        number = next((text for element in elements if (text := element.text("PartNumber"))), "")
        number = number or part.text("CollectionSequence", "CollectionSequenceNumber")
        if title:
            return title, number
    for part in described.all("Series"):
        title = part.text("TitleOfSeries") or next(filter(None, map(joined_title, part.all("Title"))), "")
        if title:
            return title, part.text("NumberWithinSeries")
    return "", ""


def subjects(described: Part) -> tuple[tuple[str, str], ...]:
    """The subjects of the schemes that are kept, the main ones first."""
    found: dict[tuple[str, str], None] = {}
    for name, scheme in (("BASICMainSubject", "bisac"), ("BICMainSubject", "bic")):
        if code := described.text(name):
            found[scheme, code] = None
    for part in _subject_parts(described):
        number, code = _scheme(part), part.text("SubjectCode")[:40]
        kept = codes.SUBJECTS.get(number)
        if number == codes.IBIC and code and not _BISAC_THEME.match(code):
            kept = "ibic"
        if kept and code:
            found[kept, code] = None
    return tuple(found)


def subject_text(described: Part) -> str | None:
    """The words of the first subject that has some."""
    parts = (part for part in _subject_parts(described) if _scheme(part) != codes.KEYWORDS)
    return next((text for part in parts if (text := part.text("SubjectHeadingText"))), None)


def keywords(described: Part) -> tuple[str, ...]:
    """The keywords, which stand in one text parted by ; or , or in a text each."""
    texts = [
        text
        for part in _subject_parts(described)
        if _scheme(part) == codes.KEYWORDS
        for text in part.texts("SubjectHeadingText")
    ]
    words = (tidy(word) for text in texts for word in re.split(r"[;,]", text))
    return tuple(dict.fromkeys(word for word in words if word))[:MOST]


def _subject_parts(described: Part) -> list[Part]:
    """Main subjects first: an empty mark inside Subject in release 3.x, a composite of its own in 2.1."""
    parts = described.all("Subject")[:MOST]
    main = [part for part in described.all("MainSubject") if part.has("MainSubjectSchemeIdentifier")]
    return [*main[:MOST], *sorted(parts, key=lambda part: not part.has("MainSubject"))]


def _scheme(part: Part) -> str:
    return part.text("SubjectSchemeIdentifier") or part.text("MainSubjectSchemeIdentifier")


def pages(described: Part) -> int | None:
    """Pages by the most telling of the counts that are given."""
    extents = {
        part.text("ExtentType"): part for part in described.all("Extent") if part.text("ExtentUnit") in ("", "03")
    }
    told = [extents[kind].text("ExtentValue") for kind in ("00", "07", "11", "05", "06", "08") if kind in extents]
    for text in (*told, described.text("NumberOfPages")):
        if len(text) < 10 and text.isascii() and text.isdigit() and 0 < int(text) < 100_000:
            return int(text)
    return None


def measure(described: Part, kind: str) -> int | None:
    """A measure of list 48 in millimetres or grams, whatever its unit. Zero and nonsense are None."""
    for part in described.all("Measure"):
        if (part.text("MeasureType") or part.text("MeasureTypeCode")) == kind:
            factor = (_GRAMS if kind == "08" else _MILLIMETRES).get(part.text("MeasureUnitCode").lower())
            number = part.text("Measurement")
            if factor and _NUMBER.match(number):
                size = int((Decimal(number.replace(",", ".")) * factor).to_integral_value())
                return size if 0 < size < 100_000 else None
    return None


def description(texts: Part, composite: str, kind: str, wanted: tuple[str, ...]) -> str:
    """The most telling of the texts, as plain words."""
    told: dict[str, Part] = {}
    for part in texts.all(composite):
        found = part.first("Text")
        if found is not None:
            told.setdefault(part.text(kind), found)
    for code in wanted:
        if code in told and (words := plain_text(told[code].markup())):
            return words
    return ""


def web_address(text: str) -> str | None:
    """A link that can be followed, or None."""
    fine = text.lower().startswith(("http://", "https://")) and " " not in text and len(text) <= 2_000
    return text if fine else None


def cover(collateral: Part) -> str | None:
    """The link to the picture of the front cover."""
    for resource in _resources(collateral):
        if link := web_address(resource):
            return link
    return None


def _resources(collateral: Part) -> Iterator[str]:
    for part in collateral.all("SupportingResource"):
        if part.text("ResourceContentType") == "01" and part.text("ResourceMode") in ("", "03"):
            yield from part.texts("ResourceVersion", "ResourceLink")
    for kind in ("06", "04"):
        for part in collateral.all("MediaFile"):
            if part.text("MediaFileTypeCode") == kind:
                yield part.text("MediaFileLink")


def safety(publishing: Part, warnings: tuple[str, ...]) -> SafetyContact | None:
    """The contact for product safety (list 198, role 10) with the warnings of the product."""
    for part in publishing.all("ProductContact"):
        if part.text("ProductContactRole") == "10":
            name = part.text("ProductContactName") or part.text("ContactName")
            place = " ".join(filter(None, (part.text("PostalCode"), part.text("LocationName"))))
            address = ", ".join(filter(None, (part.text("StreetAddress"), place, part.text("CountryCode"))))
            mails = part.texts("EmailAddress")
            mail = next((text for text in mails if "@" in text), "")
            link = next(filter(None, map(web_address, mails)), "") or ""
            return SafetyContact(name, address, mail, link, warnings)
    return SafetyContact("", warnings=warnings) if warnings else None


def warnings(described: Part) -> tuple[str, ...]:
    """Hazard warnings of the product (list 79: 12, 13): their words, else their code."""
    told = (
        part.text("ProductFormFeatureDescription") or part.text("ProductFormFeatureValue")
        for part in described.all("ProductFormFeature")
        if part.text("ProductFormFeatureType") in ("12", "13")
    )
    return tuple(dict.fromkeys(text for text in told if text))

"""Elements of ONIX by their reference names, whatever namespace they stand in and whether written short or long.

The short tags of releases 2.1, 3.0 and 3.1 do not contradict each other for the elements read here (EDItEUR XSDs).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from functools import lru_cache

from lxml import etree

from trade.base.plain import tidy

SHORT: Mapping[str, str] = {
    "ONIXmessage": "ONIXMessage", "header": "Header", "product": "Product",
    "m184": "DefaultLanguageOfText", "m185": "DefaultPriceTypeCode", "m186": "DefaultCurrencyCode",
    "x310": "DefaultPriceType", "a001": "RecordReference", "a002": "NotificationType",
    "productidentifier": "ProductIdentifier", "b221": "ProductIDType", "b244": "IDValue", "b004": "ISBN",
    "b005": "EAN13", "descriptivedetail": "DescriptiveDetail", "x314": "ProductComposition", "b012": "ProductForm",
    "b333": "ProductFormDetail", "x416": "PrimaryContentType", "b385": "ProductContentType",
    "productformfeature": "ProductFormFeature", "b334": "ProductFormFeatureType",
    "b335": "ProductFormFeatureValue", "b336": "ProductFormFeatureDescription",
    "measure": "Measure", "x315": "MeasureType", "c093": "MeasureTypeCode", "c094": "Measurement",
    "c095": "MeasureUnitCode", "collection": "Collection", "series": "Series", "b018": "TitleOfSeries",
    "b019": "NumberWithinSeries", "x329": "CollectionType", "collectionsequence": "CollectionSequence",
    "x481": "CollectionSequenceNumber", "titledetail": "TitleDetail", "title": "Title", "b202": "TitleType",
    "titleelement": "TitleElement", "x409": "TitleElementLevel", "x410": "PartNumber", "b203": "TitleText",
    "b030": "TitlePrefix", "b031": "TitleWithoutPrefix", "b029": "Subtitle", "b028": "DistinctiveTitle",
    "contributor": "Contributor", "b034": "SequenceNumber", "b035": "ContributorRole", "b036": "PersonName",
    "b037": "PersonNameInverted", "b039": "NamesBeforeKey", "b247": "PrefixToKey", "b040": "KeyNames",
    "b041": "NamesAfterKey", "b047": "CorporateName", "b057": "EditionNumber",
    "language": "Language", "b253": "LanguageRole", "b252": "LanguageCode", "b059": "LanguageOfText",
    "b060": "OriginalLanguage", "extent": "Extent", "b218": "ExtentType", "b219": "ExtentValue",
    "b220": "ExtentUnit", "b061": "NumberOfPages", "subject": "Subject", "mainsubject": "MainSubject",
    "x425": "MainSubject", "b067": "SubjectSchemeIdentifier", "b191": "MainSubjectSchemeIdentifier",
    "b069": "SubjectCode", "b070": "SubjectHeadingText", "b064": "BASICMainSubject", "b065": "BICMainSubject",
    "audience": "Audience", "b204": "AudienceCodeType", "b206": "AudienceCodeValue", "b073": "AudienceCode",
    "collateraldetail": "CollateralDetail", "textcontent": "TextContent", "x426": "TextType", "d104": "Text",
    "othertext": "OtherText", "d102": "TextTypeCode", "supportingresource": "SupportingResource",
    "x436": "ResourceContentType", "x437": "ResourceMode", "resourceversion": "ResourceVersion",
    "x435": "ResourceLink", "mediafile": "MediaFile", "f114": "MediaFileTypeCode", "f117": "MediaFileLink",
    "publishingdetail": "PublishingDetail", "imprint": "Imprint", "b079": "ImprintName",
    "publisher": "Publisher", "b291": "PublishingRole", "b081": "PublisherName", "b394": "PublishingStatus",
    "publishingdate": "PublishingDate", "x448": "PublishingDateRole", "b306": "Date", "j260": "DateFormat",
    "b003": "PublicationDate", "productcontact": "ProductContact", "x482": "ProductContactRole",
    "x484": "ProductContactName", "x299": "ContactName", "j272": "EmailAddress", "x552": "StreetAddress",
    "j349": "LocationName", "x590": "PostalCode", "b251": "CountryCode",
    "relatedmaterial": "RelatedMaterial", "relatedproduct": "RelatedProduct", "x455": "ProductRelationCode",
    "h208": "RelationCode", "productsupply": "ProductSupply", "market": "Market",
    "supplydetail": "SupplyDetail", "supplier": "Supplier", "j137": "SupplierName",
    "j396": "ProductAvailability", "j141": "AvailabilityCode", "supplydate": "SupplyDate",
    "x461": "SupplyDateRole", "j143": "OnSaleDate", "j142": "ExpectedShipDate", "j192": "UnpricedItemType",
    "price": "Price", "x462": "PriceType", "j148": "PriceTypeCode", "j261": "PriceQualifier",
    "j151": "PriceAmount", "tax": "Tax", "x470": "TaxType", "x471": "TaxRateCode", "x472": "TaxRatePercent",
    "j153": "TaxRateCode1", "j154": "TaxRatePercent1", "j152": "CurrencyCode", "territory": "Territory",
    "j303": "Territory", "x449": "CountriesIncluded", "x450": "RegionsIncluded", "x451": "CountriesExcluded",
    "x452": "RegionsExcluded", "pricedate": "PriceDate", "x476": "PriceDateRole",
    "j161": "PriceEffectiveFrom", "j162": "PriceEffectiveUntil", "j263": "MinimumOrderQuantity",
    "batchbonus": "BatchBonus",
}  # fmt: skip
"""The short tags of the elements that are read, and their reference names."""


@lru_cache(maxsize=4_096)
def name_of(tag: str) -> str:
    """The reference name of a tag as the parser gives it (``{namespace}b012``)."""
    local = tag.rpartition("}")[2]
    return SHORT.get(local, local)


class Part:
    """One element with its children by name; what is not there is empty."""

    __slots__ = ("_children", "element")

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._children: dict[str, list[Part]] | None = None

    def all(self, name: str) -> list[Part]:
        """The children of that name, in order."""
        if self._children is None:
            self._children = {}
            for child in self.element:
                if isinstance(child.tag, str):
                    self._children.setdefault(name_of(child.tag), []).append(Part(child))
        return self._children.get(name, [])

    def first(self, *path: str) -> Part | None:
        """The first element at the end of a path of names."""
        part: Part | None = self
        for name in path:
            found = part.all(name) if part else []
            part = found[0] if found else None
        return part

    def each(self, *path: str) -> Iterator[Part]:
        """Every element at the end of a path of names."""
        if len(path) == 1:
            yield from self.all(path[0])
        else:
            for part in self.all(path[0]):
                yield from part.each(*path[1:])

    def has(self, name: str) -> bool:
        """Whether there is a child of that name."""
        return bool(self.all(name))

    def text(self, *path: str) -> str:
        """The text at the end of a path, on one line; empty where nothing is there."""
        part = self.first(*path)
        return tidy(_words(part.element)) if part else ""

    def texts(self, *path: str) -> list[str]:
        """The texts at the ends of a path that are not empty."""
        return [text for part in self.each(*path) if (text := part.text())]

    def markup(self) -> str:
        """The text with the markup that is in it, for texts that hold XHTML or escaped HTML."""
        inner = [child for child in self.element if isinstance(child.tag, str)]
        if not inner:
            return _words(self.element)
        written = (str(etree.tostring(child, encoding="unicode")) for child in inner)
        return f"{html.escape(self.element.text or '')}{''.join(written)}"


def _words(element: etree._Element) -> str:
    """All text in an element. Entities are read where HTML knows them (files of release 2.1 lean on a DTD for that)."""
    words = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            words.append(_letter(child.name))
        elif isinstance(child.tag, str):
            words.append(_words(child))
        words.append(child.tail or "")
    return "".join(words)


def _letter(entity: str) -> str:
    written = f"&{entity};"
    letter = html.unescape(written)
    return "" if letter == written else letter

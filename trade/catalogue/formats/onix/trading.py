"""What suppliers say of a product: prices, availability, the day from which it can be had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trade.base.money import cents_of
from trade.catalogue.formats.onix import codes
from trade.catalogue.formats.onix.dates import date_in, day_of
from trade.catalogue.formats.onix.tags import Part
from trade.catalogue.records import Availability, Price

MOST_PRICES = 200
_MOST_CENTS = 1_000_000
_MOST_VAT = 3_000

# List 58, what readers pay: kind and whether tax is in it. Suppliers' net prices, special sales and prices before
# publication are no prices of ours. 41 and 42 are prices that the publisher sets and agents keep: fixed.
_KINDS = {"01": False, "02": True, "03": False, "04": True, "33": False, "34": True, "41": False, "42": True}
_RECOMMENDED = frozenset({"01", "02"})
_FOR_READERS = frozenset({"", "00", "05"})
_WORLD = frozenset({"WORLD", "ROW"})
_EUROZONE = (
    *("AT", "BE", "HR", "CY", "EE", "FI", "FR", "DE", "GR", "IE", "IT", "LV", "LT", "LU", "MT", "NL", "PT", "SK"),
    *("SI", "ES", "AD", "MC", "SM", "VA"),
)
_AMOUNT = re.compile(r"^[0-9]{1,9}(?:[.,][0-9]{1,6})?$")


@dataclass(frozen=True)
class Defaults:
    """What the header says for all products that do not say it themselves."""

    price_type: str = ""
    currency: str = ""
    language: str = ""


def defaults_of(header: Part) -> Defaults:
    """The defaults of a message's header."""
    return Defaults(
        header.text("DefaultPriceType") or header.text("DefaultPriceTypeCode"),
        header.text("DefaultCurrencyCode"),
        header.text("DefaultLanguageOfText"),
    )


def supplies(product: Part) -> Iterator[tuple[Part, Part | None]]:
    """Each SupplyDetail with the market it is for (release 3.x), in order."""
    for supply in product.all("ProductSupply"):
        market = supply.first("Market")
        for detail in supply.all("SupplyDetail"):
            yield detail, market
    for detail in product.all("SupplyDetail"):
        yield detail, None


def prices_of(product: Part, defaults: Defaults) -> tuple[Price, ...] | None:
    """The prices that readers pay, those with tax before those without. None: no supplier says anything of prices."""
    found: dict[Price, None] = {}
    said = False
    for detail, market in supplies(product):
        said = said or detail.has("Price") or detail.has("UnpricedItemType")
        for price in detail.all("Price"):
            read = _price(price, market, defaults)
            if read is not None and len(found) < MOST_PRICES:
                found[read] = None
    if not said:
        return None
    taxed = {_occasion(price) for price in found if price.vat_included}
    return tuple(price for price in found if price.vat_included or _occasion(price) not in taxed)


def _occasion(price: Price) -> tuple[object, ...]:
    return price.currency, price.territories, price.valid_from, price.valid_until


def _price(price: Part, market: Part | None, defaults: Defaults) -> Price | None:
    kind = price.text("PriceType") or price.text("PriceTypeCode") or defaults.price_type or "02"
    for_readers = price.text("PriceQualifier") in _FOR_READERS and price.text("MinimumOrderQuantity") in ("", "1")
    amount = price.text("PriceAmount")
    if kind not in _KINDS or not for_readers or price.has("UnpricedItemType") or not _AMOUNT.match(amount):
        return None
    cents = cents_of(Decimal(amount.replace(",", ".")))
    currency = price.text("CurrencyCode").upper() or defaults.currency.upper() or "EUR"
    if cents > _MOST_CENTS and currency == "EUR":
        return None
    since, until = _valid(price)
    return Price(
        cents,
        _KINDS[kind],
        _vat_rate(price),
        "recommended" if kind in _RECOMMENDED else "fixed",
        currency,
        since,
        until,
        _territories(price) or (_territories(market) if market else ()),
    )


def _vat_rate(price: Part) -> int | None:
    told = [tax.text("TaxRatePercent") for tax in price.all("Tax") if tax.text("TaxType") in ("", "01")]
    if not told and price.has("TaxRatePercent1"):
        told = [price.text("TaxRatePercent1")]
    if len(told) != 1 or not _AMOUNT.match(told[0]):
        return None
    rate = cents_of(Decimal(told[0].replace(",", ".")))
    return rate if rate <= _MOST_VAT else None


def _valid(price: Part) -> tuple[date | None, date | None]:
    since, until = day_of(price.text("PriceEffectiveFrom")), day_of(price.text("PriceEffectiveUntil"))
    for dated in price.all("PriceDate"):
        role = dated.text("PriceDateRole")
        if role == "14":
            since = since or date_in(dated)
        elif role == "15":
            until = until or date_in(dated)
        elif role == "24":
            since, until = since or date_in(dated), until or day_of(dated.text("Date")[8:])
    return since, until


def _territories(part: Part) -> tuple[str, ...]:
    """Countries in which a price holds, those in which it does not with a minus; empty: everywhere."""
    territory = part.first("Territory") or part
    regions = _words(territory, "RegionsIncluded") + (_words(part, "Territory") if territory is part else [])
    included = _words(territory, "CountriesIncluded") + _words(part, "CountryCode")
    excluded = _words(territory, "CountriesExcluded") + _words(territory, "RegionsExcluded")
    for region in regions:
        included += _EUROZONE if region == "ECZ" else [] if region in _WORLD else [region]
    if _WORLD & set(regions):
        included = []
    return tuple(dict.fromkeys([*included, *(f"-{code}" for code in excluded)]))


def _words(part: Part, name: str) -> list[str]:
    return [word for text in part.texts(name) for word in text.split() if len(word) <= 6][:400]


def availability_of(product: Part) -> Availability | None:
    """The availability that the suppliers tell, or the publisher. A recall by anybody counts before everything."""
    told: list[Availability | None] = []
    for detail, _ in supplies(product):
        new, old = detail.text("ProductAvailability"), detail.text("AvailabilityCode")
        told.append(codes.AVAILABILITY.get(new) or codes.OLD_AVAILABILITY.get(old))
    status = product.text("PublishingDetail", "PublishingStatus") or product.text("PublishingStatus")
    published = codes.STATUS.get(status)
    if published is Availability.RECALLED:
        return published
    return next((best for best in codes.BEST_FIRST if best in told), published)


def available_on(product: Part) -> date | None:
    """The day on which suppliers expect to have it."""
    for detail, _ in supplies(product):
        for dated in detail.all("SupplyDate"):
            if dated.text("SupplyDateRole") == "08" and (day := date_in(dated)):
                return day
        if day := day_of(detail.text("ExpectedShipDate")):
            return day
    return None


def embargo(product: Part) -> date | None:
    """The day from which suppliers may let it be sold."""
    for detail, _ in supplies(product):
        for dated in detail.all("SupplyDate"):
            if dated.text("SupplyDateRole") == "02" and (day := date_in(dated)):
                return day
        if day := day_of(detail.text("OnSaleDate")):
            return day
    return None


def supplier_of(product: Part) -> str | None:
    """The first supplier that is named."""
    names = (detail.text("Supplier", "SupplierName") or detail.text("SupplierName") for detail, _ in supplies(product))
    return next((name for name in names if name), None)

"""Several sources, one book: whose word counts for which field, and the price of a day.

Groups of fields have each an order of sources; the first that says something is believed. Some fields go together:
an availability brings its dates, a price list stands as a whole. Withdrawing one source leaves what the others say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from trade.base.text import N_
from trade.catalogue.records import Availability, Form
from trade.catalogue.rules.books import category_of, estimated_weight
from trade.catalogue.rules.statements import Said, day_of, gross_cents

GROUPS: Final[Mapping[str, str]] = {
    "facts": N_("Book data"),
    "trade": N_("Prices and availability"),
    "display": N_("Texts and cover"),
}
TRADE: Final = frozenset(
    {"prices", "price_is_sample", "availability", "available_on", "replaced_by", "on_sale_on", "supplier", "safety"}
)
DISPLAY: Final = frozenset({"description", "keywords", "cover_url"})
WITH_AVAILABILITY: Final = ("available_on", "replaced_by")
PRICES: Final = ("prices", "price_is_sample")
LAST: Final = 1_000_000
"""The place of a source without a rank: after all that have one."""

OUT_OF_PRINT: Final = frozenset({Availability.SOLD_OUT, Availability.DISCONTINUED})
KINDS: Final = {"fixed": 0, "recommended": 1, "free": 2}
SAMPLE: Final = "sample"
"""The key of sample data, and how the keys of sample sources begin."""


def is_sample(source: str) -> bool:
    """Whether all that a source says is a sample: its prices are marked so wherever they are shown."""
    return source == SAMPLE or source.startswith(f"{SAMPLE}-")


def group_of(name: str) -> str:
    """The group whose order of sources decides a field."""
    return "trade" if name in TRADE else "display" if name in DISPLAY else "facts"


@dataclass(frozen=True)
class Merged:
    """The fields of a book that some source says, and which source each is taken from."""

    fields: Said = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)


def merged(statements: Mapping[str, Said], *, ranks: Mapping[str, Mapping[str, int]]) -> Merged:
    """One book out of the statements by source; ``ranks`` are each source's places by group, lowest first.

    ``prices`` are those of all sources, the first believed first, each with its source (``by``): one that only
    announces a coming price leaves today's to the next.
    """
    if len(statements) == 1:
        ((source, said),) = statements.items()
        result = Merged(dict(said), dict.fromkeys(said, source))
        _gather_prices(result, [source], statements)
        return result
    order = {
        group: sorted(statements, key=lambda source: (ranks.get(source, {}).get(group, LAST), source))
        for group in GROUPS
    }
    result = Merged()
    for name in dict.fromkeys(name for said in statements.values() for name in said):
        if name in WITH_AVAILABILITY or name in PRICES:
            continue
        saying = [source for source in order[group_of(name)] if name in statements[source]]
        _take(result, name, _believed(name, saying, statements), statements)
    _gather_prices(result, order["trade"], statements)
    return result


def _gather_prices(result: Merged, order: Sequence[str], statements: Mapping[str, Said]) -> None:
    saying = [source for source in order if statements[source].get("prices")]
    result.fields.pop("price_is_sample", None)
    result.origin.pop("price_is_sample", None)
    if saying:
        result.origin["prices"] = saying[0]
        result.fields["prices"] = [
            {**price, "by": source, "sample": is_sample(source) or bool(statements[source].get("price_is_sample"))}
            for source in saying
            for price in statements[source]["prices"]
        ]


def _believed(name: str, saying: Sequence[str], statements: Mapping[str, Said]) -> str:
    """The source believed on a field, of those that say it, best first."""

    def first(wanted: Any) -> str:
        return next((source for source in saying if wanted(statements[source][name])), saying[0])

    if name == "title":
        return first(lambda title: title and not (title.isupper() and " " in title))
    if name == "availability":
        if any(statements[source][name] == Availability.RECALLED for source in saying):
            return first(lambda code: code == Availability.RECALLED)
        return first(lambda code: code != Availability.NOT_OURS)
    return first(lambda value: value not in ("", []))


def _take(result: Merged, name: str, source: str, statements: Mapping[str, Said]) -> None:
    for taken in (name, *(WITH_AVAILABILITY if name == "availability" else ())):
        if taken in statements[source]:
            result.fields[taken] = statements[source][taken]
            result.origin[taken] = source


@dataclass(frozen=True)
class DatedPrice:
    """The platform's price from a day on (None: from now); no cents: without a price.

    A free price that a feed tells is what the bookshop pays, not what a reader does: the platform has none then
    until staff or another source say one.
    """

    since: date | None
    cents: int | None
    kind: str = "fixed"
    vat_rate: int | None = None
    source: str = ""
    is_sample: bool = False


def price_line(prices: Sequence[Mapping[str, Any]], *, today: date, usual_rate: int) -> list[DatedPrice]:
    """The price now and at each coming day on which it changes, VAT included."""
    days: list[date | None] = [None, *_coming_days(prices, today)]
    line: list[DatedPrice] = []
    for day in days:
        found = _price_on(prices, day or today)
        if found is None:
            price = DatedPrice(day, None)
        else:
            cents = None if found["kind"] == "free" else gross_cents(found, usual_rate=usual_rate)
            price = DatedPrice(day, cents, found["kind"], found.get("rate"), found.get("by", ""), found["sample"])
        if not line or (price.cents, price.kind) != (line[-1].cents, line[-1].kind):
            line.append(price)
    return line


def _coming_days(prices: Sequence[Mapping[str, Any]], today: date) -> list[date]:
    begins = {day for price in prices if (day := day_of(price.get("from")))}
    ends = {day + timedelta(days=1) for price in prices if (day := day_of(price.get("until")))}
    return sorted(day for day in begins | ends if day > today)


def _price_on(prices: Sequence[Mapping[str, Any]], day: date) -> Mapping[str, Any] | None:
    """The price of a day: of the first source that has one, the one that began last.

    Fixed goes before recommended before free, with VAT before without. Where some prices of a source are dated, the
    undated one holds before and between them. Zero is no price.
    """
    if len(prices) == 1 and prices[0].keys().isdisjoint(("from", "until")):
        return prices[0] if prices[0]["cents"] > 0 else None
    told = day.isoformat()
    valid = [
        price
        for price in prices
        if price["cents"] > 0 and price.get("from", "") <= told and price.get("until", told) >= told
    ]
    if not valid:
        return None
    valid = [price for price in valid if price["by"] == valid[0]["by"]]
    best = min((KINDS.get(price["kind"], len(KINDS)), price.get("net", False)) for price in valid)
    same = [price for price in valid if (KINDS.get(price["kind"], len(KINDS)), price.get("net", False)) == best]
    return max(same, key=lambda price: str(price.get("from", "")))


BOOK_TEXTS: Final = ("title", "subtitle", "publisher", "language", "collection", "collection_number")


def book_values(fields: Said, *, isbn: int, country: str, today: date) -> dict[str, Any]:
    """The columns of ``Book`` that follow from the merged fields, prices, keys of search and category id left out.

    ``category`` is the key of the category. A weight that nobody measured is estimated from the pages.
    """
    prices = fields.get("prices") or ()
    price = _price_on(prices, today)
    availability = fields.get("availability") or Availability.AVAILABLE
    published = day_of(fields.get("published_on"))
    weight, estimated = _weight(fields)
    values: dict[str, Any] = {name: fields.get(name) or "" for name in BOOK_TEXTS}
    values["title"] = values["title"] or fields.get("rough_title", "")
    subjects = fields.get("subjects") or ()
    main = next((pair for pair in subjects if pair[0] == "thema"), next(iter(subjects), None))
    return values | {
        "isbn": isbn,
        "year": published.year if published else fields.get("year"),
        "pages": fields.get("pages") or None,
        "weight_grams": weight,
        "weight_is_estimate": estimated,
        "subject": fields.get("subject_text") or "",
        "subject_code": ":".join(main) if main else "",
        "schoolbook": bool(fields.get("schoolbook")),
        "form": str(fields.get("form") or ""),
        "published_on": published,
        "on_sale_on": day_of(fields.get("on_sale_on")),
        "availability": str(availability),
        "available_on": day_of(fields.get("available_on")),
        "replaced_by": fields.get("replaced_by"),
        "category": fields.get("category")
        or category_of(
            isbn=isbn,
            language=values["language"],
            not_a_book=fields.get("form") == Form.NOT_A_BOOK,
            schoolbook=fields.get("schoolbook"),
            free_price=price is not None and _is_free(price, prices),
            in_print=availability not in OUT_OF_PRINT,
            country=country,
        ),
    }


def _is_free(price: Mapping[str, Any], prices: Sequence[Mapping[str, Any]]) -> bool:
    """Whether bookshops set the price: it is told so, also where staff recommend one to readers."""
    return price["kind"] != "fixed" and any(each["kind"] == "free" for each in prices)


def _weight(fields: Said) -> tuple[int | None, bool]:
    measured = fields.get("weight_grams")
    if measured:
        return measured, False
    pages = fields.get("pages")
    guessed = fields.get("estimated_grams") or (estimated_weight(pages) if pages else None)
    return guessed, guessed is not None


DETAIL_TEXTS: Final = ("imprint", "original_language", "description", "supplier", "cover_url")
DETAIL_NUMBERS: Final = ("edition", "width_mm", "height_mm", "thickness_mm")


def detail_values(fields: Said, *, isbn: int) -> dict[str, Any]:
    """The columns of ``BookDetail``."""
    values: dict[str, Any] = {name: fields.get(name) or "" for name in DETAIL_TEXTS}
    values |= {name: fields.get(name) or None for name in DETAIL_NUMBERS}
    values |= {"keywords": fields.get("keywords") or [], "subjects": fields.get("subjects") or []}
    values["safety"] = fields.get("safety") or {}
    return values | {"isbn": isbn}

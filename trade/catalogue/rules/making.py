"""A book as its sources make it: everything that is written of it, by the rules of precedence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from trade.catalogue.rules.merging import DatedPrice, book_values, detail_values, merged, price_line
from trade.catalogue.rules.statements import Said
from trade.catalogue.rules.words import search_key, sort_key

PRICE_COLUMNS = ("price_cents", "price_is_sample", "price_kind", "vat_rate")


@dataclass(frozen=True)
class Made:
    """The columns of ``Book`` without its category, the category's key, and what hangs on the book.

    ``contributors`` are pairs of name and part in their order; ``prices`` the price of the day and those to come.
    """

    values: dict[str, Any]
    category: str
    details: dict[str, Any]
    contributors: list[tuple[str, str]]
    prices: Sequence[DatedPrice]


def made(
    statements: Mapping[str, Said],
    *,
    isbn: int,
    ranks: Mapping[str, Mapping[str, int]],
    country: str,
    today: date,
    rates: Mapping[str, int],
) -> Made:
    """One book out of the statements by source; ``rates`` are the usual VAT by category, per ten thousand."""
    merger = merged(statements, ranks=ranks)
    fields = merger.fields
    values = book_values(fields, isbn=isbn, country=country, today=today)
    category: str = values.pop("category")
    prices = price_line(fields.get("prices") or (), today=today, usual_rate=rates.get(category, 0))
    contributors = [(name, role) for name, role in fields.get("contributors") or ()]
    now = prices[0]
    values |= dict(zip(PRICE_COLUMNS, (now.cents, now.is_sample, now.kind, now.vat_rate), strict=True))
    values |= {
        "availability_source": merger.origin.get("availability", ""),
        "search_key": search_key(
            title=values["title"], subtitle=values["subtitle"], authors=[name for name, _ in contributors]
        ),
        "sort_key": sort_key(values["title"]),
    }
    return Made(values, category, detail_values(fields, isbn=isbn), contributors, prices)

"""The JSON answers of ``GET /stocks/{siret}``, the pull API of French portals and bookshop software.

A file holds the pages in their order, one JSON object a line, as our client keeps them: first what was asked
(``{"modifiedSince": ...}``, null for everything), then each page ``{"stocks": [{"ref", "available", "price"}]}``.
A page saved by hand is read as well. Prices hold VAT and are euros; the reader of cents is a configured adapter.
Rows are numbered through all pages; those without ``ref`` or ``available``, or below zero, are refused one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from trade.base.errors import Refused
from trade.base.listening import counted
from trade.base.raw_text import BOUNDS, decode
from trade.base.text import N_
from trade.catalogue.rules import isbn13
from trade.stock.rules import MAX_PRICE, Entry, Header, Reading, price_of, quantity_of, reading_of, refusal
from trade.stock.samples import MAGAZINE, SHELF, Sample
from trade.stock.sheet import Line

NAME = "stocks_json"
TITLE = N_("Pull API /stocks/{siret} (JSON)")
VAT_INCLUDED = True
WHOLE_INVENTORY = True

LONGEST_PAGE = 4_000_000
"""Characters of one page; a thousand rows have about a hundred thousand."""
SINCE = "modifiedSince"


def asked(since: str | None) -> str:
    """The first line of a file: since when changes were asked for, None for everything."""
    return json.dumps({SINCE: since})


def read(data: bytes, *, in_cents: bool = False) -> Reading:
    """The rows of all pages. Raises Refused where a page is no JSON object with a list ``stocks``."""
    pages = list(_pages(decode(data)))
    header = Header(whole=pages[0].get(SINCE) is None)
    rows = (row for page in pages if "stocks" in page or SINCE not in page for row in rows_of(page))
    return reading_of(header, (_entry(number, row, in_cents) for number, row in enumerate(counted(rows), 1)))


def samples() -> tuple[Sample, ...]:
    """A whole answer in two pages, the second of a magazine, as our client keeps them."""
    rows = [{"ref": str(isbn), "available": copies, "price": cents / 100} for isbn, copies, cents in SHELF]
    magazine = {"ref": str(MAGAZINE), "available": 1, "price": 5.5}
    lines = [asked(None), json.dumps({"stocks": rows}), json.dumps({"stocks": [magazine]})]
    return (Sample("stocks.json", "\n".join(lines).encode(), SHELF, refuses=1),)


def rows_of(page: dict[str, Any]) -> list[Any]:
    """The rows of one page. Raises Refused where it has no list of them."""
    rows = page.get("stocks")
    if not isinstance(rows, list):
        raise Refused(N_("A page holds no list “stocks”: this is no answer of the API /stocks."))
    return rows


def page_of(text: str) -> dict[str, Any]:
    """One page as it was answered; decimal numbers stay exact. Raises Refused for anything but a JSON object."""
    if len(text) > LONGEST_PAGE:
        raise Refused(N_("A page of the answer is too large."))
    try:
        page = json.loads(text, parse_float=_exact, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(N_("The answer is no JSON: “%(begins)s”."), begins=text[:40]) from error
    if not isinstance(page, dict):
        raise Refused(N_("A page holds no list “stocks”: this is no answer of the API /stocks."))
    return page


def _pages(text: str) -> Iterator[dict[str, Any]]:
    """One page a line; a single page may also be spread over lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise Refused(N_("The file is empty. Export it again and send the new one."))
    if len(lines) > BOUNDS.lines:
        raise Refused(
            N_("The file has %(lines)s lines; at most %(limit)s are read."), lines=len(lines), limit=BOUNDS.lines
        )
    if not lines[0].rstrip().endswith("}"):
        yield page_of(text)
        return
    for line in lines:
        yield page_of(line)


def _exact(text: str) -> Decimal | str:
    """The number as it is written; its text where no number is so large, so that only its row is refused."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _entry(number: int, row: Any, in_cents: bool) -> Entry:
    try:
        if not isinstance(row, dict):
            raise Refused(N_("The row is no object with “ref” and “available”."))
        for name in ("ref", "available"):
            if row.get(name) is None:
                raise Refused(N_("The row has no “%(name)s”."), name=name)
        quantity = quantity_of(_plain(row["available"]))
        return Line(number, isbn13(_plain(row["ref"])), quantity, _price(row.get("price"), in_cents))
    except Refused as refused:
        return refusal(number, json.dumps(row, default=str, ensure_ascii=False)[:200], refused)


def _plain(value: Any) -> str:
    """A text or whole number as it is written. Raises Refused for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Refused(N_("“%(value)s” is no number."), value=str(value)[:40])


def _price(value: Any, in_cents: bool) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) < 20 and value.replace(".", "", 1).isascii():
        value = Decimal(value) if value.replace(".", "", 1).isdigit() else value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refused(N_("“%(price)s” is no price; write it like 20,90 or 20.90."), price=str(value)[:40])
    most = MAX_PRICE if in_cents else MAX_PRICE // 100
    if not -most <= value <= most:  # before anything is reckoned with it: 1e999999 times 100 is no number any more
        raise Refused(N_("The price %(price)s is above 10,000 EUR: its field has shifted."), price=str(value)[:20])
    if value != round(value, 0 if in_cents else 2):
        raise Refused(N_("The price %(price)s has more than two decimals."), price=str(value)[:20])
    return price_of(str(int(value if in_cents else value * 100)))

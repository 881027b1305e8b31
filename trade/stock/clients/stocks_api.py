"""Fetching stock from a portal or from bookshop software that answers ``GET /stocks/{siret}``.

Asked page by page with ``limit``, ``after`` (the last reference seen) and ``modifiedSince`` until a page is empty.
Called outside of any transaction; what came is kept as one file of the format ``stocks_json``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from trade.base.clock import stopwatch
from trade.base.errors import Refused
from trade.base.outbound import Unreachable, get
from trade.base.raw_text import BOUNDS
from trade.base.text import N_
from trade.stock.formats.stocks_json import LONGEST_PAGE, asked, page_of, rows_of

LIMIT = 1_000
MOST_PAGES = 2_000
SECONDS = 60.0
ALL_SECONDS = 1_200.0


def fetch(address: str, *, token: str, since: datetime | None, private: bool = False) -> bytes:
    """All pages, one a line behind the line that says what was asked.

    Raises Refused where the other side refuses or answers something else, Unreachable where it does not answer.
    """
    stamp = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if since else None
    lines = [asked(stamp)]
    after, size, elapsed = "", 0, stopwatch()
    for _ in range(MOST_PAGES):
        text = _page(address, token, {"limit": str(LIMIT), "after": after, "modifiedSince": stamp or ""}, private)
        last = last_reference(text)
        if last is None or last == after:
            return "\n".join(lines).encode()
        size += len(text)
        if size > BOUNDS.size or elapsed() > ALL_SECONDS:
            raise Unreachable(N_("The stock is too large to be fetched, or comes too slowly."))
        lines.append(text)
        after = last
    raise Unreachable(N_("The stock is too large to be fetched, or comes too slowly."))


def probe(address: str, *, token: str, private: bool = False) -> None:
    """Ask for one row, to see whether the address and the token are right. Raises like :func:`fetch`."""
    last_reference(_page(address, token, {"limit": "1"}, private))


def last_reference(text: str) -> str | None:
    """The reference of a page's last row, None for an empty page. Raises Refused for what is no page."""
    rows = rows_of(page_of(text))
    if not rows:
        return None
    last = rows[-1].get("ref") if isinstance(rows[-1], dict) else None
    if not isinstance(last, str | int):
        raise Refused(N_("The last row of a page has no “ref”: there is no way to ask for the next page."))
    return str(last)


def _page(address: str, token: str, asking: dict[str, str], private: bool) -> str:
    query = urlencode({name: value for name, value in asking.items() if value})
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if token:
        headers["Authorization"] = f"Basic {token}"
    joint = "&" if "?" in address else "?"
    answer = get(f"{address}{joint}{query}", headers=headers, most_bytes=LONGEST_PAGE, seconds=SECONDS, private=private)
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(N_("The other side answers with the error %(status)s."), status=answer.status)
    if answer.status in {401, 403}:
        raise Refused(N_("The other side does not accept the token (%(status)s)."), status=answer.status)
    if answer.status == 404:
        raise Refused(N_("The other side does not know this bookshop (404): is the number in the address right?"))
    if answer.status != 200:
        raise Refused(N_("The other side answers with %(status)s instead of stock."), status=answer.status)
    # A line end inside a JSON text is only layout: a page is kept on one line.
    return answer.body.decode("utf-8", errors="replace").replace("\r", " ").replace("\n", " ")

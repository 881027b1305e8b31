"""Addresses that leave the site in mails, and addresses that come in from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from flask import current_app, request, url_for

from web.language import LOCALES


def absolute(endpoint: str, **values: Any) -> str:
    """A full address under the configured base: never the host a request claims (safety.md, host poisoning)."""
    return str(current_app.config["BASE_URL"]).rstrip("/") + url_for(endpoint, **values)


def link_to(endpoint: str) -> Callable[[str], str]:
    """What turns a one-time token into the address of its page."""
    return lambda token: absolute(endpoint, token=token)


def local(address: str | None) -> str:
    """The path to go on to, if it is one of ours; empty otherwise."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address:
        return ""
    parts = urlsplit(address)
    return "" if parts.scheme or parts.netloc or any(ord(c) < 32 for c in address) else address


def pepper() -> bytes:
    """The installation's secret, for keyed hashes."""
    return bytes(current_app.extensions["secret"])


def book_path(isbn: int | str) -> str:
    """The path of a book. Written here, since a page of results has sixty of them and ``url_for`` takes its time."""
    return f"{request.script_root}/book/{int(isbn):013d}"


def bookshop_path(slug: str) -> str:
    """The path of a bookshop's page."""
    return f"{request.script_root}/shop/{quote(slug)}"


def reserve_path(isbn: int | str, slug: str) -> str:
    """The path of the form that reserves a book in a bookshop."""
    return f"{request.script_root}/reserve/{int(isbn):013d}/{quote(slug)}"


def buy_path(isbn: int | str) -> str:
    """The path that puts a book into the basket."""
    return f"{request.script_root}/buy/{int(isbn):013d}"


def cover_path(isbn: int, sha: str, size: str) -> str:
    """The path of a cover; its address names its contents."""
    return f"{request.script_root}/cover/{isbn}/{sha}-{size}.webp"


def search_path(words: str) -> str:
    """The path of a search."""
    return f"{request.script_root}/search?{urlencode({'q': words})}"


class Canonical(NamedTuple):
    """The one address of a page in its language, and the same page in every language."""

    url: str
    languages: list[tuple[str, str]]


def canonical(endpoint: str, **values: Any) -> Canonical:
    """The canonical address: with ``lang`` where it was asked for so, since then it is another text."""
    asked = request.args.get("lang")
    chosen = {"lang": asked} if asked in LOCALES else {}
    languages = [(code, absolute(endpoint, **values, lang=code)) for code in LOCALES]
    return Canonical(absolute(endpoint, **values, **chosen), [*languages, ("x-default", absolute(endpoint, **values))])

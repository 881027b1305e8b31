"""The storefront's views, one module per kind of page; importing this package registers them all."""

from __future__ import annotations

from storefront.views import (
    account,
    book,
    bookshops,
    covers,
    door,
    exchange,
    home,
    hooks,
    join,
    legal,
    own_data,
    pages,
    passwords,
    profile,
    registering,
    reserve,
    search,
    suggest,
)

__all__ = [
    "account",
    "book",
    "bookshops",
    "covers",
    "door",
    "exchange",
    "home",
    "hooks",
    "join",
    "legal",
    "own_data",
    "pages",
    "passwords",
    "profile",
    "registering",
    "reserve",
    "search",
    "suggest",
]

"""Addresses that leave the site in mails, and addresses that come in from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, url_for


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

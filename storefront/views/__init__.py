"""The storefront's views, one module per kind of page; importing this package registers them all."""

from __future__ import annotations

from storefront.views import account, door, join, pages

__all__ = ["account", "door", "join", "pages"]

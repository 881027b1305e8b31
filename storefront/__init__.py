"""The public pages of the network: search, books, bookshops, reservations, the reader's account and the door."""

from __future__ import annotations

from flask import Flask

from storefront import frame
from storefront.access import TABLE
from storefront.views import BLUEPRINTS


def init(app: Flask) -> dict[str, str]:
    """Register the storefront and return what each of its routes demands."""
    frame.init(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return dict(TABLE)

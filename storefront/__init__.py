"""The public pages of the network: search, books, bookshops, reservations, the reader's account and the door."""

from __future__ import annotations

from flask import Flask

from storefront import answers, frame, views
from storefront.access import TABLE
from storefront.frame import BUNDLES


def init(app: Flask) -> dict[str, str]:
    """Register the storefront and return what each of its routes demands."""
    frame.init(app)
    app.register_blueprint(views.exchange.exchange)
    app.extensions["csrf"].exempt(views.exchange.exchange)  # programs come with a key of their own, never by a cookie
    app.register_blueprint(views.hooks.hooks)
    app.extensions["csrf"].exempt(views.hooks.hooks)  # the gateway signs what it sends
    return dict(TABLE)


__all__ = ["BUNDLES", "answers", "init", "views"]

"""Numbers in addresses: what no table could hold is no address, so it answers 404 and never reaches the database."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class BoundedInteger(IntegerConverter):
    """``<int:...>`` up to the largest number of a bigint column."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(map, *args, **kwargs)


def init(app: Flask) -> None:
    """Let every ``<int:...>`` of the application be bounded; to be called before routes are added."""
    app.url_map.converters["int"] = BoundedInteger

"""Filters of lists beside Flask-Admin's own: they refuse what the column could not hold, instead of failing."""

from __future__ import annotations

from typing import Any

from flask_admin.contrib.sqla.filters import FilterEqual

from web.addresses import LARGEST_ID


class NumberFilter(FilterEqual):
    """Equal to a whole number, such as an id."""

    def clean(self, value: Any) -> int:
        """The number. Raises ValueError for what is none, or too large."""
        number = int(value)
        if not 0 <= number <= LARGEST_ID:
            raise ValueError(value)
        return number

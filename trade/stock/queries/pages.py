"""Bounded lists: no answer is longer than a page."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select

LARGEST_PAGE = 200
Query = TypeVar("Query", bound="Select[*tuple[Any, ...]]")


def page(statement: Query, *, limit: int, offset: int) -> Query:
    """One page of a query, at most 200 rows."""
    return statement.limit(min(max(limit, 1), LARGEST_PAGE)).offset(max(offset, 0))

"""Many rows as one statement: Python columns handed to PostgreSQL as arrays (``unnest``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, cast, func, literal
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

Values = tuple[type[TypeEngine[Any]], Sequence[Any]]


def value_table(**columns: Values) -> TableValuedAlias:
    """A table of the given columns, each a type with its values, all equally long; use it in FROM by ``.c``."""
    lengths = {len(values) for _, values in columns.values()}
    if len(lengths) > 1:
        raise ValueError("The columns of a table of values are not equally long.")
    arrays = [cast(literal(list(values), ARRAY(kind)), ARRAY(kind)) for kind, values in columns.values()]
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()

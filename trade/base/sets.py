"""Many rows as one statement: Python columns handed to PostgreSQL as arrays (``unnest``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Table, cast, func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

Values = tuple[type[TypeEngine[Any]] | TypeEngine[Any], Sequence[Any]]


def value_table(**columns: Values) -> TableValuedAlias:
    """A table of the given columns, each a type with its values, all equally long; use it in FROM by ``.c``."""
    lengths = {len(values) for _, values in columns.values()}
    if len(lengths) > 1:
        raise ValueError("The columns of a table of values are not equally long.")
    arrays = [cast(literal(list(values), ARRAY(kind)), ARRAY(kind)) for kind, values in columns.values()]
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


def put_rows(table: Table, rows: Sequence[dict[str, Any]]) -> Insert:
    """The statement that adds rows, or brings those of the same primary key up to date.

    All rows name the same columns. For tables open to the session as a whole (staff, system): the first lock does
    not look into a table of values.
    """
    names = list(rows[0])
    given = func.unnest(
        *(cast(literal([row[name] for row in rows], kind), kind) for name in names for kind in [_array(table, name)])
    ).table_valued(*(table.c[name]._copy() for name in names), name="given")
    added = insert(table).from_select(names, select(*given.render_derived().c))
    keys = [column.name for column in table.primary_key]
    changed = {name: added.excluded[name] for name in names if name not in keys}
    return added.on_conflict_do_update(index_elements=keys, set_=changed)


def _array(table: Table, name: str) -> ARRAY[Any]:
    return ARRAY(table.c[name].type, dimensions=1)

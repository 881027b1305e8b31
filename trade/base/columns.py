"""Whole columns of whole numbers from PostgreSQL into numpy, by COPY: what millions of rows are read with.

The first lock does not look into COPY; the second does. For jobs in a system scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sqlalchemy import Select

from trade.base.tenancy import TenantSession

Column = NDArray[Any]
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"


def _row(columns: Mapping[str, DTypeLike]) -> np.dtype[Any]:
    """One row as COPY writes it: how many fields, and before each its length."""
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"length of {name}", ">i4"), (name, np.dtype(kind).newbyteorder(">"))]
    return np.dtype(fields)


def read_columns(
    session: TenantSession, statement: Select[*tuple[Any, ...]], **columns: DTypeLike
) -> dict[str, Column]:
    """The columns of a query that gives only whole numbers, none of them NULL, of these widths in bytes.

    Its parameters are written into it: no words of people. Raises ValueError where the widths are others.
    """
    row = _row(columns)
    data = bytearray()
    asked = statement.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
    with _cursor(session).copy(f"COPY ({asked}) TO STDOUT (FORMAT binary)") as copy:
        for piece in copy:
            data += piece
    body = len(data) - len(_HEADER) - len(_TRAILER)
    if body % row.itemsize:
        raise ValueError("The query gives something else than whole numbers of these widths.")
    rows = np.frombuffer(data, dtype=row, count=body // row.itemsize, offset=len(_HEADER))
    for name, kind in columns.items():
        if len(rows) and not (rows[f"length of {name}"] == np.dtype(kind).itemsize).all():
            raise ValueError(f"The column {name} is of another width, or empty in some rows.")
    return {name: rows[name].astype(kind) for name, kind in columns.items()}


def _cursor(session: TenantSession) -> Any:
    return session.connection().connection.driver_connection.cursor()  # type: ignore[union-attr]

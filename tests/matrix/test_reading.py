"""Reading changes nothing: every page is opened by everybody who may, and the database is the same afterwards."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import create_engine, text

from tests.matrix.asking import ROLES, Matrix
from tests.matrix.expected import ROWS
from trade.base.access import owned_models

pytestmark = pytest.mark.database
# What a GET may change, and why: nothing so far.
MAY_CHANGE: set[str] = set()


def fingerprints(matrix: Matrix) -> dict[str, str]:
    """A digest of every table's rows, in the order of their text."""
    engine = create_engine(matrix.world.house.owner_url)
    found = {}
    try:
        with engine.connect() as connection:
            for model in owned_models():
                table = model.__tablename__
                rows = connection.scalars(text(f'SELECT t::text FROM "{table}" t ORDER BY 1')).all()
                found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    finally:
        engine.dispose()
    return found


def test_reading_changes_nothing(matrix: Matrix) -> None:
    before = fingerprints(matrix)
    asked = 0
    for row in ROWS:
        for place in matrix.places(row.endpoint, row.method) if row.method == "GET" else ():
            role = next(role for role in ROLES if row.may(role))
            matrix.ask(role, place)
            asked += 1
    changed = {table for table, digest in fingerprints(matrix).items() if digest != before[table]}
    assert asked > 100
    assert changed <= MAY_CHANGE


def test_the_fingerprint_sees_a_change(matrix: Matrix) -> None:
    before = fingerprints(matrix)
    with matrix.world.house.session() as session:
        session.execute(text("UPDATE bookshop SET description = description || ' '"))
    after = fingerprints(matrix)
    assert {table for table in before if before[table] != after[table]} == {"bookshop", "directory_mark"}

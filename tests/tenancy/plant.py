"""Puts a row into any table of the house, with whatever it hangs on, for an owner of one's choice."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, insert

from tests.cast import NOW
from trade.base.access import owned_models
from trade.base.tenancy import TenantSession

_numbers = itertools.count(1)
MODELS = {model.__tablename__: model for model in owned_models()}
# What a constraint demands beyond the type of its column.
LAWFUL: Mapping[str, Mapping[str, Any]] = {
    "distributor_run": {"state": "loaded"},
    "invoice": {"net_cents": 0, "vat_cents": 0, "total_cents": 0},
    "payment": {"cents": 1, "state": "intended"},
    "payment_account": {"mode": "test", "replaced_at": NOW},
    "posting": {"cents": 1},
    "refund": {"cents": 1, "books_cents": 1, "delivery_cents": 0, "handling_cents": 0},
    "reservation": {"state": "received"},
    "role": {"name": "clerk"},
    "sale": {
        "state": "received",
        "mode": "pickup",
        "books_cents": 1,
        "delivery_cents": 0,
        "handling_cents": 0,
        "total_cents": 1,
    },
    "stock_adapter": {"kind": "delimited"},
    "stock_token": {"purpose": "push"},
    "settlement": {"redeemed_cents": 0, "commission_cents": 0, "commission_vat_cents": 0, "transfer_cents": 0},
}
# A posting never comes alone: its entry must balance.
BESIDE: Mapping[str, Mapping[str, Any]] = {"posting": {"cents": -1}}
OWNERS = {"bookshop": "bookshop_id", "person": "person_id"}


@dataclass(frozen=True)
class Owner:
    """A bookshop and a person who own what is planted for them."""

    bookshop_id: int
    person_id: int

    def of(self, column: Column[Any]) -> int | None:
        """The id that belongs into a column that names a bookshop (stock lines have no foreign key) or the person."""
        table = {key.column.table.name for key in column.foreign_keys}
        if "bookshop" in table or column.name == "bookshop_id":
            return self.bookshop_id
        owning = column.name in {"person_id", "reader_id"} or not column.nullable
        return self.person_id if "person" in table and owning else None


def values(session: TenantSession, table: str, owner: Owner) -> dict[str, Any]:
    """The values of a new row; rows it must point to are planted first."""
    number = next(_numbers)
    given: dict[str, Any] = {}
    for column in MODELS[table].__table__.columns:
        points = {key.column.table.name for key in column.foreign_keys}
        if points & set(OWNERS) or column.name == "bookshop_id":
            given[column.name] = owner.of(column)
        elif column.nullable or column.default is not None or column.server_default is not None or column.identity:
            continue
        elif points:
            (parent,) = points
            given[column.name] = plant(session, parent, owner)
        else:
            given[column.name] = _value(column, number)
    return given | dict(LAWFUL.get(table, {}))


def plant(session: TenantSession, table: str, owner: Owner) -> Any:
    """Add a row to a table; returns its key (of one column)."""
    model = MODELS[table]
    row = values(session, table, owner)
    key = session.execute(insert(model).values(row).returning(*model.__table__.primary_key)).one()
    if table in BESIDE:
        session.execute(insert(model).values(row | dict(BESIDE[table])))
    return key[0] if len(key) == 1 else tuple(key)


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type.python_type
    if kind is str:
        return f"{column.name} {number}"
    if kind is bool:
        return False
    if kind is datetime:
        return NOW
    if kind is date:
        return date(2027, 1, 1) + timedelta(days=number)
    if kind is bytes:
        return b"sealed"
    if kind in (dict, list, object):
        return {}
    return 9_780_000_000_000 + number if column.name == "isbn" else kind(number)

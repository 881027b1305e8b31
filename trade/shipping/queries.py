"""Reads of delivery: the tariff in force, its history, and the settings that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.shipping.models import ShippingTable
from trade.shipping.rules import Brackets


def table_in_force(session: TenantSession, *, at: datetime) -> ShippingTable | None:
    """The table that holds at a moment: of those begun and not withdrawn, the one that began last (A28)."""
    return session.scalar(
        select(ShippingTable)
        .where(ShippingTable.valid_from <= at, ShippingTable.withdrawn_at.is_(None))
        .order_by(ShippingTable.valid_from.desc(), ShippingTable.id.desc())
        .limit(1)
    )


def tables(session: TenantSession, *, limit: int = 100) -> Sequence[ShippingTable]:
    """Every table, the newest first: those to come, the one in force, those of the past."""
    return session.scalars(
        select(ShippingTable).order_by(ShippingTable.valid_from.desc(), ShippingTable.id.desc()).limit(limit)
    ).all()


def brackets_of(table: ShippingTable | None) -> Brackets:
    """The brackets of each zone, lightest first; none where there is no table."""
    found: dict[str, list[tuple[int, int]]] = {}
    for bracket in table.brackets if table else ():
        found.setdefault(bracket.zone, []).append((bracket.up_to_grams, bracket.cents))
    return {zone: sorted(steps) for zone, steps in found.items()}

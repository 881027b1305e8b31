"""Tables of tariffs, entered by staff, that begin on a day (F11, F12, A28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import update

from trade.base import journal
from trade.base.errors import Conflict, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.shipping.models import ShippingBracket, ShippingTable

MOST_BRACKETS = 500


def add_table(
    session: TenantSession,
    *,
    brackets: Mapping[str, Sequence[tuple[int, int]]],
    valid_from: datetime,
    at: datetime,
    note: str = "",
    is_sample: bool = False,
) -> ShippingTable:
    """Enter a whole table: for each zone pairs of the largest weight in grams and cents, VAT included.

    It holds from ``valid_from`` on; orders placed before keep what they were told. Raises Refused for an empty table,
    a beginning in the past, a weight told twice, or a heavier parcel that costs less than a lighter one.
    """
    if valid_from < at:
        raise Refused(N_("A tariff cannot begin in the past: choose today or a later day."), field="valid_from")
    if not any(brackets.values()) or sum(map(len, brackets.values())) > MOST_BRACKETS:
        raise Refused(
            N_("Give at least one weight with its price, and no more than %(most)s."),
            field="brackets",
            most=MOST_BRACKETS,
        )
    for zone, steps in brackets.items():
        _check(zone, sorted(steps))
    table = ShippingTable(
        valid_from=valid_from, note=note.strip()[:500], is_sample=is_sample, set_by=session.scope.person_id
    )
    session.add(table)
    session.flush()
    session.add_all(
        ShippingBracket(table_id=table.id, zone=zone, up_to_grams=up_to, cents=cents)
        for zone, steps in brackets.items()
        for up_to, cents in sorted(steps)
    )
    session.flush()
    session.refresh(table)
    journal.write(session, action="shipping_table.added", thing="shipping_table", thing_id=table.id, at=at, reason=note)
    return table


def _check(zone: str, steps: Sequence[tuple[int, int]]) -> None:
    before = (0, 0)
    for up_to, cents in steps:
        if up_to <= before[0] or cents < 0:
            raise Refused(
                N_("Zone %(zone)s: each weight once, above 0 g, with a price of 0 or more."),
                field="brackets",
                zone=zone,
            )
        if cents < before[1]:
            raise Refused(
                N_("Zone %(zone)s: up to %(grams)s g costs less than a lighter parcel. Correct the price."),
                field="brackets",
                zone=zone,
                grams=up_to,
            )
        before = (up_to, cents)


def withdraw_table(session: TenantSession, *, table_id: int, at: datetime) -> None:
    """Take back a table that has not begun yet. Raises Conflict for one that has, or is withdrawn already."""
    withdrawn = session.execute(
        update(ShippingTable)
        .where(ShippingTable.id == table_id, ShippingTable.valid_from > at, ShippingTable.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    if withdrawn.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict()
    journal.write(session, action="shipping_table.withdrawn", thing="shipping_table", thing_id=table_id, at=at)

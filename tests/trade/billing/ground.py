"""A month to close: cheques of October redeemed at two counters, and the moment of the closing."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.conftest import House
from tests.trade.gift_cheques.ground import issue, redeem
from trade.billing import actions
from trade.billing.actions import MonthResult

OCTOBER = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
CLOSING = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)


def october(house: House) -> list[str]:
    """Redemptions of October: Alba 32.90 and 17.10 (the worked example), Boreal 20.00; returns the codes."""
    codes = issue(house, cheques=3, at=OCTOBER)
    redeem(house, codes[0], 3290, key="1", at=OCTOBER)
    redeem(house, codes[0], 1710, key="2", at=OCTOBER.replace(day=20))
    redeem(house, codes[1], 2000, shop="boreal", key="3", at=OCTOBER.replace(day=31))
    return codes


def close(house: House, month: str = "2026-10", at: datetime = CLOSING) -> MonthResult:
    """Close a month as the worker does."""
    with house.session() as session:
        return actions.close_month(session, month=month, at=at)

"""Balances of the ledger's accounts."""

from __future__ import annotations

from sqlalchemy import func, select

from trade.base.models import Posting
from trade.base.tenancy import TenantSession


def balances(session: TenantSession) -> dict[str, int]:
    """Each account's balance in cents; positive is what the platform owes to it."""
    statement = select(Posting.account, func.sum(Posting.cents)).group_by(Posting.account)
    return {account: int(cents) for account, cents in session.execute(statement)}

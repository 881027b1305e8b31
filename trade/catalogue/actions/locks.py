"""The catalogue's one lock, until the end of the transaction: taken before every other (``stock/actions/locks.py``)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from trade.base.tenancy import TenantSession

_ONE_AT_A_TIME: Final = 727_031


def lock_catalogue(session: TenantSession) -> None:
    """Wait until no other transaction makes books: two sources at once would each miss the other's word."""
    session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))

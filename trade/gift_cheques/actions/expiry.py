"""The clock takes what is left on cheques whose last day has passed, and keeps it apart (domain report 5.4)."""

from __future__ import annotations

from datetime import datetime

from trade.base.tenancy import TenantSession
from trade.gift_cheques import queries
from trade.gift_cheques.actions.changing import change_balance, record

MOST_AT_ONCE = 1_000


def expire_due(session: TenantSession, *, at: datetime) -> int:
    """Expire up to a thousand cheques; returns how many, so that the caller knows whether to come again."""
    day = queries.network_day(session, at=at)
    done = 0
    for cheque in session.scalars(queries.expired(day=day, limit=MOST_AT_ONCE)).all():
        left = cheque.remaining_cents
        if change_balance(session, cheque=cheque, move="expire", remaining=0):
            key = f"expire:{cheque.id}"
            record(session, cheque=cheque, kind="expire", cents=-left, key=key, at=at, to_account="cheques_expired")
            done += 1
    return done

"""Money moves only by balanced, append-only entries. Positive cents: the account receives.

Accounts: ``cheques_issued`` (what the platform owes to holders of gift cheques), ``cash`` (the platform's
bank), ``bookshop`` (what the platform owes to a bookshop; with its id), ``commission``, ``vat_due`` and
``cheques_expired`` (what was left on cheques past their last day, kept apart).
Nothing is corrected in place: a correction is a further entry that takes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from trade.base.models import LedgerEntry, Posting
from trade.base.tenancy import TenantSession


@dataclass(frozen=True)
class Leg:
    """One leg to post: account, signed cents (not zero), and the bookshop for ``bookshop`` accounts."""

    account: str
    cents: int
    bookshop_id: int | None = None


def enter(
    session: TenantSession,
    *,
    kind: str,
    key: str,
    at: datetime,
    thing: str,
    thing_id: int,
    legs: Sequence[Leg],
    bookshop_id: int | None = None,
    note: str = "",
) -> LedgerEntry:
    """Post one balanced entry; the same ``key`` posts once and returns the first one.

    Raises ValueError where the legs do not sum to zero (the database would refuse the commit as well).
    """
    legs = [leg for leg in legs if leg.cents]
    if sum(leg.cents for leg in legs) != 0:
        raise ValueError(f"The entry {key} does not balance.")
    found = session.scalar(select(LedgerEntry).where(LedgerEntry.key == key))
    if found is not None:
        return found
    entry = LedgerEntry(kind=kind, key=key, at=at, thing=thing, thing_id=thing_id, bookshop_id=bookshop_id, note=note)
    session.add(entry)
    session.flush()
    session.add_all(
        Posting(entry_id=entry.id, account=leg.account, cents=leg.cents, bookshop_id=leg.bookshop_id) for leg in legs
    )
    session.flush()
    return entry

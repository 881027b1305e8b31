"""Staff keep the list of distributors: names, how long books take, what each may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from trade.base import journal
from trade.base.errors import NotFound, Refused, concerning
from trade.base.outbound import checked_address
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors.models import Distributor

LONGEST_LEAD = 60 * 24
_KEY = re.compile(r"[a-z][a-z0-9-]{1,30}")


@dataclass(frozen=True)
class Particulars:
    """What staff say of a distributor; hours, and a last day of its certificate where it serves in others' names."""

    name: str
    lead_from_hours: int
    lead_to_hours: int
    prints_on_demand: bool = False
    delegated: bool = False
    certified_until: date | None = None
    protocol: str = ""
    address: str = ""
    active: bool = True


def add(session: TenantSession, *, key: str, told: Particulars, at: datetime) -> Distributor:
    """Add a distributor. ``key`` is its short name, never changed. Raises Refused for a taken or bad key."""
    if not _KEY.fullmatch(key):
        raise Refused(N_("A short name has 2 to 31 small letters, digits and hyphens."), field="key")
    if session.scalar(select(Distributor.id).where(Distributor.key == key)) is not None:
        raise Refused(N_("There is a distributor called “%(key)s” already."), field="key", key=key)
    row = Distributor(key=key, name="", created_at=at)
    _tell(row, told)
    session.add(row)
    session.flush()
    journal.write(session, action="distributor.added", thing="distributor", thing_id=row.id, at=at)
    return row


def change(session: TenantSession, *, distributor_id: int, told: Particulars, at: datetime) -> Distributor:
    """Change what is said of a distributor; suspended, its stock counts for nobody from now on.

    Raises NotFound, Refused.
    """
    row = session.get(Distributor, distributor_id)
    if row is None:
        raise NotFound()
    _tell(row, told)
    session.flush()
    journal.write(session, action="distributor.changed", thing="distributor", thing_id=row.id, at=at)
    return row


def _tell(row: Distributor, told: Particulars) -> None:
    if not told.name.strip():
        raise Refused(N_("Write its name."), field="name")
    if not 0 <= told.lead_from_hours <= told.lead_to_hours <= LONGEST_LEAD:
        raise Refused(
            N_("Write from how many to how many hours a book takes, for example 24 to 48."), field="lead_to_hours"
        )
    if told.delegated and told.certified_until is None:
        raise Refused(
            N_("A distributor that serves in a bookshop's name needs a certificate: write its last day."),
            field="certified_until",
        )
    if told.address:
        with concerning("address"):
            # Whether it may lie in the own network is for the one who calls it to say.
            checked_address(told.address, private=True)
    row.name = told.name.strip()
    row.lead_from_hours, row.lead_to_hours = told.lead_from_hours, told.lead_to_hours
    row.prints_on_demand, row.delegated = told.prints_on_demand, told.delegated
    row.certified_until = told.certified_until if told.delegated else None
    row.protocol, row.address = told.protocol, told.address
    row.state = "active" if told.active else "suspended"

"""A bookshop lets certified distributors serve in its name: switch and order of each, in force at once (T77-T92)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from trade.base import journal
from trade.base.errors import Conflict, NotFound, Refused
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors.models import Distributor
from trade.trastienda.models import DelegatedDistributor


def delegate(session: TenantSession, *, bookshop_id: int, distributor_id: int, on: bool, at: datetime) -> None:
    """Switch a delegated distributor on or off; one that was never switched on comes last.

    Raises NotFound for one that is not there, suspended or serves nobody, Refused to switch one on whose
    certificate has lapsed (T86).
    """
    known = session.get(Distributor, distributor_id)
    if known is None or known.state != "active" or not known.delegated:
        raise NotFound()
    if on and (known.certified_until is None or known.certified_until < at.date()):
        raise Refused(N_("The certificate of this distributor has lapsed: it may not serve in your name."))
    row = session.get(DelegatedDistributor, (bookshop_id, distributor_id)) or DelegatedDistributor(
        bookshop_id=bookshop_id, distributor_id=distributor_id, position=_next(session, bookshop_id)
    )
    row.switched_on, row.changed_at = on, at
    session.add(row)
    session.flush()
    action = "distributor.delegated" if on else "distributor.not_delegated"
    journal.write(session, action=action, thing="distributor", thing_id=distributor_id, at=at, bookshop_id=bookshop_id)


def arrange(session: TenantSession, *, bookshop_id: int, order: Sequence[int], at: datetime) -> None:
    """Put the bookshop's delegated distributors into this order: among equals the first that has a book serves.

    Raises Conflict where these are not exactly the distributors it has, which somebody changed meanwhile.
    """
    own = DelegatedDistributor.bookshop_id == bookshop_id
    mine = set(session.scalars(select(DelegatedDistributor.distributor_id).where(own)))
    if mine != set(order) or len(mine) != len(order):
        raise Conflict()
    for position, distributor_id in enumerate(order):
        session.execute(
            update(DelegatedDistributor)
            .where(own, DelegatedDistributor.distributor_id == distributor_id)
            .values(position=position, changed_at=at)
        )
    journal.write(
        session,
        action="distributor.delegates_arranged",
        thing="bookshop",
        thing_id=bookshop_id,
        at=at,
        bookshop_id=bookshop_id,
        details={"order": list(order)},
    )


def _next(session: TenantSession, bookshop_id: int) -> int:
    last = session.scalar(
        select(func.max(DelegatedDistributor.position)).where(DelegatedDistributor.bookshop_id == bookshop_id)
    )
    return 0 if last is None else last + 1

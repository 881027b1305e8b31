"""Whom the edge has to ask before it can tell what is available."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.distributors.models import Distributor
from trade.trastienda.asking import Question
from trade.trastienda.models import DelegatedDistributor


def questions(session: TenantSession, *, at: datetime, bookshop_id: int | None = None) -> list[Question]:
    """The certified delegated distributors that some bookshop (or this one) has switched on; none where no network
    has back rooms."""
    if not session.profile.has("back_room"):
        return []
    wanted = select(DelegatedDistributor.distributor_id).where(DelegatedDistributor.switched_on)
    if bookshop_id is not None:
        wanted = wanted.where(DelegatedDistributor.bookshop_id == bookshop_id)
    rows = session.execute(
        select(Distributor.id, Distributor.protocol, Distributor.address)
        .where(
            Distributor.id.in_(wanted),
            Distributor.state == "active",
            Distributor.delegated,
            Distributor.certified_until >= at.date(),
        )
        .order_by(Distributor.id)
    )
    return [Question(*row) for row in rows]

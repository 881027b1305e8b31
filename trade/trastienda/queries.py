"""Whom the edge has to ask before it can tell what is available."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.distributors.models import Distributor
from trade.trastienda.asking import Question
from trade.trastienda.models import DelegatedDistributor

MOST = 200
"""More distributors than any network has: no list is longer."""


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


@dataclass(frozen=True)
class Delegate:
    """A distributor that may serve readers, in a bookshop's own order; ``row`` is None where it was never on."""

    distributor: Distributor
    row: DelegatedDistributor | None
    certified: bool

    @property
    def on(self) -> bool:
        """Whether it is asked for this bookshop."""
        return self.row is not None and self.row.switched_on and self.certified


def delegates(session: TenantSession, *, bookshop_id: int, at: datetime) -> Sequence[Delegate]:
    """The active delegated distributors in a bookshop's order, those it never switched on last, by name.

    One whose certificate has lapsed is among them only where the bookshop has it already (T78).
    """
    rows = session.execute(
        select(Distributor, DelegatedDistributor)
        .outerjoin(
            DelegatedDistributor,
            (DelegatedDistributor.distributor_id == Distributor.id) & (DelegatedDistributor.bookshop_id == bookshop_id),
        )
        .where(Distributor.state == "active", Distributor.delegated)
        .order_by(DelegatedDistributor.position.asc().nulls_last(), Distributor.name, Distributor.id)
        .limit(MOST)
    )
    found = [Delegate(one, row, bool(one.certified_until and one.certified_until >= at.date())) for one, row in rows]
    return [each for each in found if each.certified or each.row is not None]


def order_of(session: TenantSession, *, bookshop_id: int) -> list[int]:
    """The ids of every distributor that a bookshop has a row of, in its order."""
    return list(
        session.scalars(
            select(DelegatedDistributor.distributor_id)
            .where(DelegatedDistributor.bookshop_id == bookshop_id)
            .order_by(DelegatedDistributor.position, DelegatedDistributor.distributor_id)
        )
    )

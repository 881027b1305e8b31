"""Reads of distributors: the list of staff, and a bookshop's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.distributors.models import Distributor, TrustedDistributor

MOST = 200
"""More distributors than any network has: no list is longer."""


@dataclass(frozen=True)
class Kept:
    """A distributor as staff see it, with how many bookshops have switched it on."""

    distributor: Distributor
    bookshops: int


def distributors(session: TenantSession) -> list[Kept]:
    """Every distributor by its name."""
    trusting = (
        select(func.count())
        .where(TrustedDistributor.distributor_id == Distributor.id, TrustedDistributor.switched_on)
        .scalar_subquery()
    )
    rows = session.execute(select(Distributor, trusting).order_by(Distributor.name, Distributor.id).limit(MOST))
    return [Kept(row, count) for row, count in rows]


def distributor(session: TenantSession, *, distributor_id: int) -> Distributor:
    """One distributor. Raises NotFound."""
    found = session.get(Distributor, distributor_id)
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Trusted:
    """A distributor in a bookshop's own order; without ``row`` the bookshop never switched it on."""

    distributor: Distributor
    row: TrustedDistributor | None

    @property
    def on(self) -> bool:
        """Whether its stock counts."""
        return self.row is not None and self.row.switched_on


def trusted(session: TenantSession, *, bookshop_id: int) -> Sequence[Trusted]:
    """The active distributors in a bookshop's order, those it never switched on last, by name."""
    rows = session.execute(
        select(Distributor, TrustedDistributor)
        .outerjoin(
            TrustedDistributor,
            (TrustedDistributor.distributor_id == Distributor.id) & (TrustedDistributor.bookshop_id == bookshop_id),
        )
        .where(Distributor.state == "active")
        .order_by(TrustedDistributor.position.asc().nulls_last(), Distributor.name, Distributor.id)
        .limit(MOST)
    )
    return [Trusted(one, row) for one, row in rows]


def order_of(session: TenantSession, *, bookshop_id: int) -> list[int]:
    """The ids of every distributor that a bookshop has a row of, in its order."""
    return list(
        session.scalars(
            select(TrustedDistributor.distributor_id)
            .where(TrustedDistributor.bookshop_id == bookshop_id)
            .order_by(TrustedDistributor.position, TrustedDistributor.distributor_id)
        )
    )

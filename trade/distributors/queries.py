"""Reads of distributors: the list of staff, and a bookshop's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from trade.base.errors import NotFound, Refused
from trade.base.settings import value_of
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.distributors.models import Distributor, DistributorFeed, DistributorRun, TrustedDistributor
from trade.distributors.settings import HIDE_HOURS

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


def too_old(session: TenantSession, *, at: datetime) -> Sequence[Distributor]:
    """Active distributors whose stock is so old at ``at`` that it counts for nobody (T139), the oldest first."""
    limit = at - timedelta(hours=value_of(session, HIDE_HOURS, at=at))
    return session.scalars(
        select(Distributor)
        .where(Distributor.state == "active", Distributor.stock_at <= limit)
        .order_by(Distributor.stock_at, Distributor.id)
        .limit(MOST)
    ).all()


def by_key(session: TenantSession, *, key: str) -> Distributor:
    """The distributor of a short name. Raises Refused, naming those there are."""
    found = session.scalar(select(Distributor).where(Distributor.key == key))
    if found is None:
        known = ", ".join(session.scalars(select(Distributor.key).order_by(Distributor.key).limit(MOST)))
        raise Refused(
            N_("There is no distributor “%(key)s”; there are: %(known)s."),
            field="key",
            key=key[:40],
            known=known or "–",
        )
    return found


def feed_of(session: TenantSession, *, distributor_id: int) -> DistributorFeed | None:
    """How its stock arrives; None where nobody said."""
    return session.get(DistributorFeed, distributor_id)


def feeds(session: TenantSession) -> dict[str, DistributorFeed]:
    """The feeds of active distributors by the distributor's short name."""
    rows = session.execute(
        select(Distributor.key, DistributorFeed)
        .join(DistributorFeed, DistributorFeed.distributor_id == Distributor.id)
        .where(Distributor.state == "active")
        .order_by(Distributor.key)
    )
    return {row.key: row.DistributorFeed for row in rows}


def runs(session: TenantSession, *, distributor_id: int, limit: int = 20) -> Sequence[DistributorRun]:
    """Its last files, newest first."""
    return session.scalars(
        select(DistributorRun)
        .where(DistributorRun.distributor_id == distributor_id)
        .order_by(DistributorRun.id.desc())
        .limit(limit)
    ).all()


def run(session: TenantSession, *, distributor_id: int, run_id: int) -> DistributorRun:
    """One file. Raises NotFound."""
    found = session.get(DistributorRun, run_id)
    if found is None or found.distributor_id != distributor_id:
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

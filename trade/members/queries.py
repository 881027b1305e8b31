"""Reads of bookshops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from trade.base.errors import NotFound
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop


def active(session: TenantSession) -> Sequence[Bookshop]:
    """The bookshops that readers see, by name."""
    return session.scalars(select(Bookshop).where(Bookshop.state == "active").order_by(Bookshop.name, Bookshop.id)).all()


def by_slug(session: TenantSession, *, slug: str) -> Bookshop:
    """An active bookshop by the name in its address. Raises NotFound."""
    found = session.scalar(select(Bookshop).where(Bookshop.slug == slug, Bookshop.state == "active"))
    if found is None:
        raise NotFound()
    return found


def by_ids(session: TenantSession, *, ids: Iterable[int]) -> dict[int, Bookshop]:
    """These bookshops by id, in one query."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {shop.id: shop for shop in session.scalars(select(Bookshop).where(Bookshop.id.in_(wanted)))}

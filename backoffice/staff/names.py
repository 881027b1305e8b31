"""Names for the foreign keys on a page of rows, each kind in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from trade.accounts.models import Person
from trade.base.tenancy import TenantSession
from trade.members.models import Bookshop


def bookshop_names(session: TenantSession, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Names of bookshops by id."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Bookshop.id, Bookshop.name).where(Bookshop.id.in_(wanted)))
    return dict(rows.all())


def person_names(session: TenantSession, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Names of people by id; an erased person has none."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Person.id, Person.name, Person.email).where(Person.id.in_(wanted)))
    return {key: name or email for key, name, email in rows}

"""Which source gave which field of a book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from trade.base.tenancy import TenantSession
from trade.catalogue.models import BookSource, CatalogueSource
from trade.catalogue.rules import Said, group_of, merged, opened


@dataclass(frozen=True)
class Told:
    """One field of a book: whose word is taken, what it says, and what other sources say instead."""

    name: str
    group: str
    source: str
    value: Any
    others: list[tuple[str, Any]]


def told_of(session: TenantSession, *, isbn: int) -> list[Told]:
    """The fields that sources say of a book, by the rule that made it."""
    rows = session.execute(
        select(CatalogueSource.key, CatalogueSource.ranks, BookSource.fields)
        .join(BookSource, BookSource.source_id == CatalogueSource.id)
        .where(BookSource.isbn == isbn)
        .order_by(CatalogueSource.id)
    ).all()
    if not rows:
        return []
    statements: dict[str, Said] = {key: opened(fields) for key, _, fields in rows}
    found = merged(statements, ranks={key: ranks for key, ranks, _ in rows})
    return [
        Told(
            name,
            group_of(name),
            source,
            statements[source][name],
            [(key, said[name]) for key, said in statements.items() if key != source and name in said],
        )
        for name, source in found.origin.items()
    ]


def sources_of(session: TenantSession, *, isbn: int) -> list[Any]:
    """The sources that tell of a book: key, name, and when each told last."""
    return list(
        session.execute(
            select(CatalogueSource.key, CatalogueSource.name, BookSource.received_at, BookSource.run_id)
            .join(BookSource, BookSource.source_id == CatalogueSource.id)
            .where(BookSource.isbn == isbn)
            .order_by(BookSource.received_at.desc())
        )
    )

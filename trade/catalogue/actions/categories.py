"""The price categories a network starts with (A14); staff add others."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from trade.base.tenancy import TenantSession
from trade.catalogue.models import Category

CATEGORIES = (
    ("fixed_price", {"es": "Libros de precio fijo", "fr": "Livres à prix unique", "en": "Fixed-price books"}),
    ("textbook", {"es": "Libros de texto", "fr": "Manuels scolaires", "en": "Textbooks"}),
    ("imported", {"es": "Libros importados", "fr": "Livres importés", "en": "Imported books"}),
    ("non_book", {"es": "Otros artículos", "fr": "Autres articles", "en": "Other articles"}),
)


def ensure_categories(session: TenantSession) -> dict[str, int]:
    """Make sure that the first categories exist; returns the id of every category by its key."""
    known = _known(session)
    if known.keys() >= {key for key, _ in CATEGORIES}:
        return known
    rows = [{"key": key, "names": names, "position": place} for place, (key, names) in enumerate(CATEGORIES)]
    session.execute(upsert(Category).values(rows).on_conflict_do_nothing(index_elements=["key"]))
    return _known(session)


def _known(session: TenantSession) -> dict[str, int]:
    return {row.key: row.id for row in session.execute(select(Category.key, Category.id))}

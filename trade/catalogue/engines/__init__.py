"""The search index: a copy of the catalogue made for finding, one on each web machine, that can be thrown away.

PostgreSQL stays the truth. Whoever changes a book notes it with :func:`note_changed` in the same transaction; the
index process reads noted books again (:mod:`trade.catalogue.engines.keeping`).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, bindparam, func, insert, select

from trade.base.tenancy import TenantSession
from trade.catalogue.models import SearchChange, SearchCopy

REGISTERING = 727_011
"""The advisory lock that a new copy takes alone and every noter shares: no change slips in between unseen."""


def note_changed(session: TenantSession, *, isbns: Iterable[int]) -> None:
    """Ask every copy of the index to read these books again after the commit; known or not, changed or gone.

    For system and staff sessions, once a batch: the cost is two statements whatever the number of books.
    """
    changed = sorted(set(isbns))
    if not changed:
        return
    session.execute(select(func.pg_advisory_xact_lock_shared(REGISTERING)))
    books = func.unnest(bindparam("isbns", changed, ARRAY(BigInteger))).column_valued("isbn")
    rows = select(SearchCopy.id, books).select_from(SearchCopy).join(books, bindparam("every", True))
    session.execute(insert(SearchChange).from_select(["copy_id", "isbn"], rows))

"""Services that are asked for books (DILVE, Cegal en Red): their credentials, sealed, and what their answers become."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from trade.base import journal
from trade.base.crypto import seal, unseal
from trade.base.errors import NotFound, Refused
from trade.base.journal import fire
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.catalogue.actions.feeds import give_up, take_batch
from trade.catalogue.actions.sources import ensure_source
from trade.catalogue.clients import Credentials, clients
from trade.catalogue.models import CatalogueRun, CatalogueSource
from trade.catalogue.queries.feeds import source as find_source
from trade.catalogue.records import CatalogueEntry
from trade.catalogue.states import CATALOGUE_RUN
from trade.stock.models import StockLine
from trade.stock.rules import Verdict

FIRST_LOOK_BACK: Final = timedelta(days=7)
"""How far back a service is asked the first time; older books come by a file of the whole list."""
MOST_ASKED: Final = 500
"""Books that a service without a list of changes is asked for in one night."""
DAYS_OF_TURNS: Final = 7


def connect(
    session: TenantSession, *, client: str, values: Mapping[str, str], pepper: bytes, at: datetime
) -> CatalogueSource:
    """Keep the credentials of a service; an empty secret leaves the one that is kept.

    Raises NotFound for an unknown service, Refused where a field is missing.
    """
    if client not in clients():
        raise NotFound()
    module = clients()[client]
    source = ensure_source(session, key=client, name=str(module.TITLE), kind="client", reader=client)
    before = credentials_of(source, pepper=pepper) if source.credentials else {}
    told = {}
    for field in module.CREDENTIALS:
        told[field.name] = values.get(field.name, "").strip() or before.get(field.name, "") or field.default
        if not told[field.name]:
            raise Refused(N_("“%(field)s” is missing."), field=field.name)
    source.credentials = seal(json.dumps(told).encode(), pepper=pepper, context=_place(source))
    source.active = True
    session.flush()
    journal.write(session, action="catalogue_source.connected", thing="catalogue_source", thing_id=source.id, at=at)
    return source


def disconnect(session: TenantSession, *, source_id: int, at: datetime) -> None:
    """Forget the credentials of a service; what it told stays. Raises NotFound."""
    source = find_source(session, source_id=source_id)
    source.credentials, source.active = None, False
    session.flush()
    journal.write(session, action="catalogue_source.disconnected", thing="catalogue_source", thing_id=source.id, at=at)


def credentials_of(source: CatalogueSource, *, pepper: bytes) -> Credentials:
    """What opens a service. Raises ValueError where it was sealed elsewhere."""
    told: dict[str, str] = json.loads(unseal(source.credentials or b"", pepper=pepper, context=_place(source)))
    return told


def connected(session: TenantSession) -> Sequence[CatalogueSource]:
    """The services that are asked every night."""
    asked = (CatalogueSource.kind == "client", CatalogueSource.active, CatalogueSource.credentials.is_not(None))
    return session.scalars(select(CatalogueSource).where(*asked).order_by(CatalogueSource.id)).all()


def ask_since(source: CatalogueSource, *, at: datetime) -> datetime:
    """From when on a service is asked for changes."""
    return source.told_until or at - FIRST_LOOK_BACK


def note_told(session: TenantSession, *, source_id: int, until: datetime) -> None:
    """A service has told all that changed up to a moment."""
    find_source(session, source_id=source_id).told_until = until
    session.flush()


def unknown_in_stock(session: TenantSession, *, at: datetime, limit: int = MOST_ASKED) -> list[int]:
    """ISBNs that bookshops have in stock and the catalogue does not know: each has its turn once a week."""
    unknown = select(StockLine.isbn).where(StockLine.verdict == Verdict.UNKNOWN_BOOK, StockLine.quantity > 0)
    turn = StockLine.isbn % DAYS_OF_TURNS == at.toordinal() % DAYS_OF_TURNS
    return list(session.scalars(unknown.where(turn).distinct().order_by(StockLine.isbn).limit(limit)))


def take_answers(
    session: TenantSession, *, source_id: int, answers: Sequence[CatalogueEntry], at: datetime
) -> CatalogueRun:
    """What a service said of single books, as a run without a file."""
    run = _asked(session, source_id, at)
    take_batch(session, run_id=run.id, batch=answers, at=at)
    fire(session, CATALOGUE_RUN, run, "end", role="platform", at=at, finished_at=at)
    return run


def note_unanswered(session: TenantSession, *, source_id: int, refused: Refused, at: datetime) -> CatalogueRun:
    """A service refused or did not answer: a run that says so; nothing is lost, the next one asks for more."""
    return give_up(session, run_id=_asked(session, source_id, at).id, refused=refused, at=at)


def _asked(session: TenantSession, source_id: int, at: datetime) -> CatalogueRun:
    source = find_source(session, source_id=source_id)
    run = CatalogueRun(
        source_id=source.id, format=source.reader, origin="client", state=CATALOGUE_RUN.first, received_at=at
    )
    session.add(run)
    session.flush()
    fire(session, CATALOGUE_RUN, run, "begin", role="platform", at=at)
    return run


def _place(source: CatalogueSource) -> str:
    return f"catalogue_source:{source.id}|credentials"

"""Adapters: what staff describe, try with a sample, put into use and retire (F15-F20). Nothing of it needs a deploy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from trade.base.errors import Conflict, Refused
from trade.base.files import FileStore
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.stock.actions.samples import failure, note, prove, prove_own
from trade.stock.configured import must_be_mapped, options_of
from trade.stock.models import StockAdapter
from trade.stock.readers import FORMATS

KINDS = ("delimited", "pull")
_KEY = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
DRAFTS = (("2dcom", "2DCom"), ("elico", "Elico"), ("praxiel", "Praxiel"), ("tite_live", "Tite-Live"), ("tmic", "TMIC"))
"""Providers that the network names (F15-F19) and whose layouts are not published: staff map their columns."""


def ensure_adapters(session: TenantSession, *, at: datetime) -> None:
    """The rows every installation begins with: the formats of code, the named providers as drafts.

    A format of code is tested with its own samples, and in use from the beginning only where it reads them right.
    """
    rows = [{"key": name, "name": module.TITLE, "kind": "code"} for name, module in FORMATS.items()]
    rows += [{"key": key, "name": name, "kind": "delimited"} for key, name in DRAFTS]
    added: set[str] = set()
    for row in rows:
        values = row | {"state": "draft", "created_at": at, "options": {}, "tested_with": {}}
        made = insert(StockAdapter).values(**values).on_conflict_do_nothing(index_elements=["key"])
        added |= set(session.scalars(made.returning(StockAdapter.key)))
    untested = select(StockAdapter).where(StockAdapter.kind == "code", StockAdapter.tested_at.is_(None))
    for adapter in session.scalars(untested.where(StockAdapter.sample_file_id.is_(None))):
        if adapter.key in FORMATS and prove_own(adapter, at=at) and adapter.key in added:
            adapter.state = "in_use"
    session.flush()


def add_adapter(session: TenantSession, *, name: str, kind: str, at: datetime) -> StockAdapter:
    """A new draft. Raises Refused for a name without letters or one that is taken."""
    if kind not in KINDS:
        raise Refused(N_("Choose one of the list."), field="kind")
    key = re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
    if not _KEY.match(key):
        raise Refused(N_("Give it a name that begins with a letter, up to 40 letters and digits."), field="name")
    if session.scalar(select(StockAdapter.id).where(StockAdapter.key == key)) is not None or key in FORMATS:
        raise Refused(N_("There is an adapter of this name."), field="name")
    made = StockAdapter(key=key, name=name.strip()[:80], kind=kind, created_at=at)
    session.add(made)
    session.flush()
    note(session, adapter=made, verb="added", at=at)
    return made


def describe(session: TenantSession, *, adapter: StockAdapter, options: Mapping[str, Any], at: datetime) -> None:
    """Say how the adapter's files are written. One in use must still read its sample. Raises Refused."""
    if adapter.kind == "code":
        raise Refused(N_("This format is built in: there is nothing to describe."))
    checked = options_of(options)
    if adapter.state == "in_use":
        raise Conflict(N_("The adapter is in use. Retire it, change it, and put it into use again."))
    adapter.options, adapter.tested_at, adapter.tested_with = checked.stored(), None, {}
    session.flush()
    note(session, adapter=adapter, verb="described", at=at)


def choose_kind(session: TenantSession, *, adapter: StockAdapter, kind: str, at: datetime) -> None:
    """Say how the stock of a draft arrives: as text with columns, or asked for at an address (F17 knows both).

    What was described stays. Raises Refused for a built-in format or an unknown kind, Conflict where it was in use:
    what bookshops sent in it must stay readable.
    """
    if adapter.kind == "code":
        raise Refused(N_("This format is built in: there is nothing to describe."))
    if kind not in KINDS:
        raise Refused(N_("Choose one of the list."), field="kind")
    if adapter.state != "draft":
        raise Conflict(N_("Bookshops have sent files in it. Add another draft for the other way."))
    if kind == adapter.kind:
        return
    adapter.kind, adapter.tested_at, adapter.tested_with = kind, None, {}
    session.flush()
    note(session, adapter=adapter, verb="kind_chosen", at=at)


def put_in_use(session: TenantSession, *, adapter: StockAdapter, at: datetime, store: FileStore) -> None:
    """Let bookshops send files in it. Raises Refused where its sample cannot be read, Conflict if it is in use."""
    if adapter.state == "in_use":
        raise Conflict()
    if adapter.kind == "delimited":
        must_be_mapped(options_of(adapter.options))
    tried = prove(session, adapter=adapter, at=at, store=store)
    wrong = failure(tried)
    if wrong is not None:
        raise wrong
    readings = [one.reading for one in tried if one.reading is not None]
    if any(len(reading.rejected) > len(reading.sheet) for reading in readings):
        raise Refused(N_("Most lines of the sample are refused: the columns are not right yet."))
    adapter.state = "in_use"
    session.flush()
    note(session, adapter=adapter, verb="put_in_use", at=at)


def retire(session: TenantSession, *, adapter: StockAdapter, at: datetime) -> None:
    """Take no more files in it; what was read stays. Raises Conflict if it is retired."""
    if adapter.state == "retired":
        raise Conflict()
    adapter.state = "retired"
    session.flush()
    note(session, adapter=adapter, verb="retired", at=at)

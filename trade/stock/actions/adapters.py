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
from trade.base.journal import write
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import StoredFile
from trade.stock.arrival import unpack
from trade.stock.configured import failure_of, must_be_mapped, options_of, summary_of
from trade.stock.models import StockAdapter
from trade.stock.readers import FORMATS, of_row
from trade.stock.rules import Reading

KINDS = ("delimited", "pull")
LARGEST_SAMPLE = 4_000_000
_KEY = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
DRAFTS = (("2dcom", "2DCom"), ("elico", "Elico"), ("praxiel", "Praxiel"), ("tite_live", "Tite-Live"), ("tmic", "TMIC"))
"""Providers that the network names (F15-F19) and whose layouts are not published: staff map their columns."""


def ensure_adapters(session: TenantSession, *, at: datetime) -> None:
    """The rows every installation begins with: the formats of code in use, the named providers as drafts."""
    rows = [{"key": name, "name": module.TITLE, "kind": "code", "state": "in_use"} for name, module in FORMATS.items()]
    rows += [{"key": key, "name": name, "kind": "delimited", "state": "draft"} for key, name in DRAFTS]
    for row in rows:
        values = row | {"created_at": at, "options": {}, "tested_with": {}}
        session.execute(insert(StockAdapter).values(**values).on_conflict_do_nothing(index_elements=["key"]))


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
    _note(session, made, "added", at)
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
    _note(session, adapter, "described", at)


def keep_sample(
    session: TenantSession, *, adapter: StockAdapter, data: bytes, name: str, at: datetime, store: FileStore
) -> None:
    """Keep a sample file of the adapter, as it came. Raises Refused for an empty or too large one."""
    if not data:
        raise Refused(N_("The file is empty. Export it again and send the new one."), field="sample")
    if len(data) > LARGEST_SAMPLE:
        raise Refused(
            N_("A sample has at most %(limit)s MB; some hundred lines are enough."),
            field="sample",
            limit=LARGEST_SAMPLE // 1_000_000,
        )
    unpack(data, name)
    file = StoredFile(
        purpose="stock_sample",
        name=name[-120:],
        media_type="application/octet-stream",
        sha256=store.put(data),
        size=len(data),
    )
    session.add(file)
    session.flush()
    adapter.sample_file_id, adapter.tested_at, adapter.tested_with = file.id, None, {}
    session.flush()
    _note(session, adapter, "sampled", at)


def sample_of(session: TenantSession, *, adapter: StockAdapter, store: FileStore) -> tuple[bytes, str] | None:
    """The unpacked sample and its name, None where there is none yet."""
    if adapter.sample_file_id is None:
        return None
    file = session.get_one(StoredFile, adapter.sample_file_id)
    return unpack(store.get(file.sha256), file.name)


def read_sample(session: TenantSession, *, adapter: StockAdapter, store: FileStore) -> Reading | None:
    """The sample as the adapter reads it, None where there is none. Raises Refused where it cannot be read."""
    sample = sample_of(session, adapter=adapter, store=store)
    return of_row(adapter).read(sample[0]) if sample else None


def try_sample(
    session: TenantSession, *, adapter: StockAdapter, at: datetime, store: FileStore
) -> tuple[Reading | None, Refused | None]:
    """Read the sample as the adapter would, and keep how it went: the reading, or why there is none."""
    reading: Reading | None = None
    refused: Refused | None = None
    try:
        reading = read_sample(session, adapter=adapter, store=store)
        if reading is None:
            raise Refused(N_("Send a sample file first."))
        if not len(reading.sheet):
            raise Refused(N_("Not one line of the sample could be read."))
        adapter.tested_with = {**summary_of(reading), "good": True}
    except Refused as error:
        refused = error
        adapter.tested_with = {**failure_of(error), "good": False}
    adapter.tested_at = at
    session.flush()
    return reading, refused


def put_in_use(session: TenantSession, *, adapter: StockAdapter, at: datetime, store: FileStore) -> None:
    """Let bookshops send files in it. Raises Refused where its sample cannot be read, Conflict if it is in use."""
    if adapter.state == "in_use":
        raise Conflict()
    if adapter.kind == "delimited":
        must_be_mapped(options_of(adapter.options))
    if adapter.kind != "code" or adapter.sample_file_id is not None:
        reading, refused = try_sample(session, adapter=adapter, at=at, store=store)
        if refused is not None or reading is None:
            raise refused or Refused(N_("Not one line of the sample could be read."))
        if len(reading.rejected) > len(reading.sheet):
            raise Refused(N_("Most lines of the sample are refused: the columns are not right yet."))
    adapter.state = "in_use"
    session.flush()
    _note(session, adapter, "put_in_use", at)


def retire(session: TenantSession, *, adapter: StockAdapter, at: datetime) -> None:
    """Take no more files in it; what was read stays. Raises Conflict if it is retired."""
    if adapter.state == "retired":
        raise Conflict()
    adapter.state = "retired"
    session.flush()
    _note(session, adapter, "retired", at)


def _note(session: TenantSession, adapter: StockAdapter, verb: str, at: datetime) -> None:
    write(
        session,
        action=f"stock_adapter.{verb}",
        thing="stock_adapter",
        thing_id=adapter.id,
        at=at,
        details={"key": adapter.key},
    )

"""Trying an adapter with its samples: those that a format of code makes, and the real file that staff keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trade.base.errors import Refused
from trade.base.files import FileStore
from trade.base.journal import write
from trade.base.tenancy import TenantSession
from trade.base.text import N_
from trade.members.models import StoredFile
from trade.stock.arrival import unpack
from trade.stock.configured import failure_of, summary_of
from trade.stock.models import StockAdapter
from trade.stock.readers import FORMATS, of_row
from trade.stock.rules import Memory, Reading
from trade.stock.samples import Sample

LARGEST_SAMPLE = 4_000_000


@dataclass(frozen=True)
class Tried:
    """A sample and how its adapter reads it: the reading, or why there is none."""

    sample: Sample
    reading: Reading | None = None
    refused: Refused | None = None


def keep_sample(
    session: TenantSession, *, adapter: StockAdapter, data: bytes, name: str, at: datetime, store: FileStore
) -> None:
    """Keep a real file as a sample of the adapter, as it came. Raises Refused for an empty or too large one."""
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
    note(session, adapter=adapter, verb="sampled", at=at)


def try_samples(session: TenantSession, *, adapter: StockAdapter, store: FileStore) -> list[Tried]:
    """Every sample of the adapter as it reads it now: its own ones first, then the real file that was kept."""
    return _own(adapter) + [_tried(adapter, sample, None) for sample in _kept(session, adapter, store)]


def prove(session: TenantSession, *, adapter: StockAdapter, at: datetime, store: FileStore) -> list[Tried]:
    """Read every sample and keep how it went. Returns the readings; ``adapter.tested_with`` says if all are good."""
    tried = try_samples(session, adapter=adapter, store=store)
    _keep(adapter, tried, at=at)
    session.flush()
    return tried


def prove_own(adapter: StockAdapter, *, at: datetime) -> bool:
    """Read the samples that a format of code makes, and keep how it went; whether all are read right."""
    tried = _own(adapter)
    _keep(adapter, tried, at=at)
    return failure(tried) is None


def _keep(adapter: StockAdapter, tried: list[Tried], *, at: datetime) -> None:
    """Write the outcome of a test on the adapter."""
    wrong = failure(tried)
    readings = [one.reading for one in tried if one.reading is not None]
    adapter.tested_with = {**(failure_of(wrong) if wrong else summary_of(readings)), "good": wrong is None}
    adapter.tested_at = at


def failure(tried: list[Tried]) -> Refused | None:
    """Why the samples do not prove the adapter; None where they do."""
    if not tried:
        return Refused(N_("Send a sample file first."))
    return next((one.refused for one in tried if one.refused is not None), None)


def note(session: TenantSession, *, adapter: StockAdapter, verb: str, at: datetime) -> None:
    """Write in the journal what was done with an adapter."""
    write(
        session,
        action=f"stock_adapter.{verb}",
        thing="stock_adapter",
        thing_id=adapter.id,
        at=at,
        details={"key": adapter.key},
    )


def _own(adapter: StockAdapter) -> list[Tried]:
    """What a format of code makes of its own samples. They are read in their order: one may go on from another."""
    tried: list[Tried] = []
    memory: Memory | None = None
    for sample in FORMATS[adapter.key].samples() if adapter.kind == "code" else ():
        tried.append(_tried(adapter, sample, memory))
        reading = tried[-1].reading
        memory = reading.memory if reading else None
    return tried


def _kept(session: TenantSession, adapter: StockAdapter, store: FileStore) -> list[Sample]:
    if adapter.sample_file_id is None:
        return []
    file = session.get_one(StoredFile, adapter.sample_file_id)
    data, name = unpack(store.get(file.sha256), file.name)
    return [Sample(name, data)]


def _tried(adapter: StockAdapter, sample: Sample, before: Memory | None) -> Tried:
    try:
        reading = _read(adapter, sample, before)
    except Refused as refused:
        return Tried(sample, refused=refused)
    if not sample.is_read_right(reading.sheet, len(reading.rejected)):
        wrong = N_("%(name)s was made for this format and is not read as it was made: the program is at fault.")
        return Tried(sample, reading, Refused(wrong, name=sample.name))
    if not len(reading.sheet):
        return Tried(sample, reading, Refused(N_("Not one line of the sample could be read.")))
    return Tried(sample, reading)


def _read(adapter: StockAdapter, sample: Sample, before: Memory | None) -> Reading:
    module = FORMATS[adapter.key] if adapter.kind == "code" else None
    if module is not None and getattr(module, "NUMBERED", False):
        numbered: Reading = module.read(sample.data, name=sample.name, before=before)
        return numbered
    return of_row(adapter).read(sample.data)

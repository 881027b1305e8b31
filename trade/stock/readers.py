"""Every way a stock file may be written, by name: the formats of code and the adapters that staff configured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType

from sqlalchemy import bindparam, select

from trade.base.errors import Refused
from trade.base.registry import adapters
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.stock import configured
from trade.stock import formats as folder
from trade.stock.models import FeedMemory, FeedRun, StockAdapter
from trade.stock.rules import Memory, Reading

FORMATS: Mapping[str, ModuleType] = adapters(folder)
"""The formats of code by name: each module has NAME, TITLE, VAT_INCLUDED, WHOLE_INVENTORY and ``read``."""

APPLIED = ("applied", "unchanged")
"""States of the runs that are, or were, the bookshop's stock."""


@dataclass(frozen=True)
class Reader:
    """One way of writing a stock file.

    ``vat_included``: its prices hold VAT. ``whole_inventory``: a title that the file does not name is sold out;
    where not, the file only tells what moved and everything else stays as it is. ``title`` is a message to
    translate (Text) or a name that staff gave (str). ``read`` raises Refused for a file of another format.
    """

    name: str
    title: Text | str
    vat_included: bool
    whole_inventory: bool
    read: Callable[[bytes], Reading]


def reader_of(session: TenantSession, *, name: str, file_name: str = "", bookshop_id: int | None = None) -> Reader:
    """The reader of that name. Raises Refused for an unknown one.

    Formats that number their files read one by its name and by what the last applied file of the bookshop left
    behind: the session's own bookshop, or the one given.
    """
    found = _reader(name, session.scalar(_NAMED, {"name": name}))
    if found is None:
        raise Refused(
            N_("There is no stock format “%(format)s”; the formats are %(known)s."),
            field="format",
            format=name[:40],
            known=", ".join(reader.name for reader in readers(session)),
        )
    module = FORMATS.get(name)
    shop = bookshop_id or session.scope.bookshop_id
    if module is None or not getattr(module, "NUMBERED", False) or shop is None:
        return found
    before = memory_of(session, bookshop_id=shop, format=name)
    return replace(found, read=partial(module.read, name=file_name, before=before))


_NAMED = select(StockAdapter).where(StockAdapter.key == bindparam("name"))


def _reader(name: str, row: StockAdapter | None) -> Reader | None:
    """The reader of that name by its row, if it has one, where it is in use."""
    if row is not None and row.state != "in_use":
        return None
    if row is not None and row.kind != "code":
        return of_row(row)
    return of_code(FORMATS[name]) if name in FORMATS else None


def readers(session: TenantSession) -> list[Reader]:
    """Every reader that is in use, formats of code first. A format of code that staff retired is not among them."""
    rows = {row.key: row for row in session.scalars(select(StockAdapter).order_by(StockAdapter.name))}
    codes = [of_code(module) for name, module in FORMATS.items() if name not in rows or rows[name].state == "in_use"]
    return codes + [of_row(row) for row in rows.values() if row.kind != "code" and row.state == "in_use"]


def of_code(module: ModuleType) -> Reader:
    """The reader of a format of code."""
    return Reader(module.NAME, Text(module.TITLE), module.VAT_INCLUDED, module.WHOLE_INVENTORY, module.read)


def of_row(row: StockAdapter) -> Reader:
    """The reader that staff described. Raises Refused where the description is not whole."""
    if row.kind == "code":
        return of_code(FORMATS[row.key])
    options = configured.options_of(row.options)
    read = configured.read_pages if row.kind == "pull" else configured.read
    return Reader(row.key, row.name, options.vat_included, options.whole, partial(read, options=options))


def may_be_the_same(session: TenantSession, *, name: str, file_name: str, bookshop_id: int) -> bool:
    """Whether the same bytes again are the same file: a format that numbers its files may say the same twice."""
    module = FORMATS.get(name)
    if module is None or not getattr(module, "NUMBERED", False):
        return True
    before = memory_of(session, bookshop_id=bookshop_id, format=name)
    return before is None or module.number_of(file_name) == before.number


def memory_of(session: TenantSession, *, bookshop_id: int, format: str) -> Memory | None:
    """What the last applied file of a bookshop left behind for the next one of its format."""
    found = session.execute(
        select(FeedMemory.number, FeedMemory.data)
        .join(FeedRun, FeedRun.id == FeedMemory.run_id)
        .where(FeedRun.bookshop_id == bookshop_id, FeedRun.format == format, FeedRun.state.in_(APPLIED))
        .order_by(FeedRun.id.desc())
        .limit(1)
    ).one_or_none()
    return Memory(found.number, found.data) if found else None

"""Every way a stock file may be written, by name: the formats of code and the adapters that staff configured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from trade.base.errors import Refused
from trade.base.registry import adapters
from trade.base.tenancy import TenantSession
from trade.base.text import N_, Text
from trade.stock import formats as folder
from trade.stock.rules import Reading

FORMATS: Mapping[str, ModuleType] = adapters(folder)
"""The formats of code by name: each module has NAME, TITLE, VAT_INCLUDED, WHOLE_INVENTORY and ``read``."""


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


def reader_of(session: TenantSession, *, name: str) -> Reader:
    """The reader of that name. Raises Refused for an unknown one."""
    known = {reader.name: reader for reader in readers(session)}
    if name not in known:
        raise Refused(
            N_("There is no stock format “%(format)s”; the formats are %(known)s."),
            field="format",
            format=name[:40],
            known=", ".join(known),
        )
    return known[name]


def readers(session: TenantSession) -> list[Reader]:
    """Every reader that is in use, formats of code first."""
    return [_of_code(module) for module in FORMATS.values()]


def _of_code(module: ModuleType) -> Reader:
    return Reader(module.NAME, Text(module.TITLE), module.VAT_INCLUDED, module.WHOLE_INVENTORY, module.read)

"""How the tests of catalogue feeds read: whole bytes in, entries out, told apart by kind."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from types import ModuleType

from trade.catalogue.formats import HEAD, recognised
from trade.catalogue.records import BookRecord, CatalogueEntry, NotABook, RejectedRecord


def entries(data: bytes, module: ModuleType | None = None) -> list[CatalogueEntry]:
    """All entries of a file, by a format or by the one that recognises it."""
    return list((module or recognised(data[:HEAD])).read(BytesIO(data)))


def only(data: bytes, module: ModuleType | None = None) -> CatalogueEntry:
    """The one entry of a file."""
    [entry] = entries(data, module)
    return entry


def book(data: bytes, module: ModuleType | None = None) -> BookRecord:
    """The one book of a file."""
    entry = only(data, module)
    assert isinstance(entry, BookRecord), entry
    return entry


def counts(found: Iterable[CatalogueEntry]) -> tuple[int, int, int]:
    """Books, things that are none, refused records."""
    kinds = [type(entry) for entry in found]
    return kinds.count(BookRecord), kinds.count(NotABook), kinds.count(RejectedRecord)


def reasons(found: Iterable[CatalogueEntry]) -> list[tuple[int, str]]:
    """Place and reason of each refused record."""
    return [(entry.place, str(entry.reason)) for entry in found if isinstance(entry, RejectedRecord)]

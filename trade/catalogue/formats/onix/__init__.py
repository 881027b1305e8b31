"""ONIX for Books, releases 2.1, 3.0 and 3.1, with reference names or short tags, with or without namespace and DTD.

A message is read product by product and forgotten again: a file of 1 GB takes as much memory as one of 1 MB. Nothing
outside is loaded, entities that a file declares itself are refused, and what lies between two products is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from trade.base.errors import Refused
from trade.base.text import N_
from trade.catalogue.formats.onix.product import entry_of
from trade.catalogue.formats.onix.tags import Part, name_of
from trade.catalogue.formats.onix.trading import Defaults, defaults_of
from trade.catalogue.records import CatalogueEntry

NAME = "onix"
TITLE = N_("ONIX 2.1, 3.0 or 3.1")
SOURCE_KIND = "publisher"

LARGEST_PRODUCT = 16_000_000
"""Bytes between the ends of two products; the largest real records have about 200 kB."""

_COMMENTS = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_WANTED = ("{*}ONIXMessage", "{*}ONIXmessage", "{*}Header", "{*}header", "{*}Product", "{*}product")
_RELEASES = ("2.", "3.")


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is an ONIX message, or one product of it, in any encoding of XML.

    A comment may be longer than the beginning of a file: XML whose first element lies further on is taken for ONIX.
    """
    text = _COMMENTS.sub("", head.replace(b"\x00", b"").decode("latin-1"))
    first = _ELEMENT.search(text)
    if first is None:
        return "<?xml" in text[:50] or "<!DOCTYPE ONIX" in text
    return first[1].rpartition(":")[2] in ("ONIXMessage", "ONIXmessage", "Product", "product")


class _Bounded:
    """A file of which only so many bytes may be read between two products."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._since = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._since += len(data)
        if self._since > LARGEST_PRODUCT:
            raise Refused(
                N_("A product has more than %(limit)s MB, or there are none in this file."),
                limit=LARGEST_PRODUCT // 1_000_000,
            )
        return data

    def product_ends(self) -> None:
        self._since = 0


def read(stream: BinaryIO) -> Iterator[CatalogueEntry]:
    """One entry for each product, numbered from 1. Raises Refused for what is no ONIX, and where the XML breaks."""
    source = _Bounded(stream)
    defaults = Defaults()
    place = 0
    begun, root = False, None
    try:
        for event, element in etree.iterparse(
            source,
            events=("start", "end"),
            tag=_WANTED,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            collect_ids=False,
            remove_comments=True,
            remove_pis=True,
        ):
            name, parent = name_of(element.tag), element.getparent()
            if not begun:
                _check_message(element, name)
                begun, root = True, element if name == "ONIXMessage" else None
            if event == "start" or parent is not root:
                continue
            if name == "Header":
                defaults = defaults_of(Part(element))
            elif name == "Product":
                place += 1
                yield entry_of(Part(element), place, defaults)
                source.product_ends()
            _forget(element, parent)
    except etree.XMLSyntaxError as error:
        raise _broken(error, begun) from None
    if not begun:
        raise _no_onix()


def _check_message(element: etree._Element, name: str) -> None:
    """Refuse another document, another release, and a file that declares entities of its own."""
    if element.getparent() is not None or name not in ("ONIXMessage", "Product"):
        raise _no_onix()
    declared = element.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Refused(N_("The file declares XML entities of its own; send it without them."))
    release = element.get("release") or ""
    if release and not release.startswith(_RELEASES):
        raise Refused(N_("This is ONIX release %(release)s; 2.1, 3.0 and 3.1 are read."), release=release[:20])


def _forget(element: etree._Element, parent: etree._Element | None) -> None:
    """Free an element and everything in front of it."""
    element.clear()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _no_onix() -> Refused:
    return Refused(N_("This XML file is no ONIX message: it has no “ONIXMessage” with products in it."))


def _broken(error: etree.XMLSyntaxError, begun: bool) -> Refused:
    if not begun:
        return Refused(N_("The file cannot be read as XML: %(reason)s."), reason=(error.msg or "")[:200])
    return Refused(
        N_("Line %(line)s: the XML of the file is damaged (%(reason)s). What stands before it is whole."),
        line=error.lineno or 0,
        reason=(error.msg or "")[:200],
    )

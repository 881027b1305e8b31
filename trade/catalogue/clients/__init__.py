"""One file per service that is asked for books, found by being here.

A module describes itself by ``NAME``, ``TITLE``, ``SOURCE_KIND`` and ``CREDENTIALS`` (the fields of its form), and
offers ``check(credentials)``, which raises Refused where the service cannot be used. One that tells what changed has
``changes(credentials, since=)``: the bytes of one file in the catalogue format ``FORMAT``, a piece at a time; one that
knows single books has ``records(credentials, isbns=)``. Nothing here touches the database: the edge asks between
transactions, and gives what came to the catalogue. Addresses are typed by people, so they go through the guard of
``base/outbound.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Final
from urllib.parse import urlencode

from lxml import etree

from trade.base.outbound import Unreachable, get
from trade.base.registry import adapters
from trade.base.text import N_

SECONDS: Final = 60.0
"""What a service has for one answer."""
LARGEST: Final = 64_000_000

Credentials = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field of a service's credentials; ``secret`` ones are never shown again."""

    name: str
    label: str
    secret: bool = False
    default: str = ""


@lru_cache(maxsize=1)
def clients() -> Mapping[str, ModuleType]:
    """Every service that can be asked, by its name."""
    return adapters(sys.modules[__name__])


def asked(
    service: str,
    address: str,
    parameters: Mapping[str, str],
    *,
    private: bool,
    largest: int = LARGEST,
    seconds: float = SECONDS,
) -> bytes:
    """The body that a GET brings, within a size and a time. No message names the parameters, which hold a password.

    ``private`` lets hosts of the own network be asked: for development and tests. Raises Unreachable, and Refused for
    an address that may not be called.
    """
    answer = get(
        f"{address}?{urlencode(parameters)}",
        headers={"Accept-Encoding": "identity"},
        most_bytes=largest,
        seconds=seconds,
        private=private,
    )
    if answer.status != 200:
        raise Unreachable(N_("%(service)s answered with status %(status)s."), service=service, status=answer.status)
    return answer.body


def document(service: str, body: bytes) -> etree._Element:
    """The XML of an answer, with nothing loaded from outside. Raises Unreachable where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreachable(N_("The answer of %(service)s cannot be read."), service=service) from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Unreachable(N_("The answer of %(service)s cannot be read."), service=service)
    return root

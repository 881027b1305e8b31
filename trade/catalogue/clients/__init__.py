"""One file per service that is asked for books, found by being here.

A module describes itself by ``NAME``, ``TITLE``, ``SOURCE_KIND`` and ``CREDENTIALS`` (the fields of its form), and
offers ``check(credentials)``, which raises Refused where the service cannot be used. One that tells what changed has
``changes(credentials, since=)``: the bytes of one file in the catalogue format ``FORMAT``, a piece at a time. Nothing
here touches the database: the edge asks between transactions, and gives what came to the catalogue.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Final

import requests
from lxml import etree
from urllib3.exceptions import HTTPError, ReadTimeoutError

from trade.base.clock import stopwatch
from trade.base.errors import Refused
from trade.base.registry import adapters
from trade.base.text import N_

TO_CONNECT: Final = 5
TO_READ: Final = 30
IN_ALL: Final = 180
"""Seconds that a service has to begin, to go on, and to end an answer."""
LARGEST: Final = 64_000_000
_CHUNK: Final = 65_536

Credentials = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field of a service's credentials; ``secret`` ones are never shown again."""

    name: str
    label: str
    secret: bool = False
    default: str = ""


class Unanswered(Refused):
    """The service does not answer now, or not in its own form: it may be asked again later."""


@lru_cache(maxsize=1)
def clients() -> Mapping[str, ModuleType]:
    """Every service that can be asked, by its name."""
    return adapters(sys.modules[__name__])


def asked(
    service: str,
    address: str,
    parameters: Mapping[str, str],
    *,
    largest: int = LARGEST,
    in_all: float = IN_ALL,
    to_read: float = TO_READ,
) -> bytes:
    """The body that a GET brings, within a size and a time. Raises Unanswered; no message names the parameters."""
    elapsed = stopwatch()
    body = bytearray()
    try:
        with requests.get(
            address, params=dict(parameters), timeout=(TO_CONNECT, to_read), stream=True, allow_redirects=False
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise Unanswered(
                    N_("%(service)s answered with status %(status)s."), service=service, status=answer.status_code
                )
            # One piece at a time as it arrives: a service that drips must not outlast ``in_all``.
            while piece := answer.raw.read1(_CHUNK, decode_content=True):
                body += piece
                if len(body) > largest:
                    raise Unanswered(
                        N_("The answer of %(service)s has more than %(limit)s MB."),
                        service=service,
                        limit=largest // 1_000_000,
                    )
                if elapsed() > in_all:
                    raise Unanswered(N_("%(service)s takes too long to answer."), service=service)
    except (requests.Timeout, ReadTimeoutError):
        raise Unanswered(N_("%(service)s takes too long to answer."), service=service) from None
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise Unanswered(N_("%(service)s cannot be reached."), service=service) from None
    return bytes(body)


def document(service: str, body: bytes) -> etree._Element:
    """The XML of an answer, with nothing loaded from outside. Raises Unanswered where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unanswered(N_("The answer of %(service)s cannot be read."), service=service) from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Unanswered(N_("The answer of %(service)s cannot be read."), service=service)
    return root

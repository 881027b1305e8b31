"""DILVE, the book data of the Spanish publishers: what changed since a moment, the records of it, covers (DAPI v2).

``getRecordStatusX`` names new, changed and deleted books, ``getRecordsX`` brings at most 128 records in ONIX 3.0,
``getResourceX`` a cover. Errors are XML: one of the whole call, or one of a book among the records that were found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

from trade.base.errors import Refused
from trade.base.text import N_
from trade.catalogue.clients import LARGEST, Credentials, Field, asked, document

NAME = "dilve"
TITLE = N_("DILVE")
SOURCE_KIND = "bibliography"
FORMAT = "onix"
ADDRESS: Final = "https://www.dilve.es/dilve/dilve"
CREDENTIALS = (
    Field("user", N_("User")),
    Field("password", N_("Password"), secret=True),
    Field("address", N_("Address of the service"), default=ADDRESS),
)

MOST: Final = 128
"""Books in one call of getRecordsX."""
LARGEST_COVER: Final = 10_000_000

_ONIX = "http://ns.editeur.org/onix/3.0/reference"
_BEGIN = f'<?xml version="1.0" encoding="UTF-8"?>\n<ONIXMessage release="3.0" xmlns="{_ONIX}">\n'
_DELETED = (
    "<Product><RecordReference>dilve.{0}</RecordReference><NotificationType>05</NotificationType><ProductIdentifier>"
    "<ProductIDType>15</ProductIDType><IDValue>{0}</IDValue></ProductIdentifier></Product>\n"
)


def check(credentials: Credentials, *, at: datetime, private: bool = False) -> None:
    """Raise Refused where user and password are not taken, Unreachable where nobody answers."""
    _status(credentials, private, since=at)


def changes(credentials: Credentials, *, since: datetime, private: bool = False) -> Iterator[bytes]:
    """What changed since a moment, as one message of ONIX 3.0 in pieces; deleted books at its end.

    Raises Refused where DILVE refuses, Unreachable where it fails; the pieces so far are then no whole message.
    """
    status = _status(credentials, private, since=since)
    changed = [*_listed(status, "newRecords"), *_listed(status, "changedRecords")]
    deleted = _listed(status, "deletedRecords")
    yield _BEGIN.encode()
    for isbns in _slices(list(dict.fromkeys(changed))):
        yield from _records(credentials, private, isbns)
    for isbn in dict.fromkeys(deleted):
        yield _DELETED.format(isbn).encode()
    yield b"</ONIXMessage>\n"


def cover(credentials: Credentials, *, address: str, private: bool = False) -> bytes:
    """The picture behind the ``cover_url`` of a record of DILVE, which holds no password. Raises Refused."""
    wanted = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    if not is_cover(credentials, address=address):
        raise Refused(N_("This is no cover of DILVE."))
    parameters = {"identifier": wanted.get("identifier", ""), "resource": wanted.get("resource", "")}
    picture = _asked(credentials, private, "getResourceX", parameters, largest=LARGEST_COVER)
    if picture.lstrip()[:1] == b"<":
        _refuse_error(document(TITLE, picture))
        raise Refused(N_("This is no cover of DILVE."))
    return picture


def is_cover(credentials: Credentials, *, address: str) -> bool:
    """Whether a link to a cover leads to DILVE itself, so that :func:`cover` must fetch it."""
    return address.startswith(f"{_address(credentials)}/getResourceX.do?")


def _address(credentials: Credentials) -> str:
    return (credentials.get("address") or ADDRESS).rstrip("/")


def _asked(
    credentials: Credentials, private: bool, call: str, parameters: dict[str, str], *, largest: int = LARGEST
) -> bytes:
    login = {"user": credentials["user"], "password": credentials["password"]}
    address = f"{_address(credentials)}/{call}.do"
    return asked(TITLE, address, {**login, **parameters}, private=private, largest=largest)


def _status(credentials: Credentials, private: bool, *, since: datetime) -> etree._Element:
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    parameters = {"fromDate": moment, "type": "A", "detail": "N", "hyphens": "N"}
    root = document(TITLE, _asked(credentials, private, "getRecordStatusX", parameters))
    _refuse_error(root)
    return root


def _refuse_error(root: etree._Element) -> None:
    """Raise Refused for an error of the whole call; one of a single book names it by its identifier."""
    for error in root.iter("{*}error"):
        if not error.findtext("{*}identifier"):
            raise Refused(
                N_("DILVE refuses: %(text)s (%(code)s)."),
                text=(error.findtext("{*}text") or "?")[:200],
                code=(error.findtext("{*}code") or "?")[:20],
            )


def _listed(status: etree._Element, group: str) -> list[str]:
    found = (record.findtext("{*}id") or "" for record in status.iterfind(f".//{{*}}{group}/{{*}}record"))
    numbers = (number.strip().replace("-", "") for number in found)
    return [number for number in numbers if number.isascii() and number.isalnum()]


def _slices(isbns: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(isbns), MOST):
        yield isbns[start : start + MOST]


def _records(credentials: Credentials, private: bool, isbns: Sequence[str]) -> Iterator[bytes]:
    parameters = {
        "identifier": "|".join(isbns),
        "metadataformat": "ONIX",
        "version": "3.0",
        "encoding": "UTF-8",
    }
    root = document(TITLE, _asked(credentials, private, "getRecordsX", parameters))
    _refuse_error(root)
    for product in root.iter("{*}Product"):
        _complete_covers(credentials, product)
        yield bytes(etree.tostring(product, encoding="UTF-8", xml_declaration=False, with_tail=False)) + b"\n"


def _complete_covers(credentials: Credentials, product: etree._Element) -> None:
    """DILVE links a cover by its bare name: make it the address of getResourceX, without user and password."""
    isbn = next((part.text for part in product.iterfind("{*}ProductIdentifier/{*}IDValue") if part.text), "")
    for link in product.iter("{*}ResourceLink"):
        name = (link.text or "").strip()
        if name and "://" not in name:
            link.text = f"{_address(credentials)}/getResourceX.do?{urlencode({'identifier': isbn, 'resource': name})}"

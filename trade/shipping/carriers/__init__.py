"""One file per carrier, found by being here, and what all of them are told and tell.

A module describes itself by ``NAME``, ``TITLE``, ``COUNTRIES`` (of the sender), ``CREDENTIALS`` (the fields of its
form) and ``CAN`` (label, collect, track). It offers ``check(access, sender=, at=)``, ``examine(parcel)``, which raises
Refused naming the field that the carrier would not take, ``label(access, parcel, at=)`` with the tracking number and
the PDF, ``tracking_of(typed)``, which checks a number, and ``link(tracking)``. One that can collect has
``collect(access, pickup, at=)``. Nothing here touches the database.

Carriers know no idempotency key: what was asked and not answered (``Unanswered``) is never asked again by itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from types import ModuleType
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from trade.base.errors import Refused
from trade.base.outbound import Answer, Unanswered, Unreachable
from trade.base.registry import adapters
from trade.base.text import N_

SECONDS: Final = 30.0
"""What a carrier has for one answer."""
LARGEST: Final = 8_000_000
MANUAL: Final = "manual"
BOOKS_TARIFF: Final = "4901990000"
"""Printed books in the customs tariff (Combined Nomenclature 4901 99 00, written with 10 digits)."""

Credentials = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field of a carrier's credentials. ``most`` signs at the most; ``pattern`` is what its numbers look like.

    ``secret`` ones are kept sealed and never shown again; ``choices`` are values with their words.
    """

    name: str
    label: str
    secret: bool = False
    default: str = ""
    help: str = ""
    most: int = 60
    pattern: str = ""
    optional: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Access:
    """What opens a contract, and the address of a stand-in ("" is the carrier itself)."""

    credentials: Credentials = field(repr=False)
    stand_in: str = ""

    def at(self, address: str) -> str:
        """The address to call: the carrier's, or the same path at the stand-in."""
        return f"{self.stand_in}{urlsplit(address).path}" if self.stand_in else address

    @property
    def private(self) -> bool:
        """Whether hosts of the own network may be called."""
        return bool(self.stand_in)


@dataclass(frozen=True)
class Address:
    """Who sends or receives. Phone and e-mail may be empty."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    more: str = ""
    phone: str = ""
    email: str = ""
    tax_id: str = ""


@dataclass(frozen=True)
class Parcel:
    """A parcel of books. ``key`` is our reference of this one label; ``cents`` what the books cost, VAT included.

    ``tracking`` and ``own_label`` are given by hand (the carrier ``manual``).
    """

    key: str
    order: str
    sender: Address
    addressee: Address
    grams: int
    cents: int
    copies: int = 1
    tracking: str = ""
    own_label: bytes = b""


class Label(NamedTuple):
    """The tracking number, and the label as PDF (empty where it was stuck on by hand)."""

    tracking: str
    pdf: bytes


@dataclass(frozen=True)
class Pickup:
    """Parcels to be fetched at the sender's on a day from an hour on."""

    key: str
    sender: Address
    day: date
    hour: time
    trackings: tuple[str, ...]
    grams: int


@lru_cache(maxsize=1)
def carriers() -> Mapping[str, ModuleType]:
    """Every carrier, by its name."""
    return adapters(sys.modules[__name__])


def hints(carrier: str, values: Credentials) -> dict[str, tuple[str, str]]:
    """Fields whose value looks like a number of another carrier: that carrier's title and what it calls it (A01)."""
    found: dict[str, tuple[str, str]] = {}
    for here in carriers()[carrier].CREDENTIALS:
        typed = values.get(here.name, "").strip()
        if not typed or not here.pattern or re.fullmatch(here.pattern, typed):
            continue
        for other, module in carriers().items():
            for there in module.CREDENTIALS if other != carrier else ():
                if there.pattern and re.fullmatch(there.pattern, typed):
                    found.setdefault(here.name, (module.TITLE, there.label))
    return found


def fits(value: str, most: int, *, field: str, who: str, carrier: str) -> str:
    """The value, if the carrier takes so many signs. ``who``: sender or addressee. Raises Refused naming the field."""
    text = "".join(sign for sign in value if sign.isprintable()).strip()
    if len(text) > most:
        raise Refused(
            N_("%(carrier)s takes %(most)s signs here, and “%(value)s” has %(has)s: shorten it."),
            field=f"{who}.{field}",
            carrier=carrier,
            most=most,
            value=text,
            has=len(text),
        )
    return text


def complete(address: Address, *, who: str) -> None:
    """Raise Refused for an address without name, street, postcode or town, naming the field."""
    for name in ("name", "street", "postcode", "city"):
        if not getattr(address, name).strip():
            message = (
                N_("Your bookshop's address is not complete: fill it in under Settings, Basic data.")
                if who == "sender"
                else N_("The reader's address is not complete.")
            )
            raise Refused(message, field=f"{who}.{name}")


def weighs(grams: int, most: int, *, carrier: str) -> None:
    """Raise Refused for a parcel that weighs nothing, or more than the carrier takes (grams)."""
    if not 0 < grams <= most:
        raise Refused(
            N_(
                "%(carrier)s takes parcels up to %(most)s kg: this one has %(has)s g. Correct the weight, or divide it."
            ),
            field="weight_grams",
            carrier=carrier,
            most=most // 1_000,
            has=grams,
        )


def judged(answer: Answer, *, carrier: str, said: str = "") -> bytes:
    """The body of a good answer. ``said`` is what the carrier told of a refusal, where it told something.

    Raises Refused (it will not), Unreachable (not now), Unanswered (it broke off: it may have done it).
    """
    if answer.status in {401, 403}:
        raise Refused(N_("%(carrier)s does not accept user and password."), carrier=carrier)
    if answer.status in {429, 503}:
        raise Unreachable(N_("%(carrier)s is busy. Nothing was made: try again later."), carrier=carrier)
    if 400 <= answer.status < 500:
        raise refusal(said or str(answer.status), carrier=carrier)
    if not 200 <= answer.status < 300:
        raise garbled(carrier)
    return answer.body


def refusal(said: str, *, carrier: str) -> Refused:
    """The carrier says no, in its own words."""
    return Refused(N_("%(carrier)s refuses: %(said)s"), carrier=carrier, said=said.strip()[:300])


def garbled(carrier: str) -> Unanswered:
    """An answer that cannot be read."""
    return Unanswered(N_("The answer of %(carrier)s cannot be read."), carrier=carrier)


def pdf_of(data: bytes, *, carrier: str) -> bytes:
    """The bytes, if they are a PDF. Raises Unanswered."""
    if not data.startswith(b"%PDF-"):
        raise garbled(carrier)
    return data


def wrong_number(carrier: str) -> Refused:
    """A tracking number whose check does not fit."""
    return Refused(
        N_("This is no tracking number of %(carrier)s: its check does not match. Compare it with the label."),
        field="tracking",
        carrier=carrier,
    )


def s10_digit(digits: str) -> int:
    """The check digit of eight digits of an international number (UPU S10): weights 8 6 4 2 3 5 9 7, modulo 11."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def is_s10(tracking: str) -> bool:
    """Whether a number is an international one (``RR473124829FR``) with the right check digit."""
    shape = re.fullmatch(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}", tracking)
    return shape is not None and s10_digit(shape[1]) == int(shape[2])


def bare(typed: str) -> str:
    """A number as it is stored: capitals, without blanks."""
    return re.sub(r"\s", "", typed).upper()

"""A label that was made elsewhere: the number is typed in, the bookshop's own PDF may come with it. Works always."""

from __future__ import annotations

import re
from datetime import datetime
from types import ModuleType

from trade.base.errors import Refused
from trade.base.text import N_
from trade.shipping.carriers import MANUAL, Access, Address, Label, Parcel, bare, carriers, is_s10

NAME = MANUAL
TITLE = N_("Label made elsewhere")
COUNTRIES = ("ES", "FR")
CAN = frozenset({"label"})
CREDENTIALS = ()

LARGEST_LABEL = 4_000_000


def recognised(tracking: str) -> ModuleType | None:
    """The carrier whose shape and check a number has. SEUR's have none, so they are nobody's."""
    for module in carriers().values():
        if module.NAME in {NAME, "seur"}:
            continue
        try:
            module.tracking_of(tracking)
        except Refused:
            continue
        return module
    return None


def tracking_of(typed: str) -> str:
    """The number as stored. One that has the shape of Correos, Colissimo or an international one must pass its check;
    another carrier's is taken as it is. Raises Refused."""
    code = bare(typed)
    if not re.fullmatch(r"[0-9A-Z/-]{6,40}", code):
        raise Refused(N_("A tracking number has 6 to 40 letters and digits."), field="tracking")
    shaped = re.fullmatch(r"P[A-Z0-9]{21}[A-Z]|[0-9A-Z]{2}\d{11}|[A-Z]{2}\d{9}[A-Z]{2}", code)
    if shaped and not is_s10(code) and recognised(code) is None:
        raise Refused(
            N_("A sign of this tracking number is wrong: its check does not match. Compare it with the label."),
            field="tracking",
        )
    return code


def link(tracking: str) -> str:
    """Where the reader sees how far the parcel is, "" where the number tells no carrier."""
    module = recognised(tracking)
    return str(module.link(tracking)) if module is not None else ""


def check(access: Access, *, sender: Address, at: datetime) -> None:
    """There is nothing to check."""


def examine(parcel: Parcel) -> None:
    """Raise Refused for a number or a label that will not do."""
    tracking_of(parcel.tracking)
    if parcel.own_label and not parcel.own_label.startswith(b"%PDF-"):
        raise Refused(N_("The label must be a PDF."), field="own_label")
    if len(parcel.own_label) > LARGEST_LABEL:
        raise Refused(N_("A label may have at most %(size)s MB."), field="own_label", size=LARGEST_LABEL // 1_000_000)


def label(access: Access, parcel: Parcel, *, at: datetime) -> Label:
    """What was given, checked. Raises Refused."""
    examine(parcel)
    return Label(tracking_of(parcel.tracking), parcel.own_label)

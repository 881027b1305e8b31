"""Colissimo: labels by its SLS service, JSON asked, multipart/related answered (domain.md 4.4)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from email.message import Message
from typing import Any, Final
from zoneinfo import ZoneInfo

from trade.base.errors import Refused
from trade.base.outbound import Answer, post
from trade.base.text import N_
from trade.shipping.carriers import (
    BOOKS_TARIFF,
    LARGEST,
    SECONDS,
    Access,
    Address,
    Field,
    Label,
    Parcel,
    bare,
    complete,
    fits,
    garbled,
    is_s10,
    judged,
    pdf_of,
    refusal,
    weighs,
    wrong_number,
)

NAME = "colissimo"
TITLE = N_("Colissimo")
COUNTRIES = ("FR",)
CAN = frozenset({"label", "track"})
CREDENTIALS = (
    Field("contract", N_("Contract number"), help=N_("Six digits, given by Colissimo."), most=10, pattern=r"\d{6}"),
    Field("password", N_("Password"), secret=True, most=100),
    Field("product", N_("Product"), default="DOM", choices=(
        ("DOM", N_("Home, without signature")), ("DOS", N_("Home, with signature")))),
    Field("format", N_("Paper of the label"), default="PDF_10x15_300dpi", choices=(
        ("PDF_10x15_300dpi", N_("Label of 10 × 15 cm")), ("PDF_A4_300dpi", N_("Sheet of A4")))),
)  # fmt: skip

HOST: Final = "https://ws.colissimo.fr/sls-ws/SlsServiceWSRest/2.0/"
MOST_GRAMS: Final = 30_000
LINE: Final = 35
OVERSEAS: Final = frozenset({"971", "972", "973", "974", "975", "976", "977", "978", "984", "986", "987", "988"})
_PARIS = ZoneInfo("Europe/Paris")


def check_digit(digits: str) -> int:
    """The key of the ten digits of a number: weights 3, 1, 3 ... from the right, modulo 10."""
    return -sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits))) % 10


def tracking_of(typed: str) -> str:
    """The number as stored: two signs, ten digits and their key, or an international number. Raises Refused."""
    code = bare(typed)
    shape = re.fullmatch(r"[0-9A-Z]{2}(\d{10})(\d)", code, re.ASCII)
    if not (shape is not None and check_digit(shape[1]) == int(shape[2])) and not is_s10(code):
        raise wrong_number(TITLE)
    return code


def link(tracking: str) -> str:
    """Where the reader sees how far the parcel is."""
    return f"https://www.laposte.fr/outils/suivre-vos-envois?code={tracking}"


def check(access: Access, *, sender: Address, at: datetime) -> None:
    """Let Colissimo examine a letter from the sender to itself; no label is made. Raises Refused, Unreachable."""
    trial = Parcel("trial", "trial", sender, sender, grams=500, cents=1_000)
    answer = _call(access, "checkGenerateLabel", _letter(access, trial, at))
    told, _ = _parts(answer)
    _refuse_error(told)
    judged(answer, carrier=TITLE)


def examine(parcel: Parcel) -> None:
    """Raise Refused for what Colissimo would not take, naming the field."""
    weighs(parcel.grams, MOST_GRAMS, carrier=TITLE)
    _party(parcel.sender, who="sender")
    _party(parcel.addressee, who="addressee")
    if parcel.addressee.country != "FR":
        raise Refused(
            N_("These labels of Colissimo are for France. Make this one at Colissimo and enter it."),
            field="addressee.country",
        )


def label(access: Access, parcel: Parcel, *, at: datetime) -> Label:
    """Have a label made. Raises Refused, Unreachable, Unanswered."""
    examine(parcel)
    answer = _call(access, "generateLabel", _letter(access, parcel, at))
    if answer.status in {401, 403, 429, 503}:
        judged(answer, carrier=TITLE)
    told, pdf = _parts(answer)
    _refuse_error(told)
    judged(answer, carrier=TITLE)
    try:
        number = tracking_of(str(told["labelV2Response"]["parcelNumber"]))
    except (LookupError, TypeError, Refused):
        raise garbled(TITLE) from None
    return Label(number, pdf_of(pdf, carrier=TITLE))


# --- what is asked -----------------------------------------------------------------------------------


def _letter(access: Access, parcel: Parcel, at: datetime) -> dict[str, Any]:
    known = access.credentials
    overseas = parcel.addressee.postcode[:3] in OVERSEAS
    letter: dict[str, Any] = {
        "service": {
            "productCode": "COM" if overseas else known["product"],
            "depositDate": f"{at.astimezone(_PARIS):%Y-%m-%d}",
            "orderNumber": parcel.key,
            "commercialName": parcel.sender.name[:LINE],
            "totalAmount": parcel.cents,
        },
        "parcel": {"weight": f"{parcel.grams / 1_000:.3f}"},
        "sender": {"senderParcelRef": parcel.key, "address": _party(parcel.sender, who="sender")},
        "addressee": {
            "addresseeParcelRef": parcel.key,
            "address": _party(parcel.addressee, who="addressee"),
        },
    }
    if overseas:
        # The carrier bears it back to the sender, and declares the goods as sold (category 3).
        letter["service"] |= {"transportationAmount": 0, "returnTypeChoice": 2}
        letter["customsDeclarations"] = _customs(parcel)
    return {
        "contractNumber": known["contract"],
        "password": known["password"],
        "outputFormat": {"x": 0, "y": 0, "outputPrintingType": known["format"]},
        "letter": letter,
    }


def _customs(parcel: Parcel) -> dict[str, Any]:
    goods = {
        "description": "Livres",
        "quantity": parcel.copies,
        "weight": f"{parcel.grams / 1_000 / parcel.copies:.3f}",
        "value": f"{parcel.cents / 100 / parcel.copies:.2f}",
        "hsCode": BOOKS_TARIFF,
        "originCountry": "FR",
    }
    return {"includeCustomsDeclarations": 1, "contents": {"article": [goods], "category": {"value": 3}}}


def _party(address: Address, *, who: str) -> dict[str, str]:
    complete(address, who=who)

    def text(field: str, most: int) -> str:
        return fits(getattr(address, field), most, field=field, who=who, carrier=TITLE)

    if address.country == "FR" and not (len(address.postcode) == 5 and address.postcode.isdigit()):
        raise Refused(N_("A French postcode has five digits."), field=f"{who}.postcode")
    street, rest = _lines(address.street.strip(), who=who)
    more = text("more", LINE)
    if rest and more:
        lines = {"line0": more, "line1": "", "line2": street, "line3": rest}
    else:
        lines = {"line0": "", "line1": more, "line2": street, "line3": rest}
    phone = re.sub(r"[\s.()-]", "", text("phone", 25))
    mobile = re.fullmatch(r"(\+33|0033|0)[67]\d{8}", phone) is not None
    who_is = {"companyName": text("name", LINE)} if who == "sender" else _person(text("name", 2 * LINE), who=who)
    told = {
        **who_is,
        **lines,
        "countryCode": address.country,
        "zipCode": address.postcode,
        "city": text("city", LINE),
        "mobileNumber" if mobile else "phoneNumber": fits(phone, 15, field="phone", who=who, carrier=TITLE),
        "email": text("email", 80),
    }
    return {name: value for name, value in told.items() if value}


def _person(name: str, *, who: str) -> dict[str, str]:
    """A name in two fields of 35 signs: the first word is the first name."""
    first, _, last = name.partition(" ")
    if not last:
        first, last = "", first
    return {
        "lastName": fits(last, LINE, field="name", who=who, carrier=TITLE),
        "firstName": fits(first, LINE, field="name", who=who, carrier=TITLE),
    }


def _lines(street: str, *, who: str) -> tuple[str, str]:
    """A street in at most two lines, broken between words: a long one would be refused. Raises Refused."""
    if len(street) <= LINE:
        return street, ""
    cut = street.rfind(" ", 0, LINE + 1)
    if cut <= 0:
        fits(street, LINE, field="street", who=who, carrier=TITLE)
    return street[:cut].rstrip(), fits(street[cut:], LINE, field="street", who=who, carrier=TITLE)


def _call(access: Access, verb: str, letter: dict[str, Any]) -> Answer:
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    return post(
        access.at(HOST + verb),
        json.dumps(letter).encode(),
        headers=headers,
        most_bytes=LARGEST,
        seconds=SECONDS,
        private=access.private,
    )


# --- what is answered --------------------------------------------------------------------------------


def _parts(answer: Answer) -> tuple[dict[str, Any], bytes]:
    """What Colissimo says, and the label, empty where there is none. Raises Unanswered for what cannot be read."""
    header = Message()
    header["Content-Type"] = answer.content_type
    boundary = header.get_boundary()
    if not boundary:
        return _json(answer.body), b""
    told: dict[str, Any] | None = None
    label = b""
    for part in (b"\r\n" + answer.body).split(b"\r\n--" + boundary.encode())[1:]:
        head, found, body = part.partition(b"\r\n\r\n")
        named = re.search(rb"content-id:\s*<(\w+)>", head, re.IGNORECASE)
        if found and named and named[1] == b"jsonInfos":
            told = _json(body)
        elif found and named and named[1] == b"label":
            label = body
    if told is None:
        raise garbled(TITLE)
    return told, label


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise garbled(TITLE) from None
    if not isinstance(told, dict) or not isinstance(told.get("messages", []), list):
        raise garbled(TITLE)
    return told


def _refuse_error(told: dict[str, Any]) -> None:
    """Raise Refused with what Colissimo says is wrong."""
    wrong = [one for one in told.get("messages", []) if isinstance(one, dict) and one.get("type") == "ERROR"]
    if wrong:
        raise refusal("; ".join(str(one.get("messageContent") or one.get("id")) for one in wrong), carrier=TITLE)

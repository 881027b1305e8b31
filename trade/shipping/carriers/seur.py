"""SEUR: token, shipment and label by its Atlas service (REST, domain.md 4.3)."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from trade.base.errors import Refused
from trade.base.outbound import Answer, Unreachable, get, post
from trade.base.text import N_
from trade.shipping.carriers import (
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
    judged,
    pdf_of,
    refusal,
    wrong_number,
)

NAME = "seur"
TITLE = N_("SEUR")
COUNTRIES = ("ES",)
CAN = frozenset({"label", "track"})
CREDENTIALS = (
    Field("account", N_("Account number (CCC)"), help=N_("Digits and franchise, like 12345-8."), most=20,
          pattern=r"\d{1,6}-\d{1,3}"),
    Field("client_id", N_("Client of the web service (client_id)"), most=100),
    Field("client_secret", N_("Secret of the client (client_secret)"), secret=True, most=200),
    Field("user", N_("User of the web service"), most=50),
    Field("password", N_("Password"), secret=True, most=100),
    Field("service", N_("Service"), default="31", choices=(
        ("31", N_("SEUR to private persons")), ("1", N_("SEUR-24")), ("3", N_("SEUR-10")), ("9", N_("SEUR 13:30")),
        ("15", N_("SEUR-48")), ("13", N_("SEUR-72")), ("17", N_("By sea")))),
)  # fmt: skip

HOST: Final = "https://servicios.api.seur.io"
PRODUCT: Final = "2"
LONGEST_STREET: Final = 70
TRIES: Final = 3
"""How often the label of a shipment that was made is fetched."""


def tracking_of(typed: str) -> str:
    """The number as stored; SEUR tells no check digit, so only its shape is looked at. Raises Refused."""
    code = bare(typed)
    if not (code.isascii() and code.isalnum() and 8 <= len(code) <= 24):
        raise wrong_number(TITLE)
    return code


def link(tracking: str) -> str:
    """Where the reader sees how far the parcel is."""
    return f"https://www.seur.com/livetracking/?segOnlineIdentificador={tracking}"


def check(access: Access, *, sender: Address, at: datetime) -> None:
    """Ask for a token. Raises Refused, Unreachable."""
    _token(access)


def examine(parcel: Parcel) -> None:
    """Raise Refused for what SEUR would not take, naming the field."""
    if parcel.grams <= 0:
        raise Refused(N_("Enter the weight of the parcel."), field="weight_grams")
    _party(parcel.sender, who="sender")
    _party(parcel.addressee, who="addressee")


def label(access: Access, parcel: Parcel, *, at: datetime) -> Label:
    """Make a shipment, then fetch its label. Raises Refused, Unreachable; Unanswered where a shipment may be made."""
    examine(parcel)
    token = _token(access)
    answer = _post(
        access, "/pic/v1/shipments", json.dumps(_shipment(access, parcel)).encode(), "application/json", token
    )
    told = _json(judged(answer, carrier=TITLE, said=_said(answer)))
    data = told.get("data")
    if not isinstance(data, dict):
        raise refusal(_said(answer) or "?", carrier=TITLE) if told.get("errors") else garbled(TITLE)
    code, numbers = str(data.get("shipmentCode") or ""), data.get("ecbs")
    if not code or not isinstance(numbers, list) or not numbers:
        raise garbled(TITLE)
    pdf = _label(access, code, token)
    try:
        return Label(tracking_of(str(numbers[0])), pdf)
    except Refused:
        raise garbled(TITLE) from None


def _label(access: Access, code: str, token: str) -> bytes:
    """The label of a shipment that exists; fetching it again makes nothing new."""
    wanted = {"code": code, "type": "PDF", "entity": "EXPEDITIONS", "templateType": "NORMAL", "outputType": "LABEL"}
    for _ in range(TRIES):
        try:
            answer = get(
                f"{access.at(HOST + '/pic/v1/labels')}?{urlencode(wanted)}",
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                most_bytes=LARGEST,
                seconds=SECONDS,
                private=access.private,
            )
            rows = _json(judged(answer, carrier=TITLE))
            rows = rows.get("data", rows) if isinstance(rows, dict) else rows
            return pdf_of(base64.b64decode(str(rows[0]["pdf"])), carrier=TITLE)
        except (Unreachable, binascii.Error, LookupError, TypeError):
            continue
    raise garbled(TITLE)


# --- what is asked -----------------------------------------------------------------------------------


def _shipment(access: Access, parcel: Parcel) -> dict[str, Any]:
    sender = _party(parcel.sender, who="sender") | {"accountNumber": access.credentials["account"]}
    return {
        "serviceCode": int(access.credentials["service"]),
        "productCode": int(PRODUCT),
        "charges": "P",
        "reference": parcel.key,
        "receiver": _party(parcel.addressee, who="addressee"),
        "sender": sender,
        "comments": parcel.order,
        "parcels": [{"weight": round(parcel.grams / 1_000, 3), "width": 0, "height": 0, "length": 0}],
    }


def _party(address: Address, *, who: str) -> dict[str, Any]:
    complete(address, who=who)
    street = " ".join(part for part in (address.street.strip(), address.more.strip()) if part)
    return {
        "name": fits(address.name, 70, field="name", who=who, carrier=TITLE),
        "email": address.email,
        "phone": address.phone,
        "contactName": address.name,
        "address": {
            "streetName": fits(street, LONGEST_STREET, field="street", who=who, carrier=TITLE),
            "cityName": address.city.strip(),
            "postalCode": address.postcode,
            "country": address.country,
        },
    }


def _token(access: Access) -> str:
    known = access.credentials
    asked = {
        "grant_type": "password",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
        "username": known["user"],
        "password": known["password"],
    }
    answer = _post(access, "/pic_token", urlencode(asked).encode(), "application/x-www-form-urlencoded")
    if answer.status == 400:
        raise Refused(N_("%(carrier)s does not accept user and password."), carrier=TITLE)
    # Nothing is made by asking for a token: whatever goes wrong here, it may be asked again.
    try:
        token = _json(judged(answer, carrier=TITLE)).get("access_token")
    except Unreachable:
        token = None
    if not token:
        raise Unreachable(N_("%(carrier)s does not answer at the moment. Nothing was made: try again later."),
                          carrier=TITLE)  # fmt: skip
    return str(token)


def _post(access: Access, path: str, body: bytes, media_type: str, token: str = "") -> Answer:
    headers = {"Content-Type": media_type, "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return post(
        access.at(HOST + path), body, headers=headers, most_bytes=LARGEST, seconds=SECONDS, private=access.private
    )


# --- what is answered --------------------------------------------------------------------------------


def _said(answer: Answer) -> str:
    """What SEUR tells of its refusal."""
    try:
        errors = json.loads(answer.body)["errors"]
        return "; ".join(str(error.get("detail") or error.get("title") or error) for error in errors)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise garbled(TITLE) from None

"""The bank's file of a month: SEPA credit transfers, pain.001.001.09.

sepaxml writes it; what it leaves open is set here: it accepts IBANs with a wrong check digit, takes the
machine's clock and random numbers for its identifiers, and knows no identification of the initiating party,
which Spanish banks ask for (tax id and suffix in ``InitgPty/Id/OrgId``). Same data, same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree
from sepaxml import SepaTransfer
from sepaxml.validation import ValidationError, try_valid_xml

from invoices.assets import PaperError
from trade.base.errors import Refused
from trade.base.identifiers import bank_of, iban

SCHEMA = "pain.001.001.09"
SPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
REMITTANCE = 140
IDENTIFIER = 35


@dataclass(frozen=True, kw_only=True)
class Account:
    """The operator that pays: name, IBAN, and the identification its bank knows it by (tax id and suffix)."""

    name: str
    iban: str
    identification: str = ""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One transfer in whole cents; ``key`` is the settlement's id and comes back in the bank's statement."""

    key: str
    name: str
    iban: str
    cents: int
    text: str


@dataclass(frozen=True, kw_only=True)
class SepaFile:
    """The file, what it holds, and the transfers held out with the reason in words (a msgid)."""

    content: bytes
    total: int
    transfers: tuple[Transfer, ...]
    held: tuple[tuple[Transfer, str], ...]


def without_account(transfers: Sequence[Transfer]) -> tuple[tuple[Transfer, str], ...]:
    """The transfers that cannot be made, each with its reason: no IBAN, or one that is not valid (T130)."""
    held = []
    for transfer in transfers:
        try:
            iban(transfer.iban)
        except Refused as refusal:
            held.append((transfer, refusal.text.message % refusal.text.values))
    return tuple(held)


def make_file(
    payer: Account, transfers: Sequence[Transfer], *, reference: str, created_at: datetime, execute_on: date
) -> SepaFile:
    """One batch of transfers, valid against its XSD; those without a valid IBAN and those of zero are left out.

    Raises Refused where the payer's own IBAN is not valid, PaperError where nothing is left to be paid or an
    amount is negative.
    """
    own = iban(payer.iban)
    held = without_account(transfers)
    kept = tuple(t for t in transfers if t not in {item for item, _ in held} and t.cents)
    if not kept or any(t.cents < 0 for t in kept):
        raise PaperError(f"{reference}: there is no transfer to make, or one is negative")
    config = {"name": payer.name, "IBAN": own, "batch": True, "currency": "EUR", **_bic(own)}
    file = SepaTransfer(config, schema=SCHEMA, clean=True)
    for transfer in kept:
        file.add_payment(_payment(transfer, execute_on))
    content = _identified(file.export(validate=False), payer, reference, created_at)
    try:
        try_valid_xml(content, SCHEMA)
    except ValidationError as error:
        raise PaperError(f"{reference}: {error.__cause__}") from error
    return SepaFile(content=content, total=sum(t.cents for t in kept), transfers=kept, held=held)


def _payment(transfer: Transfer, execute_on: date) -> dict[str, object]:
    account = iban(transfer.iban)
    return {
        "name": transfer.name,
        "IBAN": account,
        "amount": transfer.cents,
        "execution_date": execute_on,
        "description": transfer.text[:REMITTANCE],
        "endtoend_id": transfer.key[:IDENTIFIER],
        **_bic(account),
    }


def _bic(account: str) -> dict[str, str]:
    bic, _ = bank_of(account)
    return {"BIC": bic} if bic else {}


def _identified(content: bytes, payer: Account, reference: str, created_at: datetime) -> bytes:
    """The file with our identifiers and moment, the payer's identification, and an agent where no BIC is known."""
    root = etree.fromstring(content)
    names = {"p": SPACE}
    values = {
        "//p:GrpHdr/p:MsgId": reference[:IDENTIFIER],
        "//p:GrpHdr/p:CreDtTm": f"{created_at:%Y-%m-%dT%H:%M:%S}",
        "//p:PmtInf/p:PmtInfId": f"{reference}-1"[:IDENTIFIER],
    }
    for path, value in values.items():
        (element,) = root.xpath(path, namespaces=names)
        element.text = value
    if payer.identification:
        (party,) = root.xpath("//p:GrpHdr/p:InitgPty", namespaces=names)
        _add(party, "Id", "OrgId", "Othr", "Id").text = payer.identification
    for agent in root.xpath("//p:DbtrAgt/p:FinInstnId[not(*)]", namespaces=names):
        _add(agent, "Othr", "Id").text = "NOTPROVIDED"
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _add(element: etree._Element, *path: str) -> etree._Element:
    for name in path:
        element = etree.SubElement(element, f"{{{SPACE}}}{name}")
    return element
